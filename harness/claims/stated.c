/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <math.h>
#include <string.h>
#include "claims/stated.h"
#include "claims/value.h"
#include "lib/cleanup.h"

/* Keys that a row has, or else its figure, or else the claim. */
static const char *const inherited[] = { "experiment",	 "workload",  "topology", "arm",
					 "metric",	 "tolerance", "runs",	  "needs",
					 "not_testable", "note" };

const char *stated_cell(const json_t *claim, const json_t *row, const char *column)
{
	const json_t *c;
	size_t i;

	json_array_foreach(json_object_get(claim, "columns"), i, c)
		if (column && !strcmp(json_str(c, "name"), column))
			return json_string_value(json_array_get(json_object_get(row, "values"), i));
	return NULL;
}

static const char *column_unit(const json_t *claim, const char *column)
{
	return json_str_or(json_array_find(json_object_get(claim, "columns"), "name", column),
			   "unit", "");
}

const json_t *stated_base_row(const json_t *claim)
{
	const json_t *row;
	size_t i;

	json_array_foreach(json_object_get(claim, "rows"), i, row)
		if (json_is_true(json_object_get(row, "base")))
			return row;
	return NULL;
}

static int cell_number(const json_t *claim, const json_t *row, const char *column, double *ret,
		       struct err *e)
{
	const char *text = stated_cell(claim, row, column);
	double same;

	if (!text)
		return err_set(e, EINVAL, "there is no column '%s'", column);
	return claim_value_parse(text, false, ret, &same, e);
}

struct change {
	double low, high;
	const char *scale;
};

bool stated_has_size(const json_t *stated)
{
	const char *states = json_str(stated, "states");

	return !strcmp(states, "value") || !strcmp(states, "change") || !strcmp(states, "times");
}

/* A value against that of the base, or of another column. */
static int value_change(const json_t *claim, const json_t *row, const json_t *f, struct change *ret,
			struct err *e)
{
	const char *against = json_str(f, "against"), *of = json_str(f, "of");
	const char *column = json_str(f, "column");
	double arm, base, total = 1;
	int rc = cell_number(claim, row, column, &arm, e);

	if (!rc)
		rc = cell_number(claim, against ? row : stated_base_row(claim),
				 against ? against : column, &base, e);
	if (!rc && of)
		rc = cell_number(claim, row, of, &total, e);
	if (rc)
		return rc;
	if (!(base > 0 && arm > 0 && total > 0))
		return err_set(e, EINVAL, "%s of '%s' is not above zero", column,
			       json_str(row, "name"));
	ret->low = ret->high = of ? (arm - base) / total : arm / base - 1;
	ret->scale = of ? "difference" : "ratio";
	return 0;
}

static int change_of(const json_t *claim, const json_t *row, const json_t *f, struct change *ret,
		     struct err *e)
{
	const char *states = json_str(f, "states");
	const char *text = stated_cell(claim, row, json_str(f, "column"));
	double low, high;

	if (!strcmp(states, "value"))
		return value_change(claim, row, f, ret, e);
	*ret = (struct change){ NAN, NAN, "any" };
	/* No change at all is neither. */
	if (!strcmp(states, "more"))
		*ret = (struct change){ nextafter(0, 1), INFINITY, "any" };
	if (!strcmp(states, "less"))
		*ret = (struct change){ -INFINITY, nextafter(0, -1), "any" };
	if (strcmp(states, "change") && strcmp(states, "times"))
		return 0;
	int rc = claim_value_parse(text ? text : "", true, &low, &high, e);
	if (rc)
		return rc;
	*ret = strcmp(states, "times") ? (struct change){ low, high, "any" }
				       : (struct change){ low - 1, high - 1, "ratio" };
	return 0;
}

/* A column of deviations: what the row and its base have there; null where there is none. */
static int dev_put(json_t *j, const json_t *claim, const json_t *row, const json_t *f,
		   struct err *e)
{
	const char *column = json_str(f, "dev");
	double arm = NAN, base = NAN;

	if (column && (cell_number(claim, row, column, &arm, e) ||
		       cell_number(claim, stated_base_row(claim), column, &base, e)))
		return -e->code;
	/* A column of percentages says so in its head, not in each cell. */
	json_object_set_new(j, "dev", json_real_or_null(arm / 100));
	json_object_set_new(j, "base_dev", json_real_or_null(base / 100));
	return 0;
}

static const json_t *inherited_get(const json_t *claim, const json_t *row, const json_t *f,
				   const char *key)
{
	const json_t *from[] = { row, f, claim };

	for (size_t i = 0; i < ARRAY_SIZE(from); i++)
		if (json_object_get(from[i], key))
			return json_object_get(from[i], key);
	return NULL;
}

static int stated_make(const json_t *claim, const json_t *row, const json_t *f, json_t **ret,
		       struct err *e)
{
	const char *against = json_str(f, "against"), *column = json_str(f, "column");
	bool is_value = !strcmp(json_str(f, "states"), "value");
	struct change c = { NAN, NAN, "any" };
	struct err why;
	int rc = change_of(claim, row, f, &c, &why);

	/* What nobody judges may stand there in words. */
	if (rc && !inherited_get(claim, row, f, "not_testable")) {
		*e = why;
		return rc;
	}
	cleanup_json json_t *j = json_pack(
		"{s:s, s:s, s:s, s:s, s:s?, s:s, s:s, s:[o, o]}", "row", json_str(row, "name"),
		"figure", json_str(f, "name"), "states", json_str(f, "states"), "value",
		stated_cell(claim, row, column), "against",
		!is_value ? NULL
		: against ? stated_cell(claim, row, against)
			  : stated_cell(claim, stated_base_row(claim), column),
		"unit", column_unit(claim, column), "scale", c.scale, "change", json_real_or_null(c.low),
		json_real_or_null(c.high));

	rc = dev_put(j, claim, row, f, e);
	if (rc)
		return rc;
	for (size_t i = 0; i < ARRAY_SIZE(inherited); i++) {
		const json_t *v = inherited_get(claim, row, f, inherited[i]);

		if (v)
			json_object_set(j, inherited[i], (json_t *)v);
	}
	*ret = take_ptr(j);
	return 0;
}

int stated_collect(const json_t *claim, json_t **ret, size_t *ret_row, struct err *e)
{
	cleanup_json json_t *all = json_array();
	const json_t *row, *f;
	size_t i, k;

	json_array_foreach(json_object_get(claim, "rows"), i, row) {
		if (json_is_true(json_object_get(row, "base")))
			continue;
		json_array_foreach(json_object_get(claim, "figures"), k, f) {
			json_t *one = NULL;
			int rc = stated_make(claim, row, f, &one, e);

			if (rc && ret_row)
				*ret_row = i;
			if (rc)
				return err_prefix(e,
						  "row '%s', figure '%s': ", json_str(row, "name"),
						  json_str(f, "name"));
			json_array_append_new(all, one);
		}
	}
	*ret = take_ptr(all);
	return 0;
}

static double number_or(const json_t *v, double absent)
{
	return json_is_number(v) ? json_number_value(v) : absent;
}

void stated_numbers(const json_t *stated, bool ratio, struct claim_stated *ret)
{
	const json_t *change = json_object_get(stated, "change");
	bool direction =
		json_is_null(json_array_get(change, 0)) != json_is_null(json_array_get(change, 1));

	*ret = (struct claim_stated){
		.ratio = ratio,
		.low = number_or(json_array_get(change, 0), -INFINITY),
		.high = number_or(json_array_get(change, 1), INFINITY),
		.tolerance = direction ? 0 : number_or(json_object_get(stated, "tolerance"), 0),
		.base_dev = number_or(json_object_get(stated, "base_dev"), NAN),
		.arm_dev = number_or(json_object_get(stated, "dev"), NAN),
		.runs = (unsigned)json_int_or(stated, "runs", 0),
	};
}
