/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <math.h>
#include <string.h>
#include "claims/judge.h"
#include "claims/stated.h"
#include "cli/claims-print.h"
#include "cli/claims-table.h"
#include "cli/claims-text.h"
#include "compare/fidelity.h"
#include "lib/cleanup.h"
#include "lib/file.h"

#define FIGURES_BESIDE 2 /* that fit beside the columns they are made of */

static char *copy(const char *text)
{
	return path_format("%s", text ? text : "-");
}

static char *column_title(const json_t *column)
{
	const char *unit = json_str_or(column, "unit", "");

	return path_format("%s%s%s", json_str(column, "name"), *unit ? ", " : "", unit);
}

static const json_t *figure_find(const json_t *figures, const char *row, const char *name)
{
	const json_t *f;
	size_t i;

	json_array_foreach(figures, i, f)
		if (!strcmp(json_str(f, "row"), row) && !strcmp(json_str(f, "figure"), name))
			return f;
	return NULL;
}

static void head_print(const json_t *claim, const struct claims_sink *to)
{
	const json_t *source = json_object_get(claim, "source");
	cleanup_free char *text = path_format("%s: %s (%s; %s)", json_str(source, "vendor"),
					      json_str(claim, "summary"), json_str(source, "title"),
					      json_str(source, "place"));

	claims_head(to, json_str(claim, "claim"), text);
}

/* Prints "WHAT: TEXT", its lines joined. */
static void paragraph_print(const struct claims_sink *to, const char *what, const char *text)
{
	cleanup_free char *line = path_format("%s: %s", what, text);

	for (char *s = line + strlen(line); s > line && s[-1] == '\n'; s--)
		s[-1] = '\0';
	for (char *s = line; *s; s++)
		if (*s == '\n')
			*s = ' ';
	claims_note(to, line);
}

/* Whether a change is to be computed, or stands in the table as it is. */
static bool is_computed(const json_t *f)
{
	return !strcmp(json_str(f, "states"), "value");
}

static char *runs_text(const json_t *stated)
{
	struct claim_stated s;
	struct claim_band b;

	stated_numbers(stated, strcmp(json_str(stated, "scale"), "difference"), &s);
	claim_band(&s, &b);
	return isfinite(b.runs_needed) ? path_format("%.0f", b.runs_needed) : copy(NULL);
}

/* The columns as they were printed, and, or alone, what they are against the base. */
enum { SHOW_PRINTED = 1, SHOW_CHANGES = 2 };

static void vendor_head(struct claims_table *t, const json_t *claim, unsigned show)
{
	const json_t *c, *f;
	size_t i;

	claims_table_column(t, copy(""), true);
	json_array_foreach(json_object_get(claim, "columns"), i, c)
		if (show & SHOW_PRINTED)
			claims_table_column(t, column_title(c), false);
	json_array_foreach(json_object_get(claim, "figures"), i, f) {
		if (!is_computed(f) || !(show & SHOW_CHANGES))
			continue;
		claims_table_column(t, path_format("%s: change", json_str(f, "name")), false);
		if (json_str(f, "dev"))
			claims_table_column(t, copy("runs"), false);
	}
}

static void vendor_row(struct claims_table *t, const json_t *claim, const json_t *stated,
		       const json_t *r, unsigned show)
{
	json_t *row = claims_table_row(t);
	const json_t *c, *f;
	size_t i;

	claims_table_cell(row, copy(json_str(r, "name")));
	json_array_foreach(json_object_get(r, "values"), i, c)
		if (show & SHOW_PRINTED)
			claims_table_cell(row, copy(json_string_value(c)));
	json_array_foreach(json_object_get(claim, "figures"), i, f) {
		const json_t *s = figure_find(stated, json_str(r, "name"), json_str(f, "name"));

		if (!is_computed(f) || !(show & SHOW_CHANGES))
			continue;
		claims_table_cell(row, s ? claims_text_stated(s) : copy(NULL));
		if (json_str(f, "dev"))
			claims_table_cell(row, s ? runs_text(s) : copy(NULL));
	}
}

static int vendor_table(const json_t *claim, const json_t *stated, unsigned show,
			const struct claims_sink *to, struct err *e)
{
	cleanup_claims_table struct claims_table t;
	const json_t *r;
	size_t i;

	claims_table_init(&t);
	vendor_head(&t, claim, show);
	json_array_foreach(json_object_get(claim, "rows"), i, r)
		vendor_row(&t, claim, stated, r, show);
	return claims_table_print(&t, json_str(claim, "summary"), to, e);
}

/* One table, or two where one would be too wide. */
static int vendor_print(const json_t *claim, const json_t *stated, const struct claims_sink *to,
			struct err *e)
{
	if (json_array_size(json_object_get(claim, "figures")) <= FIGURES_BESIDE)
		return vendor_table(claim, stated, SHOW_PRINTED | SHOW_CHANGES, to, e);
	if (vendor_table(claim, stated, SHOW_PRINTED, to, e))
		return -e->code;
	claims_gap(to);
	return vendor_table(claim, stated, SHOW_CHANGES, to, e);
}

/* Of the figure called @name: what @say says -> the names of the rows of which it says that. */
static json_t *notes_collect(const json_t *figures, const char *name,
			     char *(*say)(const json_t *f), size_t *ret_rows)
{
	json_t *notes = json_object();
	const json_t *f;
	size_t i;

	*ret_rows = 0;
	json_array_foreach(figures, i, f) {
		if (strcmp(json_str(f, "figure"), name))
			continue;
		cleanup_free char *text = say(f);

		++*ret_rows;
		if (!*text)
			continue;
		if (!json_object_get(notes, text))
			json_object_set_new(notes, text, json_array());
		json_array_append(json_object_get(notes, text), json_object_get(f, "row"));
	}
	return notes;
}

/*
 * Prints what @say says of each figure, once: "of used: ..." where all its rows have it, else
 * with their names. Nothing where it says "".
 */
static void notes_print(const json_t *figures, const json_t *list, char *(*say)(const json_t *f),
			const struct claims_sink *to)
{
	const json_t *kind, *row;
	const char *text;
	json_t *of;
	size_t i, k, rows;

	json_array_foreach(list, i, kind) {
		const char *name = json_str(kind, "name");
		cleanup_json json_t *notes = notes_collect(figures, name, say, &rows);

		json_object_foreach(notes, text, of) {
			cleanup_free char *names = copy("");

			json_array_foreach(of, k, row) {
				cleanup_free char *before = names;

				names = path_format("%s%s%s", before, k ? "; " : "",
						    json_string_value(row));
			}
			cleanup_free char *line =
				k == rows ? path_format("%s: %s.", name, text)
					  : path_format("%s (%s): %s.", name, names, text);
			claims_note(to, line);
		}
	}
}

static char *say_note(const json_t *figure)
{
	return path_format("%s", json_str_or(figure, "note", ""));
}

int claims_print_claim(const json_t *claim, const struct claims_sink *to, struct err *e)
{
	const json_t *list = json_object_get(claim, "figures"), *f;
	const json_t *source = json_object_get(claim, "source");
	cleanup_json json_t *stated = NULL;
	bool has_dev = false;
	size_t i;
	int rc = stated_collect(claim, &stated, NULL, e);

	if (rc)
		return rc;
	head_print(claim, to);
	claims_gap(to);
	rc = vendor_print(claim, stated, to, e);
	if (rc)
		return rc;
	json_array_foreach(list, i, f)
		has_dev |= json_str(f, "dev") != NULL;
	claims_gap(to);
	if (has_dev)
		paragraph_print(to, "runs",
				"of each arm that would show the change, or one as large as the "
				"tolerance where that is more, four times of five");
	paragraph_print(to, "Measured on", json_str_or(source, "setup", "not said"));
	paragraph_print(to, "Here", json_str(claim, "scaled"));
	notes_print(stated, list, claims_text_cells, to);
	notes_print(stated, list, say_note, to);
	return 0;
}

/* The vendor's columns that a figure is made of, in the order of the table. */
static bool is_part_of(const json_t *f, const char *column)
{
	static const char *const keys[] = { "column", "against", "of", "dev" };

	for (size_t i = 0; i < ARRAY_SIZE(keys); i++)
		if (json_str(f, keys[i]) && !strcmp(json_str(f, keys[i]), column))
			return true;
	return false;
}

static void figure_row(struct claims_table *t, const json_t *claim, const json_t *r,
		       const json_t *f, const json_t *judged)
{
	json_t *row = claims_table_row(t);
	const json_t *c;
	size_t i;

	claims_table_cell(row, copy(json_str(r, "name")));
	json_array_foreach(json_object_get(claim, "columns"), i, c)
		if (is_part_of(f, json_str(c, "name")))
			claims_table_cell(row, copy(stated_cell(claim, r, json_str(c, "name"))));
	if (is_computed(f))
		claims_table_cell(row, judged ? claims_text_stated(judged) : copy(NULL));
	if (stated_has_size(f))
		claims_table_cell(row, judged ? claims_text_band(judged) : copy(NULL));
	claims_table_cell(row, judged ? claims_text_seen(judged) : copy(NULL));
	claims_table_cell(row, judged ? claims_text_interval(judged) : copy(NULL));
	claims_table_cell(row, copy(judged ? json_str(judged, "verdict") : "base"));
}

static int figure_table(const json_t *claim, const json_t *f, const json_t *figures,
			const struct claims_sink *to, struct err *e)
{
	cleanup_claims_table struct claims_table t;
	const json_t *c, *r;
	size_t i;

	claims_table_init(&t);
	claims_table_column(&t, copy(json_str(f, "name")), true);
	json_array_foreach(json_object_get(claim, "columns"), i, c)
		if (is_part_of(f, json_str(c, "name")))
			claims_table_column(&t, column_title(c), false);
	if (is_computed(f))
		claims_table_column(&t, copy("change"), false);
	if (stated_has_size(f))
		claims_table_column(&t, copy("would do"), false);
	claims_table_column(&t, copy("seen here"), false);
	claims_table_column(&t, copy("interval"), false);
	claims_table_column(&t, copy("verdict"), true);
	json_array_foreach(json_object_get(claim, "rows"), i, r)
		figure_row(&t, claim, r, f,
			   figure_find(figures, json_str(r, "name"), json_str(f, "name")));
	return claims_table_print(&t, json_str(f, "name"), to, e);
}

static char *say_reason(const json_t *figure)
{
	return path_format("%s", json_str_or(figure, "reason", ""));
}

/* What the figure that was seen rests on: "DIR, 24 boots; tcg, host clock, ...". */
static char *say_ground(const json_t *figure)
{
	const json_t *ours = json_object_get(figure, "ours"), *time;
	const json_t *fidelity = json_object_get(ours, "fidelity");
	size_t i;

	if (!json_is_object(ours) || !json_is_object(fidelity))
		return path_format("%s", "");
	cleanup_free char *how = fidelity_text(fidelity);
	json_int_t boots = json_int_or(ours, "boots", 2 * json_int_or(ours, "pairs", 0));
	char *text = path_format("%s, %lld boots; %.*s", json_str(ours, "result"), (long long)boots,
				 (int)strlen(how) - (how[strlen(how) - 1] == '.'), how);

	json_array_foreach(json_object_get(ours, "times"), i, time) {
		char *longer = path_format("%s; %s", text, json_string_value(time));

		free(text);
		text = longer;
	}
	return text;
}

static int assessed_print(const json_t *claim, const json_t *figures, const struct claims_sink *to,
			  struct err *e)
{
	const json_t *list = json_object_get(claim, "figures"), *f;
	size_t i;
	int rc = 0;

	head_print(claim, to);
	json_array_foreach(list, i, f) {
		claims_gap(to);
		rc = figure_table(claim, f, figures, to, e);
		if (rc)
			return rc;
	}
	claims_gap(to);
	notes_print(figures, list, say_reason, to);
	notes_print(figures, list, say_note, to);
	notes_print(figures, list, say_ground, to);
	return 0;
}

int claims_print_assessed(const json_t *claims, const json_t *assessed,
			  const struct claims_sink *to, struct err *e)
{
	const json_t *list = json_object_get(assessed, "claims"), *one;
	cleanup_free char *sum = path_format("Figures:");
	const char *name;
	json_t *n;
	size_t i;

	json_array_foreach(list, i, one) {
		int rc = assessed_print(json_array_get(claims, i), json_object_get(one, "figures"),
					to, e);

		if (rc)
			return rc;
		claims_gap(to);
	}
	json_object_foreach(json_object_get(assessed, "verdicts"), name, n) {
		char *longer =
			path_format("%s%s %lld %s", sum, sum[strlen(sum) - 1] == ':' ? "" : ",",
				    (long long)json_integer_value(n), name);

		free(sum);
		sum = longer;
	}
	cleanup_free char *sentence = path_format("%s.", sum);
	claims_sum(to, sentence);
	return 0;
}
