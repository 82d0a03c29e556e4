/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <math.h>
#include <string.h>
#include "compare/price.h"
#include "compare/sweep.h"
#include "compare/text.h"
#include "lib/cleanup.h"
#include "lib/file.h"
#include "report/parts.h"

#define SAVED "dram_used"	/* what trade-offs are drawn of: what the machine's DRAM holds */

static json_t *text_at(const json_t *row, const char *key)
{
	return part_text(text_value(json_object_get(row, key), json_str(row, "unit")));
}

static json_t *share_at(const json_t *row, const char *key)
{
	return part_text(text_share(json_object_get(row, key)));
}

static json_t *saved_json(const json_t *row)
{
	json_t *j = json_copy((json_t *)row);
	json_t *text = json_pack("{s:o, s:o, s:o, s:o, s:o}", "base", text_at(row, "base_median"),
				 "arm", text_at(row, "arm_median"), "saved", text_at(row, "saved"),
				 "of_base", share_at(row, "share_of_base"), "of_memory",
				 share_at(row, "share_of_memory"));

	json_object_set_new(j, "text", text);
	return j;
}

static json_t *paid_json(const json_t *row)
{
	json_t *j = json_copy((json_t *)row);

	json_object_set_new(j, "text",
			    json_pack("{s:o, s:o, s:o, s:o}", "base", text_at(row, "base_median"),
				      "arm", text_at(row, "arm_median"), "change",
				      part_text(text_change(row)), "of_time",
				      share_at(row, "share_of_window")));
	return j;
}

static bool is_silent(const json_t *row)
{
	return price_row_is_absent(row) || price_row_is_zero(row);
}

static json_t *price_json(const json_t *price)
{
	json_t *j = json_copy((json_t *)price), *saved = json_array(), *paid = json_array();
	const json_t *row;
	size_t i;

	json_array_foreach(json_object_get(price, "saved"), i, row) {
		if (!is_silent(row))
			json_array_append_new(saved, saved_json(row));
	}
	json_array_foreach(json_object_get(price, "paid"), i, row) {
		if (!is_silent(row))
			json_array_append_new(paid, paid_json(row));
	}
	json_object_set_new(j, "saved", saved);
	json_object_set_new(j, "paid", paid);
	return j;
}

static double number_in(const json_t *point, const char *list, const char *key)
{
	const json_t *v = json_object_get(json_object_get(point, list), key);

	return json_is_number(v) ? json_number_value(v) : NAN;
}

/* What an axis through all values of @list is in. */
static json_t *axis_of(const json_t *table, const char *list, const char *unit)
{
	const json_t *point;
	const char *shown;
	double most = 0;
	size_t i;

	json_array_foreach(json_object_get(table, "points"), i, point)
		most = fmax(most, fabs(number_in(point, list, "median")));
	double size = text_step(unit, most, &shown);

	return json_pack("{s:s, s:f}", "unit", shown, "size", size);
}

/* "12.3 MiB (11.9 to 12.8)": of @list in the unit, or as a share. */
static json_t *range_text(const json_t *point, const char *list, const char *unit)
{
	static const char *const keys[] = { "median", "least", "most" };
	const json_t *range = json_object_get(point, list);
	char *part[ARRAY_SIZE(keys)];

	for (size_t i = 0; i < ARRAY_SIZE(keys); i++) {
		const json_t *v = json_object_get(range, keys[i]);

		part[i] = unit ? text_value(v, unit) : text_share(v);
	}
	json_t *text = part_text(path_format("%s (%s to %s)", part[0], part[1], part[2]));

	for (size_t i = 0; i < ARRAY_SIZE(keys); i++)
		free(part[i]);
	return text;
}

/* A table of trade-offs with two arms besides the base, or more: of one there is no choice. */
static void tradeoff_add(json_t *to, const json_t *table)
{
	json_t *j = json_deep_copy(table), *point;
	const char *saved_unit = json_str(table, "saved_unit");
	const char *cost_unit = json_str(table, "cost_unit");
	bool share = !strcmp(json_str_or(table, "cost_scale", ""), "ratio");
	size_t i;

	if (json_array_size(json_object_get(table, "points")) < 3 || !saved_unit || !cost_unit) {
		json_decref(j);
		return;
	}
	json_array_foreach(json_object_get(j, "points"), i, point)
		json_object_set_new(point, "text",
				    json_pack("{s:o, s:o}", "saved",
					      range_text(point, "saved", saved_unit), "cost",
					      range_text(point, "cost", share ? NULL : cost_unit)));
	json_object_set_new(j, "saved_axis", axis_of(table, "saved", saved_unit));
	json_object_set_new(j, "cost_axis",
			    share ? json_pack("{s:s, s:f}", "unit", "%", "size", 0.01) :
				    axis_of(table, "cost", cost_unit));
	json_array_append_new(to, j);
}

/* A result without that metric has no trade-offs: nothing else of it depends on them. */
static json_t *tradeoffs_of(const struct result *r)
{
	const struct sweep_opts o = { .saved = SAVED };
	cleanup_json json_t *sweep = NULL;
	json_t *all = json_array();
	const json_t *table;
	struct err none;
	size_t i;

	if (sweep_collect(r, &o, &sweep, &none))
		return all;
	json_array_foreach(json_object_get(sweep, "tables"), i, table)
		tradeoff_add(all, table);
	return all;
}

json_t *part_cost(const struct report *r)
{
	json_t *prices = json_array();
	const json_t *price;
	size_t i;

	json_array_foreach(json_object_get(r->comparison, "prices"), i, price) {
		if (price_is_measured(price))
			json_array_append_new(prices, price_json(price));
	}
	return json_pack("{s:o, s:o}", "prices", prices, "tradeoffs", tradeoffs_of(r->result));
}
