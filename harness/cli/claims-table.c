/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <stdlib.h>
#include "cli/claims-table.h"
#include "compare/wrap.h"
#include "lib/cleanup.h"
#include "lib/file.h"
#include "report/grid.h"

void claims_table_init(struct claims_table *t)
{
	*t = (struct claims_table){ .columns = json_array(), .rows = json_array() };
}

void claims_table_clear(struct claims_table *t)
{
	json_decref(t->columns);
	json_decref(t->rows);
}

void claims_table_column(struct claims_table *t, char *title, bool is_text)
{
	json_array_append_new(t->columns,
			      json_pack("{s:s, s:b}", "text", title, "right", !is_text));
	free(title);
}

json_t *claims_table_row(struct claims_table *t)
{
	json_t *row = json_array();

	json_array_append_new(t->rows, row);
	return row;
}

void claims_table_cell(json_t *row, char *text)
{
	json_array_append_new(row, json_string(text));
	free(text);
}

static bool is_right(const struct claims_table *t, size_t column)
{
	return json_is_true(json_object_get(json_array_get(t->columns, column), "right"));
}

static int table_markdown(const struct claims_table *t, FILE *out)
{
	size_t n = json_array_size(t->columns), i;
	cleanup_json json_t *head = json_array(), *rows = json_array();
	cleanup_free char *align = calloc(n + 1, 1);
	const json_t *column, *row;

	if (!align)
		return -ENOMEM;
	json_array_foreach(t->columns, i, column) {
		json_array_append(head, json_object_get(column, "text"));
		align[i] = is_right(t, i) ? 'r' : 'l';
	}
	grid_add_texts(rows, head);
	json_array_foreach(t->rows, i, row)
		grid_add_texts(rows, row);
	grid_print(out, rows, align);
	return 0;
}

/* The same as a listing, whose rows are objects: their keys are the numbers of columns. */
static int table_text(const struct claims_table *t, FILE *out)
{
	size_t n = json_array_size(t->columns), i, k;
	cleanup_free struct listing_column *columns = calloc(n + 1, sizeof(*columns));
	cleanup_json json_t *keys = json_array(), *rows = json_array();
	const json_t *row, *cell;

	if (!columns)
		return -ENOMEM;
	for (i = 0; i < n; i++) {
		json_array_append_new(keys, json_sprintf("%zu", i));
		columns[i] = (struct listing_column){
			json_string_value(json_array_get(keys, i)),
			json_str(json_array_get(t->columns, i), "text"),
			is_right(t, i) ? LISTING_NUMBER : LISTING_TEXT,
		};
	}
	json_array_foreach(t->rows, i, row) {
		json_t *object = json_object();

		json_array_foreach(row, k, cell)
			json_object_set(object, columns[k].key, (json_t *)cell);
		json_array_append_new(rows, object);
	}
	return listing_table(rows, columns, out);
}

static json_t *table_block(const struct claims_table *t, const char *caption)
{
	return json_pack("{s:s, s:O, s:O}", "caption", caption, "columns", t->columns, "rows",
			 t->rows);
}

int claims_table_print(const struct claims_table *t, const char *caption,
		       const struct claims_sink *to, struct err *e)
{
	int rc = 0;

	if (to->form == CLAIMS_PAGE)
		json_array_append_new(to->blocks, table_block(t, caption));
	else
		rc = to->form == CLAIMS_MARKDOWN ? table_markdown(t, to->out)
						 : table_text(t, to->out);
	return rc ? err_set(e, -rc, "cannot print the table") : 0;
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
