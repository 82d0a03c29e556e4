/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include "bundle/read.h"
#include "lib/cleanup.h"
#include "lib/file.h"
#include "lib/parallel.h"
#include "result/check.h"
#include "result/result.h"
#include "result/shared.h"

#define CELL_FILE_MAX (8UL << 20)

static void warn(struct result *r, unsigned n, const char *why)
{
	json_array_append_new(r->warnings,
			      json_sprintf("cell %u counts as not done: %s", n, why));
}

static int cell_matches(const struct result_cell *c, const json_t *doc, struct err *e)
{
	const struct {
		const char *key, *planned;
	} names[] = {
		{ "kernel", c->kernel },
		{ "topology", c->topology },
		{ "workload", c->workload },
		{ "arm", c->arm },
	};

	if (json_int_or(doc, "n", 0) != c->n || json_int_or(doc, "pair", 0) != c->pair)
		return err_set(e, EINVAL, "it is of another cell or pair than planned");
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		if (strcmp(json_str(doc, names[i].key), names[i].planned))
			return err_set(e, EINVAL, "its %s is '%s', planned was '%s'", names[i].key,
				       json_str(doc, names[i].key), names[i].planned);
	}
	return 0;
}

/* Sets *ret to a document that can be believed. -ENOENT: there is none yet. */
static int cell_read(const struct result *r, const struct result_cell *c, json_t **ret,
		     struct err *e)
{
	cleanup_free char *path = path_format("%s/cells/%04u/result.json", r->dir, c->n);
	cleanup_free char *text = NULL;
	cleanup_json json_t *doc = NULL;
	json_error_t je;
	struct stat st;
	size_t len;

	if (stat(path, &st))
		return err_set(e, errno, "cannot open result.json: %m");
	if (!S_ISREG(st.st_mode))
		return err_set(e, EINVAL, "result.json is not a file");
	int rc = file_read(AT_FDCWD, path, CELL_FILE_MAX, &text, &len, e);
	if (rc)
		return rc;
	doc = json_loadb(text, len, JSON_REJECT_DUPLICATES, &je);
	if (!doc)
		return err_set(e, EINVAL, "result.json:%d:%d: %s", je.line, je.column, je.text);
	rc = cell_check(doc, e);
	if (!rc)
		rc = cell_matches(c, doc, e);
	if (!rc)
		*ret = take_ptr(doc);
	return rc;
}

struct loading {
	struct result *result;
	char **why;	/* of each cell; NULL: nothing is wrong with it */
	struct shared *abouts;
};

static void cell_load(size_t i, void *arg)
{
	const struct loading *l = arg;
	struct result_cell *c = &l->result->cells[i];
	json_t *doc = NULL;
	struct err e;

	c->outcome = OUTCOME_COUNT;
	int rc = cell_read(l->result, c, &doc, &e);
	if (rc) {
		if (rc != -ENOENT)
			l->why[i] = path_format("%s", e.msg);
		return;
	}
	result_cell_set(c, doc);
	c->about = shared_take(l->abouts, c->about);
	c->outcome = outcome_from_name(json_str(c->doc, "outcome"));
}

static int cells_load(struct result *r, struct err *e)
{
	cleanup_free char **why = calloc(r->n_cells + 1, sizeof(*why));
	cleanup_shared struct shared *abouts = shared_new();

	if (!why || !abouts)
		return err_set(e, ENOMEM, "out of memory for the cells of %s", r->dir);
	parallel_each(r->n_cells, cell_load, &(struct loading){ r, why, abouts });
	for (size_t i = 0; i < r->n_cells; i++) {
		if (why[i])
			warn(r, r->cells[i].n, why[i]);
		free(why[i]);
	}
	return 0;
}

static int cell_plan(const struct result *r, size_t at, struct result_cell *c, struct err *e)
{
	const json_t *j = json_array_get(json_object_get(r->plan, "cells"), at);
	json_int_t n = json_int_or(j, "n", 0), pair = json_int_or(j, "pair", 0);

	*c = (struct result_cell){
		.n = (unsigned)n,
		.pair = (unsigned)pair,
		.kernel = json_str(j, "kernel"),
		.topology = json_str(j, "topology"),
		.workload = json_str(j, "workload"),
		.arm = json_str(j, "arm"),
	};
	if (n != (json_int_t)at + 1)
		return err_set(e, EINVAL, "cell %zu is numbered %lld", at + 1, (long long)n);
	if (pair > RESULT_PAIRS_MAX)
		return err_set(e, EINVAL, "cell %zu is of pair %lld", at + 1, (long long)pair);
	if (!result_arm(r, c->arm))
		return err_set(e, EINVAL, "cell %zu is of arm '%s', which the plan lacks", at + 1,
			       c->arm);
	return 0;
}

static int result_read(struct result *r, struct err *e)
{
	cleanup_free char *path = path_format("%s/plan.json", r->dir);
	int rc = json_load_path(path, &r->plan, e);

	if (rc == -ENOENT || rc == -ENOTDIR)
		return err_set(e, -rc, "%s is not a result: it has no plan.json", r->dir);
	if (rc)
		return rc;
	rc = plan_check(r->plan, e);
	if (rc)
		return err_prefix(e, "%s: ", path);

	size_t n = json_array_size(json_object_get(r->plan, "cells"));
	r->cells = calloc(n + 1, sizeof(*r->cells));
	if (!r->cells)
		return err_set(e, ENOMEM, "out of memory for the cells of %s", r->dir);
	for (; r->n_cells < n; r->n_cells++) {
		rc = cell_plan(r, r->n_cells, &r->cells[r->n_cells], e);
		if (rc)
			return err_prefix(e, "%s: ", path);
	}
	return cells_load(r, e);
}

/* What analysis reads of a bundle, in a folder that ends with the result. */
static int bundle_open(struct result *r, const char *path, struct err *e)
{
	cleanup_free char *dir = path_format("%s/ramrig-bundle-XXXXXX", dir_of_temporaries());

	if (!mkdtemp(dir))
		return err_set(e, errno, "cannot create a folder for %s: %m", path);
	r->dir = take_ptr(dir);
	r->is_unpacked = true;
	return bundle_unpack(path, r->dir, BUNDLE_ANALYSIS, e);
}

/* What was taken of another than the replayed cell's is told wherever the result is read. */
static void warn_replay(struct result *r)
{
	const json_t *replay = json_object_get(r->plan, "replay"), *differs;
	size_t i;

	json_array_foreach(json_object_get(replay, "differs"), i, differs) {
		cleanup_free char *text = path_format(
			"it replays cell %lld of %s with another %s: then %s, now %s",
			(long long)json_int_or(replay, "cell", 0),
			json_str_or(replay, "experiment", "?"), json_str_or(differs, "what", "?"),
			json_str_or(differs, "was", "?"), json_str_or(differs, "is", "?"));

		json_array_append_new(r->warnings, json_sentence(text));
	}
}

int result_load(const char *path, struct result **ret, struct err *e)
{
	cleanup_result struct result *r = calloc(1, sizeof(*r));
	struct stat st;
	int rc = 0;

	if (!r)
		return err_set(e, ENOMEM, "out of memory for %s", path);
	r->warnings = json_array();
	if (!stat(path, &st) && S_ISREG(st.st_mode))
		rc = bundle_open(r, path, e);
	else
		r->dir = path_format("%s", path);
	if (!rc)
		rc = result_read(r, e);
	if (!rc)
		warn_replay(r);
	if (!rc)
		*ret = take_ptr(r);
	return rc;
}

void result_cell_set(struct result_cell *c, json_t *doc)
{
	const char *name;
	json_t *metric;

	c->doc = doc;
	c->values = json_object();
	c->about = json_incref(json_object_get(doc, "metrics"));
	json_object_foreach(c->about, name, metric) {
		json_object_set(c->values, name, json_object_get(metric, "value"));
		json_object_del(metric, "value");
	}
	json_object_del(doc, "metrics");
}

const json_t *result_cell_metric(const struct result_cell *c, const char *name)
{
	return c->outcome == OUTCOME_OK ? json_object_get(c->about, name) : NULL;
}

bool result_cell_value(const struct result_cell *c, const char *name, double *ret)
{
	const json_t *v = c->outcome == OUTCOME_OK ? json_object_get(c->values, name) : NULL;

	*ret = json_number_value(v);
	return json_is_number(v);
}

json_int_t result_wall_ms(const json_t *doc)
{
	json_int_t ms = 0;
	const json_t *phase;
	size_t i;

	json_array_foreach(json_object_get(doc, "phases"), i, phase)
		ms += json_int_or(phase, "wall_ms", 0);
	return ms;
}

bool result_asks(const json_t *m, const char *workload)
{
	const json_t *some = json_object_get(m, "workloads"), *name;
	size_t i;

	json_array_foreach(some, i, name) {
		if (json_is_string(name) && !strcmp(json_string_value(name), workload))
			return true;
	}
	return !some;
}

const json_t *result_arm(const struct result *r, const char *name)
{
	return json_array_find(json_object_get(r->plan, "arms"), "name", name);
}

void result_cell_clear(struct result_cell *c)
{
	json_decref(c->doc);
	json_decref(c->values);
	json_decref(c->about);
}

void result_free(struct result *r)
{
	struct err ignored;

	if (!r)
		return;
	for (size_t i = 0; i < r->n_cells; i++)
		result_cell_clear(&r->cells[i]);
	free(r->cells);
	json_decref(r->plan);
	json_decref(r->warnings);
	if (r->is_unpacked)
		dir_remove(r->dir, &ignored);
	free(r->dir);
	free(r);
}
