/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>
#include "compare/price-print.h"
#include "compare/table.h"
#include "compare/text.h"
#include "compare/wrap.h"
#include "lib/cleanup.h"
#include "lib/file.h"

/* The rows that are worth a line; what is not is named in @zero or @absent. */
static json_t *rows_split(const json_t *rows, char **zero, char **absent)
{
	json_t *told = json_array(), *row;
	size_t i;

	json_array_foreach((json_t *)rows, i, row) {
		char **names = price_row_is_absent(row) ? absent : price_row_is_zero(row) ? zero : NULL;

		if (!names) {
			json_array_append(told, row);
			continue;
		}
		char *longer = path_format("%s %s", *names, json_str(row, "metric"));

		free(*names);
		*names = longer;
	}
	return told;
}

static int rows_print(FILE *out, const json_t *rows, enum table_kind kind,
		      const struct render_opts *o, struct err *e)
{
	if (!json_array_size(rows))
		return 0;
	return table_print(out, rows, 0, json_array_size(rows), kind, o, e);
}

/* What the tables go by: pairs, proof, all memory, the window. */
static void ground_print(FILE *out, const json_t *price, size_t width)
{
	json_int_t pairs = json_int_or(price, "pairs", 0);
	cleanup_free char *total = text_value(json_object_get(price, "memory_total"), "bytes");
	cleanup_free char *text = path_format(
		"%lld pair%s, proof %s; OF ALL: of MemTotal, %s; OF TIME: the arm's, of a window of "
		"%.1f s, 100 %% of CPU time being one CPU.", (long long)pairs, pairs == 1 ? "" : "s",
		json_str(price, "proof"), total,
		json_number_value(json_object_get(price, "window_s")));

	wrap_print(out, text, width, 2);
	if (!strcmp(json_str(price, "proof"), "failed"))
		wrap_print(out, "A policy did not act: nothing was saved or paid by it.", width, 2);
}

int price_print(FILE *out, const json_t *price, const struct render_opts *o, struct err *e)
{
	const json_t *paid = json_object_get(price, "paid");
	cleanup_free char *zero = path_format("Zero in both:");
	cleanup_free char *absent = path_format("Not measured:");
	size_t zero_len = strlen(zero), absent_len = strlen(absent);
	cleanup_json json_t *told = rows_split(paid, &zero, &absent);
	int rc = rows_print(out, json_object_get(price, "saved"), TABLE_SAVED, o, e);

	if (!rc)
		rc = rows_print(out, told, TABLE_PAID, o, e);
	if (rc)
		return rc;
	if (strlen(zero) > zero_len)
		wrap_print(out, zero, o->width, 2);
	if (strlen(absent) > absent_len)
		wrap_print(out, absent, o->width, 2);
	ground_print(out, price, o->width);
	return 0;
}
