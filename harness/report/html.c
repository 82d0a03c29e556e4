/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "compare/compare.h"
#include "compare/text.h"
#include "lib/cleanup.h"
#include "lib/file.h"
#include "report/page.h"
#include "report/parts.h"

json_t *part_text(char *text)
{
	json_t *j = json_string(text);

	free(text);
	return j ? j : json_string("?");
}

bool part_is_of(const json_t *row, const struct group *g)
{
	return !strcmp(json_str(row, "arm"), g->arm) && !strcmp(json_str(row, "base"), g->base) &&
	       !strcmp(json_str(row, "workload"), g->workload) &&
	       !strcmp(json_str(row, "topology"), g->topology) &&
	       !strcmp(json_str(row, "base_kernel"), g->base_kernel) &&
	       !strcmp(json_str(row, "arm_kernel"), g->arm_kernel);
}

/* The lines of the comparison's sentence, one a group. */
static json_t *lines_of(const char *text)
{
	json_t *lines = json_array();

	while (text && *text) {
		size_t len = strcspn(text, "\n");

		json_array_append_new(lines, json_stringn(text, len));
		text += len + (text[len] == '\n');
	}
	return lines;
}

static json_t *tally(const char *name, const char *meaning, json_int_t n)
{
	return json_pack("{s:s, s:s, s:I}", "name", name, "meaning", meaning, "n", n);
}

/* How many key metrics have each verdict, in the order of the table, with what it means. */
static json_t *verdicts_of(const json_t *comparison)
{
	json_t *all = json_array();
	const json_t *row;
	size_t i;

	for (int v = 0; v < VERDICT_COUNT; v++) {
		json_int_t n = 0;

		json_array_foreach(json_object_get(comparison, "comparisons"), i, row) {
			const char *verdict = json_str(row, "verdict");

			n += verdict && !strcmp(verdict, verdict_table[v].name);
		}
		json_array_append_new(all, tally(verdict_table[v].name, verdict_table[v].meaning, n));
	}
	return all;
}

static json_t *outcomes_of(const json_t *comparison)
{
	const json_t *cells = json_object_get(comparison, "cells");
	json_t *all = json_array();

	for (int o = 0; o <= OUTCOME_COUNT; o++) {
		const char *name = o < OUTCOME_COUNT ? outcome_table[o].name : "not-done";
		const char *meaning = o < OUTCOME_COUNT ? outcome_table[o].meaning :
							  "planned, without a result";

		json_array_append_new(all, tally(name, meaning, json_int_or(cells, name, 0)));
	}
	return all;
}

static void put_about(json_t *data, const struct report *r)
{
	const json_t *c = r->comparison, *plan = r->result->plan;
	int code = compare_exit(c, false);

	json_object_set_new(data, "page", json_string("result"));
	json_object_set_new(data, "ramrig", json_string(RAMRIG_VERSION));
	json_object_set(data, "experiment", json_object_get(c, "experiment"));
	json_object_set_new(data, "summary", json_string(json_str_or(plan, "summary", "")));
	json_object_set_new(data, "sentence", lines_of(json_str(c, "sentence")));
	json_object_set(data, "alpha", json_object_get(c, "alpha"));
	json_object_set_new(data, "confidence", part_text(text_confidence(json_number_value(
							json_object_get(c, "alpha")))));
	json_object_set_new(data, "verdicts", verdicts_of(c));
	json_object_set_new(data, "outcomes", outcomes_of(c));
	json_object_set_new(data, "exit", json_pack("{s:i, s:s}", "code", code, "meaning",
						    exit_code_meaning[code]));
	json_object_set(data, "warnings", json_object_get(c, "warnings"));
}

static int data_make(const struct report *r, json_t **ret, struct err *e)
{
	cleanup_json json_t *data = json_object();
	cleanup_groups struct groups gs = { 0 };
	json_t *fidelities = json_array();
	int rc = groups_within(r->result, &gs, e);

	if (rc)
		return rc;
	put_about(data, r);
	json_object_set_new(data, "comparisons", part_comparisons(r, &gs, fidelities));
	json_object_set_new(data, "fidelities", fidelities);
	json_object_set_new(data, "over_time", part_over_time(r, &gs));
	json_object_set_new(data, "topologies", part_topologies(r));
	json_object_set_new(data, "cost", part_cost(r));
	json_object_set_new(data, "trouble", part_trouble(r));
	json_object_set_new(data, "diagnostics", part_diagnostics(r));
	if (json_object_set_new(data, "origin", part_origin(r)))
		return err_set(e, ENOMEM, "out of memory for the report of %s", r->result->dir);
	*ret = take_ptr(data);
	return 0;
}

int report_html(const struct report *r, FILE *out, struct err *e)
{
	cleanup_json json_t *data = NULL;
	const char *experiment = json_str(r->comparison, "experiment");
	cleanup_free char *title = path_format("%s - ramrig", experiment);
	int rc = data_make(r, &data, e);

	return rc ? rc : page_write(&(struct page){ title, data }, out, e);
}
