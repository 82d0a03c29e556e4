/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>
#include "claims/stated.h"
#include "lib/cleanup.h"
#include "spec/rules.h"

#define PLACE_SIZE 64

static int rows_check(const struct spec *s, const json_t *doc, struct err *e)
{
	size_t columns = json_array_size(json_object_get(doc, "columns")), i;
	const json_t *row, *base = NULL;
	char at[PLACE_SIZE];

	json_array_foreach(json_object_get(doc, "rows"), i, row) {
		size_t n = json_array_size(json_object_get(row, "values"));

		snprintf(at, sizeof(at), "/rows/%zu/values", i);
		if (n != columns)
			return spec_error(s, at, e,
					  "values: has %zu where the table has %zu columns", n,
					  columns);
		snprintf(at, sizeof(at), "/rows/%zu/base", i);
		if (!json_is_true(json_object_get(row, "base")))
			continue;
		if (base)
			return spec_error(s, at, e, "'%s' is the base already; one row is",
					  json_str(base, "name"));
		base = row;
	}
	return 0;
}

/* The columns that a figure names, and what goes with what it states. */
static int figure_check(const struct spec *s, const json_t *doc, size_t i, struct err *e)
{
	static const char *const named[] = { "column", "against", "of", "dev" };
	const json_t *f = json_array_get(json_object_get(doc, "figures"), i);
	bool is_value = !strcmp(json_str(f, "states"), "value");
	char at[PLACE_SIZE];

	for (size_t k = 0; k < ARRAY_SIZE(named); k++) {
		const char *column = json_str(f, named[k]);

		snprintf(at, sizeof(at), "/figures/%zu/%s", i, named[k]);
		if (!column)
			continue;
		if (k && !is_value)
			return spec_error(s, at, e, "'%s' goes with 'states: value'", named[k]);
		if (rules_reference(s, json_object_get(doc, "columns"), "column", column, at, e))
			return -e->code;
	}
	snprintf(at, sizeof(at), "/figures/%zu/dev", i);
	if (json_str(f, "dev") && json_str(f, "against"))
		return spec_error(s, at, e, "'dev' is of rows: it does not go with 'against'");
	snprintf(at, sizeof(at), "/figures/%zu/name", i);
	if (is_value && !json_str(f, "against") && !stated_base_row(doc))
		return spec_error(s, at, e,
				  "a value needs a base to be held against: give one row "
				  "'base: true', or say 'against'");
	return 0;
}

/* What it takes to find the cells, unless nothing can tell. */
static int judged_check(const struct spec *s, const json_t *stated, struct err *e)
{
	static const char *const keys[] = { "experiment", "workload", "arm", "metric",
					    "tolerance" };
	bool has_size = stated_has_size(stated);

	if (json_str(stated, "not_testable"))
		return 0;
	for (size_t i = 0; i < ARRAY_SIZE(keys); i++) {
		if (json_object_get(stated, keys[i]) || (!has_size && !strcmp(keys[i], "tolerance")))
			continue;
		return spec_error(s, "/figures", e,
				  "row '%s', figure '%s': nothing says '%s', nor why "
				  "it is 'not_testable'",
				  json_str(stated, "row"), json_str(stated, "figure"), keys[i]);
	}
	return 0;
}

int rules_claim(const struct spec *s, json_t *doc, struct err *e)
{
	cleanup_json json_t *all = NULL;
	const json_t *stated;
	size_t i;
	int rc = rows_check(s, doc, e);

	for (i = 0; !rc && i < json_array_size(json_object_get(doc, "figures")); i++)
		rc = figure_check(s, doc, i, e);
	if (rc)
		return rc;
	if (stated_collect(doc, &all, &i, e)) {
		const struct err why = *e;
		char at[PLACE_SIZE];

		snprintf(at, sizeof(at), "/rows/%zu/values", i);
		return spec_error(s, at, e, "%s", why.msg);
	}
	json_array_foreach(all, i, stated)
		if (judged_check(s, stated, e))
			return -e->code;
	return 0;
}
