/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include "calibrate/collect.h"
#include "calibrate/known.h"
#include "cell/host-facts.h"
#include "image/book.h"
#include "lib/cleanup.h"
#include "lib/clock.h"
#include "lib/file.h"
#include "plan/plan.h"
#include "stats/paired.h"
#include "vm/accel.h"
#include "vm/probe.h"

#define DAY_S 86400

static bool same(const char *a, const char *b)
{
	return a && b && !strcmp(a, b);
}

/* Of a date as clock_utc() writes it; -1 for what is none. */
static time_t date_read(const char *text)
{
	struct tm tm = { 0 };
	const char *end = text ? strptime(text, "%Y-%m-%dT%H:%M:%SZ", &tm) : NULL;

	return end && !*end ? timegm(&tm) : -1;
}

static void add(json_t *why, json_t *text)
{
	json_array_append_new(why, text);
}

static void reasons_of_age(const json_t *entry, const struct known_now *now, json_t *why)
{
	time_t then = date_read(json_str(entry, "date")), today = date_read(now->date);

	if (then == -1 || today == -1)
		add(why, json_string("its date cannot be read"));
	else if (today - then > (time_t)KNOWN_DAYS_MAX * DAY_S)
		add(why, json_sprintf("%lld days old", (long long)((today - then) / DAY_S)));
}

/* Why @entry would be stale: a new array of texts. @release and @kernel may be NULL, then not asked. */
static json_t *reasons_of(const json_t *entry, const struct known_now *now, const char *release,
			  const char *kernel)
{
	const char *host = json_str_or(entry, "host", "");
	const char *accel = json_str_or(entry, "accelerator", "");
	const char *qemu = json_str_or(json_object_get(entry, "versions"), "qemu", "");
	json_t *why = json_array();

	if (now->host && !same(host, now->host))
		add(why, json_sprintf("of another host: %s", host));
	if (now->accelerator && !same(accel, now->accelerator))
		add(why, json_sprintf("under %s", accel));
	if (release ? !same(json_str(entry, "release"), release) :
	    kernel ? !same(json_str(entry, "kernel"), kernel) : false)
		add(why, json_sprintf("of kernel %s", json_str_or(entry, "release", "?")));
	/* "7.2.22" of a guest, "7.2.22 (Debian ...)" of QEMU itself. */
	if (now->qemu && (strlen(qemu) != strcspn(now->qemu, " ") ||
			  strncmp(qemu, now->qemu, strlen(qemu))))
		add(why, json_sprintf("by QEMU %s", qemu));
	reasons_of_age(entry, now, why);
	return why;
}

/* A place of the plan that a calibration is looked for. */
struct wanted {
	const json_t *plan;
	const char *topology, *workload, *kernel;
};

static bool entry_fits(const json_t *entry, const struct wanted *w, const char *topology_hash,
		       const char *workload_hash)
{
	return same(json_str(entry, "clock"), json_str(w->plan, "clock")) &&
	       same(json_str(entry, "topology_hash"), topology_hash) &&
	       same(json_str(entry, "workload_hash"), workload_hash);
}

static const json_t *entry_best(const json_t *book, const struct wanted *w,
				const struct known_now *now, json_t **ret_why)
{
	cleanup_free char *topology = collect_topology_hash(w->plan, w->topology);
	cleanup_free char *workload = collect_workload_hash(w->plan, w->workload);
	const json_t *best = NULL;
	const char *release = json_str(
		json_object_get(json_object_get(w->plan, "kernels"), w->kernel), "release");
	const char *key;
	json_t *entry;

	*ret_why = NULL;
	json_object_foreach((json_t *)book, key, entry) {
		if (!entry_fits(entry, w, topology, workload))
			continue;
		json_t *why = reasons_of(entry, now, release, w->kernel);
		size_t n = json_array_size(why), before = json_array_size(*ret_why);

		if (best && (n > before || (n == before && strcmp(json_str_or(entry, "date", ""),
							json_str_or(best, "date", "")) <= 0))) {
			json_decref(why);
			continue;
		}
		json_decref(*ret_why);
		*ret_why = why;
		best = entry;
	}
	return best;
}

static json_t *place_json(const json_t *book, const struct wanted *w, const struct known_now *now)
{
	json_t *why = NULL;
	const json_t *entry = entry_best(book, w, now, &why);
	const char *state = !entry ? "missing" : json_array_size(why) ? "stale" : "fresh";
	json_t *j = json_pack("{s:s, s:s, s:s, s:s, s:o}", "topology", w->topology, "workload",
			      w->workload, "kernel", w->kernel, "state", state, "why",
			      why ? why : json_array());
	static const char *const kept[] = { "date", "release", "pairs", "metrics" };

	for (size_t i = 0; entry && i < ARRAY_SIZE(kept); i++)
		json_object_set(j, kept[i], json_object_get(entry, kept[i]));
	return j;
}

static bool place_is_there(const json_t *places, const struct wanted *w)
{
	const json_t *p;
	size_t i;

	json_array_foreach(places, i, p) {
		if (same(json_str(p, "topology"), w->topology) &&
		    same(json_str(p, "workload"), w->workload) &&
		    same(json_str(p, "kernel"), w->kernel))
			return true;
	}
	return false;
}

static const char *base_arm(const json_t *plan)
{
	const json_t *arm;
	size_t i;

	json_array_foreach(json_object_get(plan, "arms"), i, arm) {
		if (json_is_true(json_object_get(arm, "base")))
			return json_str(arm, "name");
	}
	return NULL;
}

json_t *known_for(const json_t *book, const json_t *plan, const struct known_now *now)
{
	const char *base = base_arm(plan);
	json_t *places = json_array();
	const json_t *cell;
	size_t i;

	json_array_foreach(json_object_get(plan, "cells"), i, cell) {
		const struct wanted w = { plan, json_str(cell, "topology"),
					  json_str(cell, "workload"), json_str(cell, "kernel") };

		if (same(json_str(cell, "arm"), base) && !place_is_there(places, &w))
			json_array_append_new(places, place_json(book, &w, now));
	}
	return places;
}

/* This host as it is now. */
struct here {
	char *host;
	struct vm_features features;
	char date[21];
	struct known_now now;
};

static void here_clear(struct here *h)
{
	free(h->host);
	vm_features_clear(&h->features);
}
#define cleanup_here __attribute__((cleanup(here_clear)))

/* Asking QEMU takes time: only with @ask. */
static void here_fill(struct here *h, bool ask)
{
	cleanup_json json_t *facts = host_facts(HOST_CPUINFO);
	struct err ignored;

	h->host = host_signature(facts);
	clock_utc(h->date);
	h->now = (struct known_now){ .host = h->host, .date = h->date };
	if (ask && !vm_features_probe(&h->features, &ignored))
		h->now.qemu = h->features.version;
}

void known_note(json_t *plan)
{
	cleanup_json json_t *book = book_read(KNOWN_BOOK);
	cleanup_here struct here h = { 0 };
	bool any = json_object_size(book);
	cleanup_free char *why = NULL;
	struct err ignored;
	enum accel a;

	here_fill(&h, any);
	if (same(json_str(plan, "clock"), "virtual"))
		h.now.accelerator = accel_name(ACCEL_TCG);
	else if (any && !accel_probe(&a, &why, &ignored))
		h.now.accelerator = accel_name(a);
	json_object_set_new(plan, "calibration", known_for(book, plan, &h.now));
}

static int entry_cmp(const void *a, const void *b)
{
	static const char *const keys[] = { "workload", "topology", "clock", "date" };
	const json_t *const *x = a, *const *y = b;
	int differ = 0;

	for (size_t i = 0; !differ && i < ARRAY_SIZE(keys); i++)
		differ = strcmp(json_str_or(*x, keys[i], ""), json_str_or(*y, keys[i], ""));
	return differ;
}

json_t *known_all(void)
{
	cleanup_json json_t *book = book_read(KNOWN_BOOK);
	cleanup_free json_t **entries = calloc(json_object_size(book) + 1, sizeof(json_t *));
	cleanup_here struct here h = { 0 };
	json_t *all = json_array(), *entry;
	const char *key;
	size_t n = 0;

	here_fill(&h, json_object_size(book));
	json_object_foreach(book, key, entry) {
		json_t *why = reasons_of(entry, &h.now, NULL, NULL);

		json_object_set_new(entry, "state",
				    json_string(json_array_size(why) ? "stale" : "fresh"));
		json_object_set_new(entry, "why", why);
		if (entries)
			entries[n++] = entry;
	}
	if (n)
		qsort(entries, n, sizeof(*entries), entry_cmp);
	for (size_t i = 0; i < n; i++)
		json_array_append(all, entries[i]);
	return all;
}

json_t *known_mark(const json_t *plan, const char *topology, const char *workload,
		   const char *kernel, const char *metric)
{
	const json_t *p;
	size_t i;

	json_array_foreach(json_object_get(plan, "calibration"), i, p) {
		const json_t *m = json_object_get(json_object_get(p, "metrics"), metric);

		if (!same(json_str(p, "topology"), topology) ||
		    !same(json_str(p, "workload"), workload) || !same(json_str(p, "kernel"), kernel) ||
		    !m)
			continue;
		return json_pack("{s:O, s:O, s:O*, s:O*, s:O*}", "state", json_object_get(p, "state"),
				 "why", json_object_get(p, "why"), "date", json_object_get(p, "date"),
				 "cv", json_object_get(m, "cv"), "valid", json_object_get(m, "valid"));
	}
	return json_pack("{s:s, s:[]}", "state", "missing", "why");
}

/* "; stale: 33 days old, by QEMU 7.2.1" */
static char *stale_text(const json_t *place)
{
	const json_t *why;
	char *text = path_format("%s", "");
	size_t i;

	json_array_foreach(json_object_get(place, "why"), i, why) {
		cleanup_free char *before = text;

		text = path_format("%s%s%s", before, i ? ", " : "; stale: ", json_string_value(why));
	}
	return text;
}

char *known_sentence(const json_t *place, const json_t *metric, double alpha, unsigned long family)
{
	const char *name = json_str(metric, "name");
	const json_t *m = json_object_get(json_object_get(place, "metrics"), name);
	cleanup_free char *what = path_format("%s of %s on %s", name, json_str(place, "workload"),
					      json_str(place, "topology"));

	if (!m)
		return path_format("%s: not calibrated here", what);
	double margin = json_number_value(json_object_get(metric, "margin"));
	double effect = !strcmp(json_str(metric, "scale"), "ratio") ? log1p(margin) : margin;
	unsigned needed = paired_needed(effect, json_number_value(json_object_get(m, "sd")), alpha,
					family);
	unsigned least = plan_pairs_needed(family, alpha);
	const json_t *cv = json_object_get(m, "cv");
	cleanup_free char *stale = stale_text(place);
	cleanup_free char *scatter = json_is_number(cv) ?
		path_format("CV %.2g %%", 100 * json_number_value(cv)) : path_format("no CV");

	if (!needed)
		return path_format("%s: %s over %lld boots; no number of pairs up to %d finds a change "
				   "as large as the margin%s", what, scatter,
				   (long long)json_int_or(m, "boots", 0), PAIRED_NEEDED_MAX, stale);
	return path_format("%s: %s over %lld boots on %.10s; a change as large as the margin takes "
			   "%u pairs%s", what, scatter, (long long)json_int_or(m, "boots", 0),
			   json_str_or(place, "date", "?"), needed > least ? needed : least, stale);
}
