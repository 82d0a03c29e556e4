/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include "cli/claims-table.h"
#include "lib/cleanup.h"
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

/* The same in Markdown, whose rows are arrays. */
static void table_grid(const struct claims_table *t, FILE *out)
{
	cleanup_json json_t *rows = json_array();
	char align[CLAIMS_COLUMNS_MAX + 1] = "";
	const json_t *row;
	json_t *cell;
	const char *key;
	size_t i;

	json_array_append(rows, t->titles);
	for (i = 0; i < t->n; i++)
		align[i] = t->columns[i].show == LISTING_TEXT ? 'l' : 'r';
	json_array_foreach(t->rows, i, row) {
		json_t *list = json_array();

		json_object_foreach((json_t *)row, key, cell)
			json_array_append(list, cell);
		json_array_append_new(rows, list);
	}
	grid_print(out, rows, align);
}

int claims_table_print(const struct claims_table *t, const struct claims_sink *to, struct err *e)
{
	if (to->markdown)
		table_grid(t, to->out);
	else if (listing_table(t->rows, t->columns, to->out))
		return err_set(e, ENOMEM, "cannot print the table");
	return 0;
}
