/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include "compare/fidelity.h"
#include "compare/looks.h"
#include "compare/render.h"
#include "compare/reports.h"
#include "compare/table.h"
#include "compare/price-print.h"
#include "compare/text.h"
#include "compare/wrap.h"
#include "lib/cleanup.h"
#include "lib/file.h"

#define WIDTH_MIN 80
#define REPORTS_SHOWN 6		/* with their lines; the JSON has those of all */

static size_t group_end(const json_t *rows, size_t first)
{
	const json_t *opening = json_array_get(rows, first);
	size_t i = first + 1;

	while (i < json_array_size(rows) && text_same_group(json_array_get(rows, i), opening))
		i++;
	return i;
}

static void print_heading(FILE *out, const json_t *row)
{
	const char *old = json_str(row, "base_kernel"), *new = json_str(row, "arm_kernel");

	fprintf(out, "\n%s on %s, %s", json_str(row, "workload"), json_str(row, "topology"), old);
	if (strcmp(old, new))
		fprintf(out, " -> %s", new);
	fprintf(out, ": %s -> %s\n", json_str(row, "base"), json_str(row, "arm"));
}

/* "14 boots, proof ok; tcg, host clock, ..." */
static void print_ground(FILE *out, const json_t *rows, size_t first, size_t end, size_t width)
{
	const json_t *row = json_array_get(rows, first);
	const json_t *f = json_object_get(row, "fidelity");
	cleanup_free char *fidelity =
		json_is_object(f) ? fidelity_text(f) : path_format("no cell counts.");
	json_int_t most = 0, least = INT32_MAX;
	char range[64] = "";

	for (size_t i = first; i < end; i++) {
		json_int_t boots = 2 * json_int_or(json_array_get(rows, i), "pairs", 0);

		most = boots > most ? boots : most;
		least = boots < least ? boots : least;
	}
	if (least < most)
		snprintf(range, sizeof(range), "%lld to ", (long long)least);
	cleanup_free char *text =
		path_format("%s%lld boots, proof %s; %s", range, (long long)most,
			    json_str(row, "proof"), fidelity);
	wrap_print(out, text, width, 0);
}

/* Takes @text, which may be NULL: there is nothing to remark. */
static void print_remark(FILE *out, char *text, size_t width)
{
	if (text)
		wrap_print(out, text, width, 2);
	free(text);
}

static int print_groups(FILE *out, const json_t *rows, const struct render_opts *o, struct err *e)
{
	for (size_t i = 0; i < json_array_size(rows);) {
		size_t end = group_end(rows, i);

		print_heading(out, json_array_get(rows, i));
		int rc = table_print(out, rows, i, end, TABLE_JUDGED, o, e);
		if (rc)
			return rc;
		print_ground(out, rows, i, end, o->width);
		print_remark(out, text_closed_loops(rows, i, end), o->width);
		print_remark(out, text_calibration(rows, i, end), o->width);
		i = end;
	}
	return 0;
}

static int print_prices(FILE *out, const json_t *prices, const struct render_opts *o, struct err *e)
{
	bool first = true;
	const json_t *price;
	size_t i;
	int rc = 0;

	json_array_foreach(prices, i, price) {
		if (rc || !price_is_measured(price))
			continue;
		if (first)
			fputs("\nSaved and paid (no verdicts)\n", out);
		first = false;
		print_heading(out, price);
		rc = price_print(out, price, o, e);
	}
	return rc;
}

static void print_cells(FILE *out, const json_t *cells)
{
	const char *outcome, *comma = "";
	json_t *n;

	fputs("\nCells: ", out);
	json_object_foreach((json_t *)cells, outcome, n) {
		if (!json_integer_value(n) && strcmp(outcome, "ok"))
			continue;
		fprintf(out, "%s%lld %s", comma, (long long)json_integer_value(n), outcome);
		comma = ", ";
	}
	fputs(".\n", out);
}

static void print_failures(FILE *out, const json_t *failures, size_t width)
{
	const json_t *f;
	size_t i;

	json_array_foreach(failures, i, f) {
		cleanup_free char *line = path_format(
			"cell %lld (%s, %s, %s, pair %lld): %s: %s",
			(long long)json_int_or(f, "n", 0), json_str(f, "arm"),
			json_str(f, "workload"), json_str(f, "topology"),
			(long long)json_int_or(f, "pair", 0), json_str(f, "outcome"),
			json_str(f, "reason"));

		wrap_print(out, line, width, 4);
	}
}

/* Whole lines: they are there to be searched for and copied. */
static void print_context(FILE *out, const json_t *report)
{
	const json_t *line;
	size_t i;

	json_array_foreach(json_object_get(report, "context"), i, line)
		fprintf(out, "    %s\n", json_string_value(line));
}

static void print_reports(FILE *out, const json_t *reports, size_t width)
{
	const json_t *report;
	size_t i;

	json_array_foreach(reports, i, report) {
		cleanup_free char *text = reports_line(report);
		bool shown = i < REPORTS_SHOWN && !json_is_true(json_object_get(report, "expected"));
		cleanup_free char *line = path_format("%s%s", text, shown ? ":" : ".");

		wrap_print(out, line, width, 4);
		if (shown)
			print_context(out, report);
	}
}

static void print_warnings(FILE *out, const json_t *warnings, size_t width)
{
	const json_t *w;
	size_t i;

	json_array_foreach(warnings, i, w) {
		cleanup_free char *line = path_format("Warning: %s.", json_string_value(w));

		wrap_print(out, line, width, 4);
	}
}

static bool is_zero(const json_t *row, const char *key)
{
	const json_t *v = json_object_get(row, key);

	return json_is_number(v) && json_number_value(v) == 0;
}

/* Most counters of a kernel stand still in most experiments: named, not tabled. */
static bool stood_still(const json_t *row)
{
	return is_zero(row, "base_median") && is_zero(row, "arm_median") &&
	       !is_zero(row, "pairs");
}

static int print_diagnostic_group(FILE *out, const json_t *rows, size_t first, size_t end,
				  const struct render_opts *o, struct err *e)
{
	cleanup_json json_t *moved = json_array();
	cleanup_free char *still = path_format("Zero in both:");

	for (size_t i = first; i < end; i++) {
		json_t *row = json_array_get(rows, i);
		char *longer;

		if (!stood_still(row)) {
			json_array_append(moved, row);
			continue;
		}
		longer = path_format("%s %s", still, json_str(row, "metric"));
		free(still);
		still = longer;
	}
	print_heading(out, json_array_get(rows, first));
	int rc = 0;
	if (json_array_size(moved))
		rc = table_print(out, moved, 0, json_array_size(moved), TABLE_DIAGNOSTIC, o, e);
	if (!rc && json_array_size(moved) < end - first)
		wrap_print(out, still, o->width, 2);
	if (!rc)
		print_remark(out, text_closed_loops(rows, first, end), o->width);
	return rc;
}

static int print_diagnostics(FILE *out, const json_t *rows, const struct render_opts *o,
			     struct err *e)
{
	if (!json_array_size(rows))
		return 0;
	fputs("\nDiagnostics (Benjamini-Hochberg; no verdicts)\n", out);
	for (size_t i = 0; i < json_array_size(rows);) {
		size_t end = group_end(rows, i);
		int rc = print_diagnostic_group(out, rows, i, end, o, e);

		if (rc)
			return rc;
		i = end;
	}
	return 0;
}

static int print_all(FILE *out, const json_t *c, const struct render_opts *o, struct err *e)
{
	wrap_print(out, json_str(c, "sentence"), o->width, 2);
	int rc = print_groups(out, json_object_get(c, "comparisons"), o, e);
	if (!rc)
		rc = print_prices(out, json_object_get(c, "prices"), o, e);
	if (rc)
		return rc;
	looks_print(out, c, o->width);
	print_cells(out, json_object_get(c, "cells"));
	print_failures(out, json_object_get(c, "failures"), o->width);
	print_reports(out, json_object_get(c, "reports"), o->width);
	print_warnings(out, json_object_get(c, "warnings"), o->width);
	return print_diagnostics(out, json_object_get(c, "diagnostics"), o, e);
}

int compare_render(const json_t *comparison, const struct render_opts *o, char **ret,
		   struct err *e)
{
	struct render_opts fit = *o;
	char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	if (!out)
		return err_set(e, ENOMEM, "out of memory for the comparison");
	if (fit.width < WIDTH_MIN)
		fit.width = WIDTH_MIN;
	int rc = memstream_close(out, print_all(out, comparison, &fit, e), "the comparison", e);

	if (rc)
		free(text);
	else
		*ret = text;
	return rc;
}
