/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RAMRIG_TABLE_H
#define RAMRIG_TABLE_H

#include <stdio.h>
#include "compare/render.h"

/*
 * Prints the rows @first .. @end - 1 of the array @rows: as a table of verdicts
 * where @judged, else as the shorter one of diagnostics.
 */
int table_print(FILE *out, const json_t *rows, size_t first, size_t end, bool judged,
		const struct render_opts *o, struct err *e);

#endif
