/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RAMRIG_CLAIMS_TABLE_H
#define RAMRIG_CLAIMS_TABLE_H

#include <stdbool.h>
#include <stdio.h>
#include "cli/listing.h"

/* A table whose columns a file decides, for a terminal or in Markdown. */

#define CLAIMS_COLUMNS_MAX 64	/* what is beyond is left out */

/* Where it is printed, and how. */
struct claims_sink {
	FILE *out;
	bool markdown;
};

struct claims_table {
	struct listing_column columns[CLAIMS_COLUMNS_MAX + 1];
	char keys[CLAIMS_COLUMNS_MAX][4];	/* "0", "1", ...: of rows */
	size_t n;
	json_t *titles, *rows;
};

void claims_table_init(struct claims_table *t);

/* Takes @title, a new string. Numbers stand on the right. */
void claims_table_column(struct claims_table *t, char *title, bool is_text);

/* A new row, which the table owns. */
json_t *claims_table_row(struct claims_table *t);

/* Takes @text, a new string, as the next cell of @row. */
void claims_table_cell(json_t *row, char *text);

int claims_table_print(const struct claims_table *t, const struct claims_sink *to, struct err *e);

void claims_table_clear(struct claims_table *t);
#define cleanup_claims_table __attribute__((cleanup(claims_table_clear)))

#endif
