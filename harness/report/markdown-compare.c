/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>
#include "compare/text.h"
#include "compare/wrap.h"
#include "lib/cleanup.h"
#include "lib/file.h"
#include "report/grid.h"
#include "report/markdown-parts.h"
#include "report/parts.h"

#define METRICS_A_TABLE 3 /* each has two columns: more do not fit */
#define COLUMNS_MAX	(1 + 2 * METRICS_A_TABLE)
#define RIGHT		"rrrrrr"

/* A figure of a row of part_comparisons(), in words: a new string. */
static char *text_of(const json_t *row, const char *key)
{
	return path_format("%s", json_str_or(json_object_get(row, "text"), key, "-"));
}

static size_t group_end(const json_t *rows, size_t first)
{
	size_t i = first + 1;

	while (i < json_array_size(rows) &&
	       text_same_group(json_array_get(rows, i), json_array_get(rows, first)))
		i++;
	return i;
}

/* Whether @a and @b are of one workload on one topology with one base: one table of arms. */
static bool same_place(const json_t *a, const json_t *b)
{
	static const char *const keys[] = { "workload", "topology", "base_kernel", "base" };

	for (size_t i = 0; i < ARRAY_SIZE(keys); i++)
		if (strcmp(json_str(a, keys[i]), json_str(b, keys[i])))
			return false;
	return true;
}

/* The row of an arm, or of the base, with the metrics of the rows @first .. @end - 1. */
static void arm_row(json_t *table, const json_t *rows, size_t first, size_t end, bool of_base)
{
	const json_t *opening = json_array_get(rows, first);
	const char *kernel = json_str(opening, of_base ? "base_kernel" : "arm_kernel");
	bool two = strcmp(json_str(opening, "base_kernel"), json_str(opening, "arm_kernel"));
	char *text[COLUMNS_MAX];
	size_t n = 0;

	text[n++] = path_format("%s%s%s", json_str(opening, of_base ? "base" : "arm"),
				two ? ", " : "", two ? kernel : "");
	for (size_t i = first; i < end; i++) {
		const json_t *row = json_array_get(rows, i);

		text[n++] = text_of(row, of_base ? "base" : "arm");
		text[n++] = text_of(row, of_base ? "dev_base" : "dev_arm");
	}
	grid_add(table, text, n);
}

static void head_row(json_t *table, const json_t *rows, size_t first, size_t end)
{
	char *text[COLUMNS_MAX];
	size_t n = 0;

	text[n++] = path_format("median of boots");
	for (size_t i = first; i < end; i++) {
		text[n++] = path_format("%s", json_str(json_array_get(rows, i), "metric"));
		text[n++] = path_format("dev");
	}
	grid_add(table, text, n);
}

/* The groups of one place, which begins at @first: their arms, METRICS_A_TABLE metrics a table. */
static void arms_print(FILE *out, const json_t *rows, size_t first)
{
	const json_t *opening = json_array_get(rows, first);
	size_t metrics = group_end(rows, first) - first;

	for (size_t m = 0; m < metrics; m += METRICS_A_TABLE) {
		size_t n = metrics - m < METRICS_A_TABLE ? metrics - m : METRICS_A_TABLE;
		cleanup_json json_t *table = json_array();

		head_row(table, rows, first + m, first + m + n);
		arm_row(table, rows, first + m, first + m + n, true);
		for (size_t i = first;
		     i < json_array_size(rows) && same_place(json_array_get(rows, i), opening);
		     i = group_end(rows, i))
			arm_row(table, rows, i + m, i + m + n, false);
		fputc('\n', out);
		cleanup_free char *align = path_format("l%.*s", (int)(2 * n), RIGHT);
		grid_print(out, table, align);
	}
}

static void verdicts_print(FILE *out, const json_t *rows, size_t first, size_t end,
			   const json_t *fidelities, double alpha)
{
	const json_t *opening = json_array_get(rows, first);
	const json_t *fidelity =
		json_array_get(fidelities, (size_t)json_int_or(opening, "fidelity", 0));
	cleanup_free char *loops = text_closed_loops(rows, first, end);
	cleanup_free char *noise = text_calibration(rows, first, end);
	cleanup_free char *sure = text_confidence(alpha);
	cleanup_json json_t *table = json_array();
	json_int_t most = 0;

	grid_add(table,
		 (char *[]){ path_format("%s against %s", json_str(opening, "arm"),
					 json_str(opening, "base")),
			     path_format("change"), path_format("%s interval", sure),
			     path_format("margin"), path_format("p adj."), path_format("verdict") },
		 6);
	for (size_t i = first; i < end; i++) {
		const json_t *row = json_array_get(rows, i);
		const char *label = json_str_or(row, "label", "-");

		if (json_int_or(row, "pairs", 0) > most)
			most = json_int_or(row, "pairs", 0);
		grid_add(table,
			 (char *[]){ path_format("%s", json_str(row, "metric")),
				     text_of(row, "change"), text_of(row, "interval"),
				     text_of(row, "margin"), text_of(row, "p"),
				     path_format("%s", json_str_or(row, "verdict", label)) },
			 6);
	}
	fputc('\n', out);
	grid_print(out, table, "lrrrrl");
	cleanup_free char *ground = path_format(
		"%lld boots, proof %s; %s%s%s%s%s", 2 * (long long)most,
		json_str(opening, "proof"), json_string_value(fidelity), loops ? " " : "",
		loops ? loops : "", noise ? " " : "", noise ? noise : "");
	fputc('\n', out);
	wrap_print(out, ground, MARKDOWN_WIDTH, 0);
}

int markdown_comparisons(FILE *out, const struct report *r, struct err *e)
{
	cleanup_groups struct groups groups = { 0 };
	cleanup_json json_t *fidelities = json_array(), *rows = NULL;
	double alpha = json_number_value(json_object_get(r->comparison, "alpha"));
	const json_t *before = NULL;
	int rc = groups_within(r->result, &groups, e);

	if (rc)
		return rc;
	rows = part_comparisons(r, &groups, fidelities);
	for (size_t i = 0; i < json_array_size(rows);) {
		const json_t *row = json_array_get(rows, i);
		size_t end = group_end(rows, i);

		if (!before || !same_place(row, before)) {
			fprintf(out, "\n## %s on %s, %s\n", json_str(row, "workload"),
				json_str(row, "topology"), json_str(row, "base_kernel"));
			arms_print(out, rows, i);
		}
		verdicts_print(out, rows, i, end, fidelities, alpha);
		before = row;
		i = end;
	}
	return 0;
}
