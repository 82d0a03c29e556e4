/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RAMRIG_COMPARE_FIXTURE_H
#define RAMRIG_COMPARE_FIXTURE_H

/* Comparisons of recorded results, and of copies that were changed; cmocka.h comes first. */
#include "compare/compare.h"
#include "result-edit.h"

static inline struct result *load(const char *dir)
{
	struct result *r = NULL;
	struct err e;

	if (result_load(dir, &r, &e))
		fail_msg("%s", e.msg);
	return r;
}

/* Compares the folder @dir in itself, or with @second. */
static inline json_t *compared(const char *dir, const char *second)
{
	cleanup_result struct result *a = load(dir), *b = second ? load(second) : NULL;
	json_t *j = NULL;
	struct err e;

	if (compare_results(a, b, &j, &e))
		fail_msg("%s", e.msg);
	return j;
}

static inline int refused(const char *dir, const char *second, struct err *e)
{
	cleanup_result struct result *a = load(dir), *b = second ? load(second) : NULL;
	json_t *j = NULL;
	int rc = compare_results(a, b, &j, e);

	assert_null(j);
	return rc;
}

/* The row of @metric of the first group that has it. */
static inline json_t *row(const json_t *j, const char *list, const char *metric)
{
	json_t *r;
	size_t i;

	json_array_foreach(json_object_get(j, list), i, r) {
		if (!strcmp(json_str(r, "metric"), metric))
			return r;
	}
	fail_msg("no %s in %s", metric, list);
	return NULL;
}

static inline double number(const json_t *j, const char *key)
{
	assert_true(json_is_number(json_object_get(j, key)));
	return json_number_value(json_object_get(j, key));
}

static inline bool warned(const json_t *j, const char *text)
{
	const json_t *w;
	size_t i;

	json_array_foreach(json_object_get(j, "warnings"), i, w) {
		if (strstr(json_string_value(w), text))
			return true;
	}
	return false;
}

/* Sets @metric of every cell of @arm to @base x @factor, a little of its own in each pair. */
static inline void set_metric(const char *dir, const char *arm, const char *metric, double v,
		       double scatter)
{
	cleanup_result struct result *r = load(dir);

	for (size_t i = 0; i < r->n_cells; i++) {
		const struct result_cell *c = &r->cells[i];
		cleanup_free char *path = path_format("metrics.%s.value", metric);

		if (!strcmp(c->arm, arm))
			edit_cell(dir, c->n, path,
				  json_real(v * (1 + scatter * ((c->pair * 3) % 7 - 3.0))));
	}
}

static inline void set_loop(const char *dir, const char *metric, const char *loop)
{
	cleanup_result struct result *r = load(dir);
	cleanup_free char *path = path_format("metrics.%s.loop", metric);

	for (size_t i = 0; i < r->n_cells; i++)
		if (r->cells[i].outcome == OUTCOME_OK)
			edit_cell(dir, r->cells[i].n, path, json_string(loop));
}

#endif
