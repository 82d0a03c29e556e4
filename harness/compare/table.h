/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RAMRIG_TABLE_H
#define RAMRIG_TABLE_H

#include <stdio.h>
#include "compare/render.h"

/* What rows are of, which says what columns they have. */
enum table_kind {
	TABLE_JUDGED = 1,	/* "comparisons" of a comparison: with verdicts */
	TABLE_DIAGNOSTIC = 2,	/* "diagnostics" of it */
	TABLE_SAVED = 4,	/* "saved" of a price (compare/price.h) */
	TABLE_PAID = 8		/* "paid" of it */
};

/* Prints the rows @first .. @end - 1 of the array @rows. */
int table_print(FILE *out, const json_t *rows, size_t first, size_t end, enum table_kind kind,
		const struct render_opts *o, struct err *e);

#endif
