/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <math.h>
#include <string.h>
#include "compare/fidelity.h"
#include "compare/text.h"
#include "lib/cleanup.h"
#include "lib/file.h"
#include "report/parts.h"
#include "stats/lttb.h"
#include "stats/summary.h"

/* The boots of one row: of each pair in which both cells have the metric. */
struct boots {
	size_t n;
	double *pair, *base, *arm;
	double memory[];
};

static const struct group *group_of(const struct groups *gs, const json_t *row)
{
	for (size_t i = 0; i < gs->n; i++) {
		if (part_is_of(row, &gs->v[i]))
			return &gs->v[i];
	}
	return NULL;
}

/* NULL when out of memory. */
static struct boots *boots_read(const struct group *g, const char *metric)
{
	size_t room = g ? g->n_pairs : 0;
	struct boots *b = calloc(1, sizeof(*b) + 3 * room * sizeof(double));

	if (!b)
		return NULL;
	b->pair = b->memory;
	b->base = b->pair + room;
	b->arm = b->base + room;
	for (size_t i = 0; i < room; i++) {
		const struct pair *p = &g->pairs[i];

		if (!result_cell_value(p->base, metric, &b->base[b->n]) ||
		    !result_cell_value(p->arm, metric, &b->arm[b->n]))
			continue;
		b->pair[b->n++] = p->base->pair;
	}
	return b;
}

/* Of more pairs than can be told apart, those that shape the course of the differences. */
static json_t *boots_json(const struct boots *b)
{
	size_t picked[REPORT_POINTS];
	cleanup_free double *change = calloc(b->n + 1, sizeof(*change));
	json_t *pair = json_array(), *base = json_array(), *arm = json_array();

	for (size_t i = 0; change && i < b->n; i++)
		change[i] = b->arm[i] - b->base[i];
	size_t n = change ? lttb_pick(b->pair, change, b->n, REPORT_POINTS, picked) : 0;
	for (size_t i = 0; i < n; i++) {
		json_array_append_new(pair, json_integer((json_int_t)b->pair[picked[i]]));
		json_array_append_new(base, json_real(b->base[picked[i]]));
		json_array_append_new(arm, json_real(b->arm[picked[i]]));
	}
	return json_pack("{s:o, s:o, s:o}", "pair", pair, "base", base, "arm", arm);
}

static json_t *deviation_text(double dev)
{
	return isfinite(dev) ? part_text(path_format("%.2f %%", 100 * dev)) : json_string("-");
}

static json_t *size_text(const json_t *row, const char *key)
{
	const json_t *v = json_object_get(row, key);

	return json_is_number(v) ? part_text(text_size(row, json_number_value(v))) :
				   json_string("-");
}

static json_t *p_text(const json_t *p)
{
	return json_is_number(p) ? part_text(path_format("%.2g", json_number_value(p))) :
				   json_string("-");
}

static json_t *texts_of(const json_t *row, double dev_base, double dev_arm)
{
	const char *unit = json_str(row, "unit");

	return json_pack("{s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "base",
			 part_text(text_value(json_object_get(row, "base_median"), unit)), "arm",
			 part_text(text_value(json_object_get(row, "arm_median"), unit)),
			 "dev_base", deviation_text(dev_base), "dev_arm", deviation_text(dev_arm),
			 "change", part_text(text_change(row)), "interval",
			 part_text(text_interval(row)), "p",
			 p_text(json_object_get(row, "p_adjusted")), "margin",
			 size_text(row, "margin"), "mde", size_text(row, "mde"));
}

static json_t *shown_of(const json_t *row, const struct boots *b)
{
	const char *shown;
	double most = 0;

	for (size_t i = 0; i < b->n; i++)
		most = fmax(most, fmax(fabs(b->base[i]), fabs(b->arm[i])));
	double size = text_step(json_str(row, "unit"), most, &shown);

	return json_pack("{s:s, s:f}", "unit", shown, "size", size);
}

/* The place of @fidelity's text in @all, to which it is added where it is not there yet. */
static json_t *fidelity_place(const json_t *fidelity, json_t *all)
{
	cleanup_json json_t *text =
		part_text(json_is_object(fidelity) ? fidelity_text(fidelity) :
						     path_format("No cell counts."));
	const json_t *known;
	size_t i;

	json_array_foreach(all, i, known) {
		if (json_equal(known, text))
			return json_integer((json_int_t)i);
	}
	json_array_append(all, text);
	return json_integer((json_int_t)i);
}

static json_t *row_of(const struct groups *gs, const json_t *row, json_t *fidelities)
{
	cleanup_free struct boots *b = boots_read(group_of(gs, row), json_str(row, "metric"));
	json_t *j = json_copy((json_t *)row);

	if (!b || !j)
		return j;
	double base = summary_dev(b->base, b->n), arm = summary_dev(b->arm, b->n);

	json_object_set_new(j, "dev", json_pack("[o, o]", json_real_or_null(base), json_real_or_null(arm)));
	json_object_set_new(j, "boots", boots_json(b));
	json_object_set_new(j, "shown", shown_of(row, b));
	json_object_set_new(j, "fidelity",
			    fidelity_place(json_object_get(row, "fidelity"), fidelities));
	json_object_set_new(j, "text", texts_of(row, base, arm));
	return j;
}

json_t *part_comparisons(const struct report *r, const struct groups *gs, json_t *fidelities)
{
	const json_t *rows = json_object_get(r->comparison, "comparisons"), *row;
	json_t *all = json_array();
	size_t i;

	json_array_foreach(rows, i, row)
		json_array_append_new(all, row_of(gs, row, fidelities));
	return all;
}

json_t *part_diagnostics(const struct report *r)
{
	static const char *const names[] = { "workload",   "topology", "base_kernel",
					     "arm_kernel", "base",     "arm" };
	const json_t *rows = json_object_get(r->comparison, "diagnostics"), *row, *before = NULL;
	json_t *all = json_array(), *group = NULL;
	size_t i;

	json_array_foreach(rows, i, row) {
		const char *unit = json_str(row, "unit"), *metric = json_str(row, "metric");
		const json_t *base = json_object_get(row, "base_median");
		const json_t *arm = json_object_get(row, "arm_median");

		if (!before || !text_same_group(before, row)) {
			group = json_pack("{s:[], s:[]}", "still", "rows");
			for (size_t k = 0; k < ARRAY_SIZE(names); k++)
				json_object_set(group, names[k], json_object_get(row, names[k]));
			json_array_append_new(all, group);
		}
		before = row;
		if (json_is_number(base) && json_number_value(base) == 0 && json_equal(base, arm)) {
			json_array_append_new(json_object_get(group, "still"), json_string(metric));
			continue;
		}
		json_array_append_new(
			json_object_get(group, "rows"),
			json_pack("[s, o, o, o, o, s]", metric, part_text(text_value(base, unit)),
				  part_text(text_value(arm, unit)), part_text(text_change(row)),
				  p_text(json_object_get(row, "p_adjusted")),
				  json_str_or(row, "label", "-")));
	}
	return all;
}
