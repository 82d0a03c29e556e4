/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <math.h>
#include <stdbool.h>
#include <string.h>
#include "lib/cleanup.h"
#include "result/check.h"
#include "result/outcome.h"
#include "result/result.h"

/* What a key may hold; each is one bit, so that a key can take several. */
enum kind {
	KIND_STRING = 1,
	KIND_COUNT = 2,		/* a whole number of at least 1 */
	KIND_NUMBER = 4,
	KIND_OBJECT = 8,
	KIND_ARRAY = 16,
	KIND_BOOL = 32,
	KIND_ABSENT = 64,
	KIND_ZERO = 128,
};

struct key {
	const char *name;
	unsigned kinds;
	const char *const *words;	/* of a string: the only ones allowed; NULL: any */
};

static const char *const better_words[] = { "more", "less", NULL };
static const char *const scale_words[] = { "ratio", "difference", NULL };
static const char *const loop_words[] = { "closed", "open", NULL };
static const char *const kind_words[] = { "measured", "derived", "modelled", NULL };
static const char *const clock_words[] = { "host", "virtual", NULL };
static const char *const accelerator_words[] = { "kvm", "tcg", NULL };
static const char *const proof_words[] = { "ok", "failed", "none", NULL };

static const struct key plan_keys[] = {
	{ "experiment", KIND_STRING, NULL }, { "pairs", KIND_COUNT, NULL },
	{ "alpha", KIND_NUMBER, NULL },      { "kernels", KIND_OBJECT, NULL },
	{ "topologies", KIND_OBJECT, NULL }, { "workloads", KIND_OBJECT, NULL },
	{ "arms", KIND_ARRAY, NULL },        { "metrics", KIND_ARRAY, NULL },
	{ "cells", KIND_ARRAY, NULL },       { "diagnostic", KIND_BOOL | KIND_ABSENT, NULL },
	{ "family", KIND_NUMBER, NULL },     { "trace", KIND_ARRAY | KIND_ABSENT, NULL },
	{ "limit_ratio", KIND_NUMBER | KIND_ABSENT, NULL },
	{ NULL, 0, NULL },
};
static const struct key arm_keys[] = {
	{ "name", KIND_STRING, NULL },
	{ "base", KIND_BOOL | KIND_ABSENT, NULL },
	{ "kernel", KIND_STRING | KIND_ABSENT, NULL },
	{ NULL, 0, NULL },
};
static const struct key plan_metric_keys[] = {
	{ "name", KIND_STRING, NULL },          { "unit", KIND_STRING, NULL },
	{ "better", KIND_STRING, better_words }, { "scale", KIND_STRING, scale_words },
	{ "margin", KIND_NUMBER, NULL },
	{ "workloads", KIND_ARRAY | KIND_ABSENT, NULL },
	{ NULL, 0, NULL },
};
static const struct key plan_cell_keys[] = {
	{ "n", KIND_COUNT, NULL },         { "pair", KIND_COUNT | KIND_ZERO, NULL },
	{ "kernel", KIND_STRING, NULL },   { "topology", KIND_STRING, NULL },
	{ "workload", KIND_STRING, NULL }, { "arm", KIND_STRING, NULL },
	{ NULL, 0, NULL },
};
static const struct key cell_keys[] = {
	{ "outcome", KIND_STRING, NULL },
	{ "reason", KIND_STRING, NULL },
	{ "phases", KIND_ARRAY | KIND_ABSENT, NULL },
	{ "warnings", KIND_ARRAY | KIND_ABSENT, NULL },
	{ "reports", KIND_ARRAY | KIND_ABSENT, NULL },
	{ "report", KIND_STRING | KIND_ABSENT, NULL },
	{ "taint", KIND_OBJECT | KIND_ABSENT, NULL },
	{ "trace", KIND_OBJECT | KIND_ABSENT, NULL },
	{ "stalls", KIND_OBJECT | KIND_ABSENT, NULL },
	{ NULL, 0, NULL },
};
static const struct key report_keys[] = {
	{ "kind", KIND_STRING, NULL },   { "title", KIND_STRING, NULL },
	{ "function", KIND_STRING, NULL }, { "hash", KIND_STRING, NULL },
	{ "fatal", KIND_BOOL, NULL },    { "count", KIND_COUNT, NULL },
	{ "line", KIND_COUNT, NULL },    { "stack", KIND_ARRAY, NULL },
	{ "context", KIND_ARRAY, NULL },
	{ "frames", KIND_ARRAY | KIND_ABSENT, NULL },
	{ "where", KIND_STRING | KIND_ABSENT, NULL },
	{ "expected", KIND_BOOL | KIND_ABSENT, NULL },
	{ NULL, 0, NULL },
};
static const struct key taint_keys[] = {
	{ "number", KIND_NUMBER, NULL },
	{ "letters", KIND_STRING, NULL },
	{ NULL, 0, NULL },
};
static const struct key ok_cell_keys[] = {
	{ "fidelity", KIND_OBJECT, NULL },
	{ "metrics", KIND_OBJECT, NULL },
	{ "proof", KIND_OBJECT, NULL },
	{ NULL, 0, NULL },
};
static const struct key fidelity_keys[] = {
	{ "accelerator", KIND_STRING, accelerator_words },
	{ "clock", KIND_STRING, clock_words },
	{ "cpus", KIND_COUNT, NULL },
	{ "nodes", KIND_OBJECT, NULL },
	{ "swaps", KIND_OBJECT, NULL },
	{ "limits", KIND_OBJECT | KIND_ABSENT, NULL },
	{ NULL, 0, NULL },
};
static const struct key proof_keys[] = {
	{ "status", KIND_STRING, proof_words },
	{ NULL, 0, NULL },
};
static const struct key cell_metric_keys[] = {
	{ "value", KIND_NUMBER, NULL },          { "unit", KIND_STRING, NULL },
	{ "better", KIND_STRING, better_words }, { "scale", KIND_STRING, scale_words },
	{ "kind", KIND_STRING, kind_words },
	{ "loop", KIND_STRING | KIND_ABSENT, loop_words },
	{ NULL, 0, NULL },
};

static unsigned kind_of(const json_t *v)
{
	if (!v || json_is_null(v))
		return KIND_ABSENT;
	switch (json_typeof(v)) {
	case JSON_STRING:
		return KIND_STRING;
	case JSON_INTEGER:
		return KIND_NUMBER | (json_integer_value(v) > 0 ? KIND_COUNT : 0) |
		       (json_integer_value(v) ? 0 : KIND_ZERO);
	case JSON_REAL:
		return isfinite(json_real_value(v)) ? KIND_NUMBER : 0;
	case JSON_OBJECT:
		return KIND_OBJECT;
	case JSON_ARRAY:
		return KIND_ARRAY;
	default:
		return json_is_boolean(v) ? KIND_BOOL : 0;
	}
}

static bool word_known(const char *word, const char *const *words)
{
	while (*words && strcmp(word, *words))
		words++;
	return *words;
}

/* @what names the object in errors: "metric 2". */
static int keys_check(const json_t *j, const struct key *keys, const char *what, struct err *e)
{
	if (!json_is_object(j))
		return err_set(e, EINVAL, "%s is not an object", what);
	for (const struct key *k = keys; k->name; k++) {
		const json_t *v = json_object_get(j, k->name);

		if (!(kind_of(v) & k->kinds))
			return err_set(e, EINVAL, "'%s' of %s is %s", k->name, what,
				       v ? "not what it should be" : "missing");
		if (k->words && json_is_string(v) && !word_known(json_string_value(v), k->words))
			return err_set(e, EINVAL, "'%s' of %s is '%s', which is unknown", k->name,
				       what, json_string_value(v));
	}
	return 0;
}

static int array_check(const json_t *array, const struct key *keys, const char *what,
		       struct err *e)
{
	const json_t *item;
	size_t i;

	json_array_foreach(array, i, item) {
		char name[64];

		snprintf(name, sizeof(name), "%s %zu", what, i + 1);
		int rc = keys_check(item, keys, name, e);
		if (rc)
			return rc;
	}
	return 0;
}

static int schema_check(const json_t *j, const char *what, struct err *e)
{
	if (!json_is_object(j))
		return err_set(e, EINVAL, "%s is not an object", what);
	if (json_int_or(j, "schema", 0) != 1)
		return err_set(e, EINVAL, "'schema' of %s is not 1, the one this ramrig reads",
			       what);
	return 0;
}

static int plan_limits_check(const json_t *plan, struct err *e)
{
	const json_t *arms = json_object_get(plan, "arms"), *arm;
	double alpha = json_number_value(json_object_get(plan, "alpha"));
	size_t i, bases = 0;

	if (!(alpha > 0 && alpha <= 0.5))
		return err_set(e, EINVAL, "'alpha' of the plan is not between 0 and 0.5");
	if (json_int_or(plan, "family", -1) < 0)
		return err_set(e, EINVAL, "'family' of the plan is not a whole number");
	if (json_int_or(plan, "pairs", 0) > RESULT_PAIRS_MAX)
		return err_set(e, EINVAL, "the plan has over %d pairs", RESULT_PAIRS_MAX);
	if (json_array_size(json_object_get(plan, "cells")) > RESULT_CELLS_MAX)
		return err_set(e, EINVAL, "the plan has over %d cells", RESULT_CELLS_MAX);
	json_array_foreach(arms, i, arm)
		bases += json_is_true(json_object_get(arm, "base"));
	if (bases != 1)
		return err_set(e, EINVAL, "the plan has %zu base arms instead of one", bases);
	return 0;
}

int plan_check(const json_t *plan, struct err *e)
{
	static const struct {
		const char *key, *what;
		const struct key *keys;
	} arrays[] = {
		{ "arms", "arm", arm_keys },
		{ "metrics", "metric", plan_metric_keys },
		{ "cells", "cell", plan_cell_keys },
	};
	int rc = schema_check(plan, "the plan", e);

	if (!rc)
		rc = keys_check(plan, plan_keys, "the plan", e);
	for (size_t i = 0; !rc && i < ARRAY_SIZE(arrays); i++)
		rc = array_check(json_object_get(plan, arrays[i].key), arrays[i].keys,
				 arrays[i].what, e);
	return rc ? rc : plan_limits_check(plan, e);
}

static int strings_check(const json_t *fidelity, const char *key, struct err *e)
{
	const char *name;
	json_t *v;

	json_object_foreach(json_object_get(fidelity, key), name, v) {
		if (!json_is_string(v))
			return err_set(e, EINVAL, "'%s' of '%s' is not a string", name, key);
	}
	return 0;
}

static int ok_cell_check(const json_t *cell, struct err *e)
{
	const json_t *fidelity = json_object_get(cell, "fidelity");
	const char *name;
	json_t *metric;
	int rc = keys_check(cell, ok_cell_keys, "the cell", e);

	if (!rc)
		rc = keys_check(fidelity, fidelity_keys, "'fidelity'", e);
	if (!rc)
		rc = strings_check(fidelity, "nodes", e);
	if (!rc)
		rc = strings_check(fidelity, "swaps", e);
	if (!rc)
		rc = keys_check(json_object_get(cell, "proof"), proof_keys, "'proof'", e);
	if (rc)
		return rc;
	json_object_foreach(json_object_get(cell, "metrics"), name, metric) {
		char what[128];

		snprintf(what, sizeof(what), "metric '%s'", name);
		rc = keys_check(metric, cell_metric_keys, what, e);
		if (rc)
			return rc;
	}
	return 0;
}

static int reports_check(const json_t *reports, struct err *e)
{
	int rc = array_check(reports, report_keys, "report", e);
	const json_t *report, *line;
	size_t i, at;

	if (rc)
		return rc;
	json_array_foreach(reports, i, report) {
		json_array_foreach(json_object_get(report, "context"), at, line) {
			if (!json_is_string(line))
				return err_set(e, EINVAL, "'context' of report %zu has a line that "
					       "is not a string", i + 1);
		}
	}
	return 0;
}

int cell_check(const json_t *cell, struct err *e)
{
	int rc = schema_check(cell, "the cell", e);

	if (!rc)
		rc = keys_check(cell, plan_cell_keys, "the cell", e);
	if (!rc)
		rc = keys_check(cell, cell_keys, "the cell", e);
	if (!rc)
		rc = reports_check(json_object_get(cell, "reports"), e);
	if (!rc && json_is_object(json_object_get(cell, "taint")))
		rc = keys_check(json_object_get(cell, "taint"), taint_keys, "'taint'", e);
	if (rc)
		return rc;

	enum outcome o = outcome_from_name(json_str(cell, "outcome"));
	if (o == OUTCOME_COUNT)
		return err_set(e, EINVAL, "the outcome '%s' is unknown", json_str(cell, "outcome"));
	return o == OUTCOME_OK ? ok_cell_check(cell, e) : 0;
}
