/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <libsmartcols/libsmartcols.h>
#include <stdio.h>
#include "cli/listing.h"
#include "lib/cleanup.h"
#include "lib/file.h"
#include "result/outcome.h"

static inline void cleanup_tablep(struct libscols_table **t)
{
	scols_unref_table(*t);
}
#define cleanup_table __attribute__((cleanup(cleanup_tablep)))

static char *cell_text(const json_t *row, const struct listing_column *c)
{
	const json_t *v = json_object_get(row, c->key);

	if (c->show == LISTING_BYTES && json_is_integer(v))
		return path_format("%.1f MiB", (double)json_integer_value(v) / (1 << 20));
	if (json_is_integer(v))
		return path_format("%lld", (long long)json_integer_value(v));
	return path_format("%s", json_is_string(v) ? json_string_value(v) : "-");
}

static int add_row(struct libscols_table *t, const json_t *row,
		   const struct listing_column *columns)
{
	struct libscols_line *line = scols_table_new_line(t, NULL);

	for (size_t i = 0; line && columns[i].key; i++) {
		char *text = cell_text(row, &columns[i]);

		if (scols_line_refer_data(line, i, text)) {
			free(text);
			return -ENOMEM;
		}
	}
	return line ? 0 : -ENOMEM;
}

int listing_table(const json_t *rows, const struct listing_column *columns, FILE *out)
{
	cleanup_table struct libscols_table *t = scols_new_table();
	const json_t *row;
	size_t i;
	int rc = t ? scols_table_set_stream(t, out) : -ENOMEM;

	for (i = 0; !rc && columns[i].key; i++)
		if (!scols_table_new_column(t, columns[i].title, 0,
					    columns[i].show == LISTING_TEXT ? 0 : SCOLS_FL_RIGHT))
			rc = -ENOMEM;
	json_array_foreach(rows, i, row)
		if (!rc)
			rc = add_row(t, row, columns);
	return rc ? rc : scols_print_table(t);
}

int listing_print(const json_t *rows, const struct listing_column *columns, bool as_json,
		  struct err *e)
{
	if (!as_json && listing_table(rows, columns, stdout))
		return err_set(e, ENOMEM, "cannot print the table");
	if (!as_json)
		return 0;
	json_dumpf(rows, stdout, JSON_INDENT(2));
	putchar('\n');
	return 0;
}

int listing_exit_code(const struct err *e)
{
	return e->code == EINVAL || e->code == ENOENT ? EXIT_USAGE : EXIT_RIG;
}
