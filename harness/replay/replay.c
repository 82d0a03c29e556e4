/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <libgen.h>
#include <string.h>
#include <unistd.h>
#include "bundle/manifest.h"
#include "cell/programs.h"
#include "compare/figures.h"
#include "lib/cleanup.h"
#include "lib/clock.h"
#include "lib/file.h"
#include "replay/facts.h"
#include "replay/likeness.h"
#include "replay/replay.h"
#include "vm/session.h"

static int cell_find(struct replay *r, const struct replay_opts *o, struct err *e)
{
	const struct result *result = r->source.result;

	if (!o->n || o->n > result->n_cells)
		return err_set(e, EINVAL, "%s has no cell %u, but %zu from 1 on", o->from, o->n,
			       result->n_cells);
	r->cell = &result->cells[o->n - 1];
	if (!r->cell->doc)
		return err_set(e, EINVAL, "cell %u of %s has no result there: nothing to replay",
			       o->n, o->from);
	if (json_object_get(result->plan, "limit_ratio") && r->cell->pair &&
	    !json_object_get(json_object_get(r->cell->doc, "fidelity"), "limits"))
		return err_set(e, EINVAL, "cell %u of %s did not get as far as to have its memory limits",
			       o->n, o->from);
	return 0;
}

/* "workloads/NAME": whatever lies there is copied into the guest. */
static bool folder_is_good(const char *folder)
{
	return folder && !strncmp(folder, "workloads/", 10) && folder[10] &&
	       !strchr(folder + 10, '/') && strcmp(folder + 10, "..") && strcmp(folder + 10, ".");
}

/* The plan may be anybody's: what it makes this host do must be what a plan's own maker allows. */
static int plan_check_use(const json_t *plan, const struct result_cell *c, struct err *e)
{
	const json_t *workload = json_object_get(json_object_get(plan, "workloads"), c->workload);
	json_t *programs = json_object_get(plan, "programs"), *hash;
	const char *connect = json_str(plan, "connect"), *clock = json_str(plan, "clock"), *name;

	if (!connect || !clock || !json_str(json_object_get(plan, "image"), "path"))
		return err_set(e, EINVAL,
			       "the plan does not say by what, on which clock or on which image "
			       "its cells ran");
	if (session_check_uri(connect, e))
		return -e->code;
	if (!folder_is_good(json_str(workload, "folder")))
		return err_set(e, EINVAL, "the plan's workload '%s' has no folder below workloads/",
			       c->workload);
	json_object_foreach(programs, name, hash)
		if (strncmp(name, "ramrig-", 7) || strchr(name, '/'))
			return err_set(e, EINVAL, "the plan's program '%s' is none of ramrig's",
				       name);
	return 0;
}

/* The one cell, with the limits that the replayed one had: pair 0 is not run again. */
static json_t *cell_plan(const struct replay *r)
{
	const struct result *result = r->source.result;
	json_t *cell = json_deep_copy(
		json_array_get(json_object_get(result->plan, "cells"), r->cell->n - 1));
	json_t *limits = json_object_get(json_object_get(r->cell->doc, "fidelity"), "limits");

	json_object_set_new(cell, "n", json_integer(1));
	if (limits)
		json_object_set(cell, "limits", limits);
	return json_pack("[o]", cell);
}

static void plan_make_replay(struct replay *r)
{
	char now[21];

	clock_utc(now);
	r->plan = json_deep_copy(r->source.result->plan);
	json_object_set_new(r->plan, "cells", cell_plan(r));
	json_object_set_new(r->plan, "ramrig", json_string(RAMRIG_VERSION));
	json_object_set_new(r->plan, "created", json_string(now));
	/* One boot decides nothing. */
	json_object_set_new(r->plan, "diagnostic", json_true());
}

/* Of an image that stays where it was, or is elsewhere in this host's cache. */
static int image_choose(struct replay *r, const struct replay_opts *o, struct err *e)
{
	json_t *slot = json_object_get(r->plan, "image");
	const char *name = json_str(slot, "name"), *hash = json_str(slot, "hash");
	const json_t *bundled = json_object_get(r->source.manifest, "image");
	cleanup_free char *path = path_format("%s", json_str(slot, "path"));
	struct image image = { 0 };
	struct err ignored;
	bool any = false;

	if (json_str(bundled, "file"))
		return 0;
	if (!name || !hash)
		return err_set(e, EINVAL, "the plan's image has no name or no hash");
	for (const char *const *word = o->allowed; word && *word; word++)
		any |= !strcmp(*word, "image");
	if (!image_load(dirname(path), &image, &ignored) && !strcmp(image.hash, hash)) {
		image_clear(&image);
		return 0;
	}
	image_clear(&image);
	int rc = image_find(name, hash, &image, e);

	if (rc == -ENOENT && any)
		rc = image_ensure(o->search, name, o->progress, &image, NULL, e);
	else if (rc == -ENOENT)
		err_set(e, ENOENT,
			"the image %s that it ran on (%.16s) is not here: ask for a bundle made "
			"with --with-image, or --allow image to take today's",
			name, hash);
	if (!rc)
		json_object_set_new(slot, "path", json_string(image.path));
	image_clear(&image);
	return rc;
}

static int kernel_check_here(const struct replay *r, struct err *e)
{
	const json_t *kernel =
		json_object_get(json_object_get(r->plan, "kernels"), r->cell->kernel);
	const char *path = json_str(kernel, "bzimage");

	if (!path || access(path, R_OK))
		return err_set(e, ENOENT,
			       "the kernel %s that it ran on is not at %s; make it again by "
			       "`ramrig kernel build` or `fetch`, and only the same one will do, "
			       "or replay a bundle",
			       r->cell->kernel, path ? path : "any place that the plan names");
	return 0;
}

int replay_open(const struct replay_opts *o, struct replay *ret, struct err *e)
{
	cleanup_json json_t *was = NULL, *is = NULL;
	int rc = likeness_check_words(o->allowed, e);

	*ret = (struct replay){ 0 };
	if (!rc)
		rc = replayable_open(o->from, &ret->source, e);
	if (!rc)
		rc = cell_find(ret, o, e);
	if (!rc)
		rc = plan_check_use(ret->source.result->plan, ret->cell, e);
	if (rc)
		return rc;
	plan_make_replay(ret);
	rc = kernel_check_here(ret, e);
	if (!rc)
		rc = image_choose(ret, o, e);
	if (!rc)
		rc = facts_now(&ret->source, ret->plan, &is, e);
	if (rc)
		return err_prefix(e, "cell %u of %s cannot be replayed here: ", o->n, o->from);
	was = facts_then(&ret->source, ret->cell);
	ret->rows = likeness_compare(was, is, o->allowed);
	return 0;
}

/* "replay" of the new plan: what it is of, and what was allowed to differ. */
static json_t *origin_of(const struct replay *r)
{
	const json_t *plan = r->source.result->plan, *row;
	json_t *differs = json_array();
	size_t i;

	json_array_foreach(r->rows, i, row)
		if (!strcmp(json_str(row, "verdict"), "allowed"))
			json_array_append(differs, (json_t *)row);
	return json_pack("{s:s, s:O*, s:i, s:O*, s:s?, s:o}", "experiment",
			 json_str(plan, "experiment"), "created", json_object_get(plan, "created"),
			 "cell", (int)r->cell->n, "started",
			 json_object_get(r->cell->doc, "started"), "bundle",
			 *r->source.hash ? r->source.hash : NULL, "differs", differs);
}

int replay_begin(const struct replay *r, const char *dir, struct err *e)
{
	static const char *const folders[] = { "workloads", PROGRAMS_FOLDER };
	cleanup_free char *path = path_format("%s/" BUNDLE_PLAN, dir);
	int rc = dir_make(dir, 0755, e);

	if (!rc && !access(path, F_OK))
		rc = err_set(e, EEXIST, "%s holds a result already; name another --out", dir);
	for (size_t i = 0; !rc && i < ARRAY_SIZE(folders); i++) {
		cleanup_free char *from = path_format("%s/%s", r->source.result->dir, folders[i]);
		cleanup_free char *to = path_format("%s/%s", dir, folders[i]);

		if (!access(from, F_OK))
			rc = dir_copy(from, to, e);
	}
	json_object_set_new(r->plan, "replay", origin_of(r));
	return rc ? rc : json_save_path(r->plan, path, e);
}

static json_t *both(const json_t *was, const json_t *is, const char *key)
{
	return json_pack("{s:O?, s:O?}", "was", json_object_get(was, key), "is",
			 json_object_get(is, key));
}

static json_t *metric_row(const char *name, const struct result_cell *was,
			  const struct result_cell *is, bool shown)
{
	const json_t *a = json_object_get(was->values, name), *b = json_object_get(is->values, name);
	const json_t *m = json_object_get(b ? is->about : was->about, name);
	double then = json_number_value(a), now = json_number_value(b);
	bool ratio = !strcmp(json_str_or(m, "scale", ""), "ratio");
	json_t *row = json_pack("{s:s, s:s, s:s, s:b, s:O?, s:O?}", "metric", name, "unit",
				json_str_or(m, "unit", ""), "scale", json_str_or(m, "scale", ""),
				"shown", shown, "was", a, "is", b);
	bool has_change = json_is_number(a) && json_is_number(b) && (!ratio || then > 0);

	json_object_set_new(row, "change",
			    !has_change ? json_null()
					: json_real(ratio ? now / then - 1 : now - then));
	return row;
}

static json_t *metrics_compare(const struct replay *r, const struct result_cell *now)
{
	cleanup_json json_t *names = json_object();
	json_t *rows = json_array(), *unused;
	const char *name;

	json_object_update(names, r->cell->values);
	json_object_update(names, now->values);
	json_object_foreach(names, name, unused)
		json_array_append_new(rows,
				      metric_row(name, r->cell, now,
						 figures_shows(r->plan, r->cell->workload, name)));
	return rows;
}

/* The domain's UUID is drawn anew for each boot. */
static bool says_nothing(const json_t *argv, size_t i)
{
	const char *before = i ? json_string_value(json_array_get(argv, i - 1)) : NULL;

	return before && !strcmp(before, "-uuid");
}

static json_t *argv_load(const char *dir, unsigned n)
{
	cleanup_free char *path = path_format("%s/cells/%04u/argv.json", dir, n);
	struct err ignored;
	json_t *argv = NULL;

	json_load_path(path, &argv, &ignored);
	return argv;
}

static json_t *argv_compare(const json_t *was, const json_t *is)
{
	size_t n = json_array_size(was) > json_array_size(is) ? json_array_size(was)
							      : json_array_size(is);
	json_t *rows = json_array();

	for (size_t i = 0; i < n; i++) {
		const char *then = json_string_value(json_array_get(was, i));
		const char *now = json_string_value(json_array_get(is, i));
		cleanup_free char *a = likeness_without_paths(then ? then : "");
		cleanup_free char *b = likeness_without_paths(now ? now : "");

		if (strcmp(a, b) && !says_nothing(is, i))
			json_array_append_new(rows,
					      json_pack("{s:s?, s:s?}", "was", then, "is", now));
	}
	return rows;
}

json_t *replay_outcome(const struct replay *r, const struct result *result)
{
	const json_t *was = r->cell->doc, *is = result->cells[0].doc;
	cleanup_json json_t *then = argv_load(r->source.result->dir, r->cell->n);
	cleanup_json json_t *now = argv_load(result->dir, 1);

	return json_pack("{s:s, s:i, s:o, s:o, s:o, s:o, s:o}", "experiment",
			 json_str(r->plan, "experiment"), "cell", (int)r->cell->n, "outcome",
			 both(was, is, "outcome"), "reason", both(was, is, "reason"), "report",
			 both(was, is, "report"), "metrics", metrics_compare(r, &result->cells[0]), "argv",
			 then && now ? argv_compare(then, now) : json_null());
}

void replay_clear(struct replay *r)
{
	replayable_clear(&r->source);
	json_decref(r->plan);
	json_decref(r->rows);
	*r = (struct replay){ 0 };
}
