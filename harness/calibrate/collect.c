/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "calibrate/collect.h"
#include "calibrate/noise.h"
#include "cell/host-facts.h"
#include "compare/figures.h"
#include "compare/group.h"
#include "lib/cleanup.h"
#include "lib/file.h"
#include "plan/counted.h"

#define HASH_SHOWN 16

char *collect_topology_hash(const json_t *plan, const char *topology)
{
	cleanup_json json_t *doc = json_copy(
		json_object_get(json_object_get(plan, "topologies"), topology));

	json_object_del(doc, "topology");
	cleanup_free char *hex = counted_hash("topology", doc);
	return path_format("%.*s", HASH_SHOWN, hex ? hex : "");
}

char *collect_workload_hash(const json_t *plan, const char *workload)
{
	cleanup_json json_t *doc = json_pack(
		"{s:O?, s:O?}", "workload",
		json_object_get(json_object_get(plan, "workloads"), workload), "limit_ratio",
		json_object_get(plan, "limit_ratio"));
	cleanup_free char *hex = counted_hash("workload", doc);

	return path_format("%.*s", HASH_SHOWN, hex ? hex : "");
}

/* The figures of one metric in all pairs of a group. */
struct figures {
	size_t pairs;
	double *a, *b, *boots;
};

static void figures_clear(struct figures *f)
{
	free(f->a);
	*f = (struct figures){ 0 };
}

struct boot {
	unsigned n;	/* of the cell */
	double value;
};

static int boot_cmp(const void *a, const void *b)
{
	const struct boot *x = a, *y = b;

	return (x->n > y->n) - (x->n < y->n);
}

/* Of pairs in which both cells have the metric. */
static int figures_read(const struct group *g, const char *metric, struct figures *ret,
			struct err *e)
{
	cleanup_free struct boot *boots = calloc(2 * g->n_pairs + 1, sizeof(*boots));
	double *v = calloc(4 * g->n_pairs + 1, sizeof(*v));
	struct figures f = { .a = v, .b = v + g->n_pairs, .boots = v + 2 * g->n_pairs };

	if (!boots || !v) {
		free(v);
		return err_set(e, ENOMEM, "out of memory for metric '%s'", metric);
	}
	for (size_t i = 0; i < g->n_pairs; i++) {
		const struct pair *p = &g->pairs[i];
		if (!result_cell_value(p->base, metric, &f.a[f.pairs]) ||
		    !result_cell_value(p->arm, metric, &f.b[f.pairs]))
			continue;
		boots[2 * f.pairs] = (struct boot){ p->base->n, f.a[f.pairs] };
		boots[2 * f.pairs + 1] = (struct boot){ p->arm->n, f.b[f.pairs] };
		f.pairs++;
	}
	qsort(boots, 2 * f.pairs, sizeof(*boots), boot_cmp);
	for (size_t i = 0; i < 2 * f.pairs; i++)
		f.boots[i] = boots[i].value;
	*ret = f;
	return 0;
}

/* The plan's own margin of the metric, or COLLECT_MARGIN of a ratio; NAN for none. */
static double margin_of(const json_t *plan, const char *metric, bool ratio)
{
	const json_t *m = json_array_find(json_object_get(plan, "metrics"), "name", metric);

	if (m)
		return json_number_value(json_object_get(m, "margin"));
	return ratio ? COLLECT_MARGIN : NAN;
}

static json_t *noise_json(const struct noise *n, const json_t *metric, size_t pairs, double margin,
			  bool is_virtual)
{
	json_t *j = json_pack(
		"{s:s, s:s, s:I, s:f, s:o, s:f, s:b, s:f, s:o}", "unit", json_str(metric, "unit"),
		"scale", json_str(metric, "scale"), "boots", 2 * (json_int_t)pairs, "mean", n->mean,
		"cv", json_real_or_null(n->cv), "sd", n->sd, "bimodal", n->bimodal, "drift_p", n->drift_p,
		"lag1", json_real_or_null(n->lag1));

	json_object_set_new(j, "redrawn",
			    json_pack("{s:i, s:i, s:i, s:o, s:o, s:b}", "comparisons",
				      (int)n->redraws, "pairs", (int)n->redraw_pairs, "alarms",
				      (int)n->alarms, "margin", json_real_or_null(margin), "called",
				      isnan(margin) ? json_null() : json_integer(n->called),
				      "dependent", true));
	if (is_virtual)
		json_object_set_new(j, "valid", json_boolean(noise_is_valid_virtual(n)));
	return j;
}

/* Adds the metric to @metrics, unless its figures are none to be compared. */
static int metric_add(const struct result *r, const struct group *g, const char *name,
		      const json_t *metric, json_t *metrics, struct err *e)
{
	__attribute__((cleanup(figures_clear))) struct figures f = { 0 };
	bool ratio = !strcmp(json_str(metric, "scale"), "ratio");
	const struct noise_opts o = {
		.ratio = ratio,
		.margin = margin_of(r->plan, name, ratio),
		.seed = (uint64_t)json_int_or(r->plan, "seed", 0),
	};
	struct noise n;
	struct err none;

	if (figures_read(g, name, &f, e))
		return -e->code;
	const struct noise_pool pool = { f.a, f.b, f.pairs, f.boots };
	int rc = noise_measure(&pool, &o, &n, &none);

	if (rc == -ENOMEM)
		*e = none;
	if (rc)
		return rc == -ENOMEM ? rc : 0;
	const json_t *fidelity = json_object_get(g->pairs[0].base->doc, "fidelity");

	json_object_set_new(metrics, name,
			    noise_json(&n, metric, f.pairs, o.margin,
				       !strcmp(json_str_or(fidelity, "clock", ""), "virtual")));
	return 0;
}

static json_t *entry_head(const struct result *r, const struct group *g)
{
	const json_t *doc = g->pairs[0].base->doc, *fidelity = json_object_get(doc, "fidelity");
	cleanup_free char *host = host_signature(json_object_get(doc, "host"));
	cleanup_free char *topology = collect_topology_hash(r->plan, g->topology);
	cleanup_free char *workload = collect_workload_hash(r->plan, g->workload);

	return json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:O*, s:O*, s:I}", "date",
			 json_str_or(r->plan, "created", ""), "host", host, "kernel",
			 g->base_kernel, "release", json_str_or(doc, "release", ""), "accelerator",
			 json_str_or(fidelity, "accelerator", ""), "clock",
			 json_str_or(fidelity, "clock", ""), "topology", g->topology,
			 "topology_hash", topology, "workload", g->workload, "workload_hash",
			 workload, "policies",
			 json_object_get(result_arm(r, g->base), "policies"), "versions",
			 json_object_get(doc, "versions"), "pairs", (json_int_t)g->n_pairs);
}

/* Adds the group's noise to @list, or, where too few of its pairs are whole, the group to @left_out. */
static int entry_add(const struct result *r, const struct group *g, json_t *list, json_t *left_out,
		     struct err *e)
{
	cleanup_json json_t *metrics = json_object(), *entry = NULL;
	const char *name;
	json_t *m;
	int rc = 0;

	if (g->n_pairs < 2) {
		json_array_append_new(left_out, json_sprintf("%s on %s (%zu whole pair%s)", g->workload,
							     g->topology, g->n_pairs,
							     g->n_pairs == 1 ? "" : "s"));
		return 0;
	}
	json_object_foreach(g->pairs[0].base->about, name, m) {
		if (!rc && figures_shows(r->plan, g->workload, name))
			rc = metric_add(r, g, name, m, metrics, e);
	}
	if (rc)
		return rc;
	entry = entry_head(r, g);
	if (!entry || json_object_set(entry, "metrics", metrics) || json_array_append(list, entry))
		return err_set(e, ENOMEM, "out of memory for the noise of %s", g->workload);
	return 0;
}

/* Two arms that are one. */
static bool is_a_against_a(const json_t *plan)
{
	const json_t *arms = json_object_get(plan, "arms"), *a = json_array_get(arms, 0),
		     *b = json_array_get(arms, 1);

	return json_array_size(arms) == 2 &&
	       json_equal(json_object_get(a, "policies"), json_object_get(b, "policies")) &&
	       json_equal(json_object_get(a, "kernel"), json_object_get(b, "kernel"));
}

int collect_noise(const struct result *r, json_t **ret, json_t **ret_left_out, struct err *e)
{
	cleanup_groups struct groups gs = { 0 };
	cleanup_json json_t *list = json_array(), *left_out = json_array();
	int rc = 0;

	if (!is_a_against_a(r->plan))
		return err_set(e, EINVAL, "%s compares arms that differ: noise is what A against A "
			       "shows, two arms of the same policies and kernel", r->dir);
	rc = groups_within(r, &gs, e);
	for (size_t i = 0; !rc && i < gs.n; i++)
		rc = entry_add(r, &gs.v[i], list, left_out, e);
	if (!rc && !json_array_size(list))
		rc = err_set(e, ENODATA, "%s has nothing of which two pairs are whole: noise shows from "
			     "two on", r->dir);
	if (rc)
		return rc;
	*ret = take_ptr(list);
	*ret_left_out = take_ptr(left_out);
	return 0;
}

char *collect_key(const json_t *entry)
{
	return path_format("%s | %s | %s | %s | %s | %s", json_str_or(entry, "host", ""),
			   json_str_or(entry, "release", ""), json_str_or(entry, "accelerator", ""),
			   json_str_or(entry, "clock", ""), json_str_or(entry, "topology_hash", ""),
			   json_str_or(entry, "workload_hash", ""));
}
