/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>
#include "compare/price.h"
#include "compare/reports.h"
#include "compare/text.h"
#include "compare/wrap.h"
#include "lib/cleanup.h"
#include "lib/file.h"
#include "lib/printable.h"
#include "report/grid.h"
#include "report/markdown-parts.h"

#define CELLS_SHOWN 20 /* of those that did not end well */
#define QUOTE	    "    " /* what stands behind it is no Markdown */

static char *value_of(const json_t *row, const char *key)
{
	return text_value(json_object_get(row, key), json_str(row, "unit"));
}

static void saved_print(FILE *out, const json_t *price)
{
	cleanup_json json_t *table = json_array();
	const json_t *row;
	size_t i;

	grid_add(table,
		 (char *[]){ path_format("saved"), path_format("%s", json_str(price, "base")),
			     path_format("%s", json_str(price, "arm")), path_format("less"),
			     path_format("of base"), path_format("of all") },
		 6);
	json_array_foreach(json_object_get(price, "saved"), i, row)
		grid_add(table,
			 (char *[]){ path_format("%s", json_str(row, "metric")),
				     value_of(row, "base_median"), value_of(row, "arm_median"),
				     value_of(row, "saved"),
				     text_share(json_object_get(row, "share_of_base")),
				     text_share(json_object_get(row, "share_of_memory")) },
			 6);
	grid_print(out, table, "lrrrrr");
}

static void paid_print(FILE *out, const json_t *price)
{
	cleanup_json json_t *table = json_array();
	const json_t *row;
	size_t i;

	grid_add(table,
		 (char *[]){ path_format("paid"), path_format("%s", json_str(price, "base")),
			     path_format("%s", json_str(price, "arm")), path_format("change"),
			     path_format("of time") },
		 5);
	json_array_foreach(json_object_get(price, "paid"), i, row)
		if (!price_row_is_absent(row) && !price_row_is_zero(row))
			grid_add(table,
				 (char *[]){ path_format("%s", json_str(row, "metric")),
					     value_of(row, "base_median"),
					     value_of(row, "arm_median"), text_change(row),
					     text_share(json_object_get(row, "share_of_window")) },
				 5);
	fputc('\n', out);
	grid_print(out, table, "lrrrr");
}

void markdown_prices(FILE *out, const json_t *prices)
{
	const json_t *price;
	bool first = true;
	size_t i;

	json_array_foreach(prices, i, price) {
		cleanup_free char *total =
			text_value(json_object_get(price, "memory_total"), "bytes");

		if (!price_is_measured(price))
			continue;
		if (first)
			fputs("\n## Memory saved, and what it cost (no verdicts)\n", out);
		first = false;
		fprintf(out, "\n### %s on %s, %s: %s against %s\n\n", json_str(price, "workload"),
			json_str(price, "topology"), json_str(price, "arm_kernel"),
			json_str(price, "arm"), json_str(price, "base"));
		saved_print(out, price);
		paid_print(out, price);
		fprintf(out,
			"\nMedians of %lld pairs; of all: of %s; of time: 100 %% of CPU time is "
			"one "
			"CPU; proof %s.\n",
			(long long)json_int_or(price, "pairs", 0), total, json_str(price, "proof"));
	}
}

/* Text of a guest. */
static void quoted_print(FILE *out, const char *text)
{
	cleanup_free char *line = printable(text);

	fputs(QUOTE, out);
	wrap_print(out, line, MARKDOWN_WIDTH - strlen(QUOTE), (int)strlen(QUOTE) + 2);
}

static void cells_print(FILE *out, const json_t *comparison)
{
	const json_t *failures = json_object_get(comparison, "failures"), *f;
	const char *outcome, *comma = "";
	json_t *n;
	size_t i;

	fputs("\n## Cells\n\n", out);
	json_object_foreach(json_object_get(comparison, "cells"), outcome, n) {
		if (!json_integer_value(n) && strcmp(outcome, "ok"))
			continue;
		fprintf(out, "%s%lld %s", comma, (long long)json_integer_value(n), outcome);
		comma = ", ";
	}
	fputs(".\n", out);
	json_array_foreach(failures, i, f) {
		cleanup_free char *line =
			path_format("cell %lld (%s, %s, %s, pair %lld): %s: %s",
				    (long long)json_int_or(f, "n", 0), json_str(f, "arm"),
				    json_str(f, "workload"), json_str(f, "topology"),
				    (long long)json_int_or(f, "pair", 0), json_str(f, "outcome"),
				    json_str_or(f, "reason", ""));

		if (!i)
			fputc('\n', out);
		if (i == CELLS_SHOWN)
			break;
		quoted_print(out, line);
	}
	if (json_array_size(failures) > CELLS_SHOWN)
		fprintf(out, QUOTE "and %zu more\n", json_array_size(failures) - CELLS_SHOWN);
}

static void reports_print(FILE *out, const json_t *reports)
{
	const json_t *report, *line;
	size_t i, k;

	json_array_foreach(reports, i, report) {
		cleanup_free char *text = reports_line(report);

		fputs(i ? "\n" : "\n## What kernels reported\n\n", out);
		quoted_print(out, text);
		if (json_is_true(json_object_get(report, "expected")))
			continue;
		json_array_foreach(json_object_get(report, "context"), k, line) {
			cleanup_free char *shown = printable(json_string_value(line));

			fprintf(out, QUOTE "  %s\n", shown);
		}
	}
}

void markdown_troubles(FILE *out, const json_t *comparison)
{
	const json_t *warning;
	size_t i;

	cells_print(out, comparison);
	reports_print(out, json_object_get(comparison, "reports"));
	json_array_foreach(json_object_get(comparison, "warnings"), i, warning) {
		if (!i)
			fputs("\n## Warnings\n\n", out);
		quoted_print(out, json_string_value(warning));
	}
}
