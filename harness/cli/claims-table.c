/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include "cli/claims-table.h"
#include "compare/wrap.h"
#include "lib/cleanup.h"
#include "lib/file.h"
#include "report/grid.h"

void claims_table_init(struct claims_table *t)
{
	*t = (struct claims_table){ .titles = json_array(), .rows = json_array() };
}

void claims_table_clear(struct claims_table *t)
{
	json_decref(t->titles);
	json_decref(t->rows);
}

void claims_table_column(struct claims_table *t, char *title, bool is_text)
{
	json_t *kept = json_string(title);

	free(title);
	if (t->n == CLAIMS_COLUMNS_MAX || !kept) {
		json_decref(kept);
		return;
	}
	json_array_append_new(t->titles, kept);
	snprintf(t->keys[t->n], sizeof(t->keys[t->n]), "%zu", t->n);
	t->columns[t->n] = (struct listing_column){ t->keys[t->n], json_string_value(kept),
						    is_text ? LISTING_TEXT : LISTING_NUMBER };
	t->n++;
}

json_t *claims_table_row(struct claims_table *t)
{
	json_t *row = json_object();

	json_array_append_new(t->rows, row);
	return row;
}

void claims_table_cell(json_t *row, char *text)
{
	char key[24];

	snprintf(key, sizeof(key), "%zu", json_object_size(row));
	json_object_set_new(row, key, json_string(text));
	free(text);
}

/* The rows as arrays, in the order of the columns. */
static json_t *table_lists(const struct claims_table *t)
{
	json_t *lists = json_array(), *cell;
	const json_t *row;
	const char *key;
	size_t i;

	json_array_foreach(t->rows, i, row) {
		json_t *list = json_array();

		json_object_foreach((json_t *)row, key, cell)
			json_array_append(list, cell);
		json_array_append_new(lists, list);
	}
	return lists;
}

static void table_markdown(const struct claims_table *t, FILE *out)
{
	cleanup_json json_t *rows = table_lists(t);
	char align[CLAIMS_COLUMNS_MAX + 1] = "";

	json_array_insert(rows, 0, t->titles);
	for (size_t i = 0; i < t->n; i++)
		align[i] = t->columns[i].show == LISTING_TEXT ? 'l' : 'r';
	grid_print(out, rows, align);
}

static json_t *table_block(const struct claims_table *t, const char *caption)
{
	json_t *columns = json_array();

	for (size_t i = 0; i < t->n; i++)
		json_array_append_new(columns,
				      json_pack("{s:O, s:b}", "text", json_array_get(t->titles, i),
						"right", t->columns[i].show != LISTING_TEXT));
	return json_pack("{s:s, s:o, s:o}", "caption", caption, "columns", columns, "rows",
			 table_lists(t));
}

int claims_table_print(const struct claims_table *t, const char *caption,
		       const struct claims_sink *to, struct err *e)
{
	if (to->form == CLAIMS_PAGE)
		json_array_append_new(to->blocks, table_block(t, caption));
	else if (to->form == CLAIMS_MARKDOWN)
		table_markdown(t, to->out);
	else if (listing_table(t->rows, t->columns, to->out))
		return err_set(e, ENOMEM, "cannot print the table");
	return 0;
}

void claims_head(const struct claims_sink *to, const char *heading, const char *text)
{
	if (to->form == CLAIMS_PAGE) {
		json_array_append_new(to->blocks,
				      json_pack("{s:s, s:s}", "heading", heading, "text", text));
		return;
	}
	fprintf(to->out, "%s%s\n%s", to->form == CLAIMS_MARKDOWN ? "## " : "", heading,
		to->form == CLAIMS_MARKDOWN ? "\n" : "");
	wrap_print(to->out, text, CLAIMS_WIDTH, 0);
}

/* Of Markdown a note is an item of a list, or they would run together. */
void claims_note(const struct claims_sink *to, const char *text)
{
	cleanup_free char *line =
		path_format("%s%s", to->form == CLAIMS_MARKDOWN ? "- " : "", text);

	if (to->form == CLAIMS_PAGE)
		json_array_append_new(to->blocks, json_pack("{s:s}", "note", text));
	else
		wrap_print(to->out, line, CLAIMS_WIDTH, 2);
}

void claims_sum(const struct claims_sink *to, const char *text)
{
	if (to->form == CLAIMS_PAGE)
		json_array_append_new(to->blocks, json_pack("{s:s}", "sum", text));
	else
		wrap_print(to->out, text, CLAIMS_WIDTH, 0);
}

void claims_gap(const struct claims_sink *to)
{
	if (to->form != CLAIMS_PAGE)
		fputc('\n', to->out);
}
