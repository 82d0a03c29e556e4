/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RAMRIG_CLAIMS_TABLE_H
#define RAMRIG_CLAIMS_TABLE_H

#include <stdbool.h>
#include <stdio.h>
#include "cli/listing.h"

/*
 * Headings, notes, and tables whose columns a file decides: for a terminal, in Markdown, or as
 * the data of a page (reports/views/claims.js).
 */

enum claims_form { CLAIMS_TEXT, CLAIMS_MARKDOWN, CLAIMS_PAGE };

/* Where it goes, and how. */
struct claims_sink {
	enum claims_form form;
	FILE *out;		/* of text and Markdown */
	json_t *blocks;		/* of a page: an array that grows */
};

#define CLAIMS_WIDTH 100

/* A heading with the text below it; then the tables and notes of what it names. */
void claims_head(const struct claims_sink *to, const char *heading, const char *text);
void claims_note(const struct claims_sink *to, const char *text);

/* What all of it comes to: last, but on a page on top. */
void claims_sum(const struct claims_sink *to, const char *text);

/* An empty line, but on a page. */
void claims_gap(const struct claims_sink *to);

struct claims_table {
	json_t *columns;	/* [ { "text": its title, "right": of numbers } ] */
	json_t *rows;		/* arrays of texts */
};

void claims_table_init(struct claims_table *t);

/* Takes @title, a new string. Numbers stand on the right. */
void claims_table_column(struct claims_table *t, char *title, bool is_text);

/* A new row, which the table owns: it has a cell for each column. */
json_t *claims_table_row(struct claims_table *t);

/* Takes @text, a new string, as the next cell of @row. */
void claims_table_cell(json_t *row, char *text);

/* @caption names it on a page. */
int claims_table_print(const struct claims_table *t, const char *caption,
		       const struct claims_sink *to, struct err *e);

void claims_table_clear(struct claims_table *t);
#define cleanup_claims_table __attribute__((cleanup(claims_table_clear)))

#endif
