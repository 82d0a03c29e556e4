/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <libsmartcols/libsmartcols.h>
#include <string.h>
#include "compare/table.h"
#include "compare/text.h"
#include "lib/cleanup.h"
#include "lib/file.h"
#include "result/outcome.h"

/* Below this a table has room for the change, its interval and the verdict only. */
#define WIDE 100

static char *show_string(const json_t *row, const char *key)
{
	const char *s = json_str(row, key);

	return path_format("%s", s ? s : "-");
}

static char *show_value(const json_t *row, const char *key)
{
	return text_value(json_object_get(row, key), json_str(row, "unit"));
}

static char *show_change(const json_t *row, const char *key)
{
	(void)key;
	return text_change(row);
}

static char *show_interval(const json_t *row, const char *key)
{
	(void)key;
	return text_interval(row);
}

static char *show_p(const json_t *row, const char *key)
{
	const json_t *p = json_object_get(row, key);

	if (!json_is_number(p))
		return path_format("-");
	return path_format("%.2g", json_number_value(p));
}

static char *show_boots(const json_t *row, const char *key)
{
	return path_format("%lld", 2 * (long long)json_int_or(row, key, 0));
}

static char *show_share(const json_t *row, const char *key)
{
	return text_share(json_object_get(row, key));
}

static char *show_verdict(const json_t *row, const char *key)
{
	const char *verdict = json_str(row, key);

	return verdict ? path_format("%s", verdict) : show_string(row, "label");
}

#define TABLE_PRICE (TABLE_SAVED | TABLE_PAID)
#define TABLE_ALL (TABLE_JUDGED | TABLE_DIAGNOSTIC | TABLE_PRICE)

static const struct column {
	const char *title;
	const char *key;
	char *(*show)(const json_t *row, const char *key);
	unsigned kinds;		/* of tables that it is in */
	bool if_wide;
	int flags;
} columns[] = {
	{ "METRIC", "metric", show_string, TABLE_JUDGED | TABLE_DIAGNOSTIC, false, SCOLS_FL_WRAP },
	{ "SAVED", "metric", show_string, TABLE_SAVED, false, SCOLS_FL_WRAP },
	{ "PAID", "metric", show_string, TABLE_PAID, false, SCOLS_FL_WRAP },
	{ "BASE", "base_median", show_value, TABLE_ALL, false, SCOLS_FL_RIGHT },
	{ "ARM", "arm_median", show_value, TABLE_ALL, false, SCOLS_FL_RIGHT },
	{ "LESS", "saved", show_value, TABLE_SAVED, false, SCOLS_FL_RIGHT },
	{ "OF BASE", "share_of_base", show_share, TABLE_SAVED, false, SCOLS_FL_RIGHT },
	{ "OF ALL", "share_of_memory", show_share, TABLE_SAVED, false, SCOLS_FL_RIGHT },
	{ "CHANGE", "change", show_change, TABLE_ALL & ~TABLE_SAVED, false, SCOLS_FL_RIGHT },
	{ "OF TIME", "share_of_window", show_share, TABLE_PAID, false, SCOLS_FL_RIGHT },
	{ "INTERVAL", NULL, show_interval, TABLE_JUDGED, false, SCOLS_FL_RIGHT | SCOLS_FL_WRAP },
	{ "VERDICT", "verdict", show_verdict, TABLE_JUDGED, false, 0 },
	{ "P ADJ", "p_adjusted", show_p, TABLE_JUDGED, true, SCOLS_FL_RIGHT },
	{ "BOOTS", "pairs", show_boots, TABLE_JUDGED, true, SCOLS_FL_RIGHT },
	{ "PROOF", "proof", show_string, TABLE_JUDGED, true, 0 },
	{ "P (BH)", "p_adjusted", show_p, TABLE_DIAGNOSTIC, false, SCOLS_FL_RIGHT },
	{ "LABEL", "label", show_string, TABLE_DIAGNOSTIC, false, 0 },
};

static const struct {
	enum verdict verdict;
	const char *colour;
} colours[] = {
	{ VERDICT_REGRESSION, "red" },
	{ VERDICT_IMPROVEMENT, "green" },
	{ VERDICT_INCONCLUSIVE, "brown" },
	{ VERDICT_NO_EFFECT_POSSIBLE, "magenta" },
};

static const char *verdict_colour(const json_t *row)
{
	const char *verdict = json_str(row, "verdict");

	for (size_t i = 0; verdict && i < ARRAY_SIZE(colours); i++) {
		if (!strcmp(verdict_table[colours[i].verdict].name, verdict))
			return colours[i].colour;
	}
	return NULL;
}

static bool column_is_shown(const struct column *c, enum table_kind kind,
			    const struct render_opts *o)
{
	return c->kinds & kind && !(c->if_wide && o->width < WIDE);
}

static int row_fill(struct libscols_table *t, const json_t *row, enum table_kind kind,
		    const struct render_opts *o)
{
	struct libscols_line *line = scols_table_new_line(t, NULL);
	size_t at = 0;

	if (!line)
		return -ENOMEM;
	for (size_t i = 0; i < ARRAY_SIZE(columns); i++) {
		const struct column *c = &columns[i];

		if (!column_is_shown(c, kind, o))
			continue;
		if (scols_line_refer_data(line, at, c->show(row, c->key)))
			return -ENOMEM;
		if (o->colour && c->show == show_verdict && verdict_colour(row))
			scols_cell_set_color(scols_line_get_cell(line, at), verdict_colour(row));
		at++;
	}
	return 0;
}

static int table_fill(struct libscols_table *t, const json_t *rows, size_t first, size_t end,
		      enum table_kind kind, const struct render_opts *o)
{
	for (size_t i = 0; i < ARRAY_SIZE(columns); i++) {
		if (column_is_shown(&columns[i], kind, o) &&
		    !scols_table_new_column(t, columns[i].title, 0, columns[i].flags))
			return -ENOMEM;
	}
	for (size_t i = first; i < end; i++) {
		int rc = row_fill(t, json_array_get(rows, i), kind, o);

		if (rc)
			return rc;
	}
	return 0;
}

static void cleanup_tablep(struct libscols_table **t)
{
	scols_unref_table(*t);
}

int table_print(FILE *out, const json_t *rows, size_t first, size_t end, enum table_kind kind,
		const struct render_opts *o, struct err *e)
{
	__attribute__((cleanup(cleanup_tablep))) struct libscols_table *t = scols_new_table();
	cleanup_free char *text = NULL;

	if (!t || table_fill(t, rows, first, end, kind, o))
		return err_set(e, ENOMEM, "out of memory for the table");
	scols_table_enable_colors(t, o->colour);
	/* The width is the caller's, whatever standard output is. */
	scols_table_set_termforce(t, SCOLS_TERMFORCE_ALWAYS);
	scols_table_set_termwidth(t, o->width);
	if (scols_print_table_to_string(t, &text))
		return err_set(e, ENOMEM, "out of memory for the table");
	fprintf(out, "%s\n", text);	/* libsmartcols leaves the last line open */
	return 0;
}
