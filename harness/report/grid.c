/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>
#include "lib/cleanup.h"
#include "lib/printable.h"
#include "report/grid.h"

#define RULE_MIN 3 /* dashes that make a rule everywhere */

/* Columns that UTF-8 takes on a screen, where no character is wide. */
static size_t text_width(const char *s)
{
	size_t n = 0;

	for (; *s; s++)
		n += ((unsigned char)*s & 0xc0) != 0x80;
	return n;
}

static size_t column_width(const json_t *rows, size_t column)
{
	size_t width = RULE_MIN, i;
	const json_t *row;

	json_array_foreach(rows, i, row) {
		size_t w = text_width(json_string_value(json_array_get(row, column)));

		width = w > width ? w : width;
	}
	return width;
}

static void row_print(FILE *out, const json_t *row, const size_t *widths, const char *align)
{
	const json_t *cell;
	size_t i;

	json_array_foreach(row, i, cell) {
		const char *text = json_string_value(cell);
		int pad = (int)(widths[i] - text_width(text));

		if (align[i] == 'r')
			fprintf(out, "| %*s%s ", pad, "", text);
		else
			fprintf(out, "| %s%*s ", text, pad, "");
	}
	fputs("|\n", out);
}

static void rule_print(FILE *out, const size_t *widths, const char *align)
{
	for (size_t i = 0; align[i]; i++) {
		fputs("| ", out);
		for (size_t k = 1; k < widths[i]; k++)
			fputc('-', out);
		fputs(align[i] == 'r' ? ": " : "- ", out);
	}
	fputs("|\n", out);
}

void grid_print(FILE *out, const json_t *rows, const char *align)
{
	size_t n = strlen(align), i;
	cleanup_free size_t *widths = calloc(n + 1, sizeof(*widths));
	const json_t *row;

	if (!widths)
		return;
	for (i = 0; i < n; i++)
		widths[i] = column_width(rows, i);
	json_array_foreach(rows, i, row) {
		row_print(out, row, widths, align);
		if (!i)
			rule_print(out, widths, align);
	}
}

/* A '|' would begin another column. */
static json_t *cell_text(const char *text)
{
	cleanup_free char *line = printable(text);

	for (char *s = line; *s; s++)
		if (*s == '|')
			*s = '/';
	return json_string(line);
}

void grid_add_texts(json_t *rows, const json_t *texts)
{
	json_t *row = json_array();
	const json_t *text;
	size_t i;

	json_array_foreach(texts, i, text)
		json_array_append_new(row, cell_text(json_string_value(text)));
	json_array_append_new(rows, row);
}

void grid_add(json_t *rows, char *const *text, size_t n)
{
	json_t *row = json_array();

	for (size_t i = 0; i < n; i++) {
		json_array_append_new(row, cell_text(text[i]));
		free(text[i]);
	}
	json_array_append_new(rows, row);
}
