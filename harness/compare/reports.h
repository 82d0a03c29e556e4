/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RAMRIG_COMPARE_REPORTS_H
#define RAMRIG_COMPARE_REPORTS_H

#include "result/result.h"

/*
 * What the kernels of all cells reported (@b may be NULL), each report once, by
 * its hash, those that a kernel died of first, those last that the workload of every
 * cell expects: a new array of { hash, kind, title, function, [where], fatal, expected,
 * count, cells: [n], second_cells: [n], line, context: [lines] }. "cells" are of @a, "second_cells" of @b; "where", "line" and "context"
 * are of the first.
 */
json_t *reports_tally(const struct result *a, const struct result *b);

/* "2 cells reported ..., and died of it (report 3f2a91c0: cells 3, 5)"; the caller frees it. */
char *reports_line(const json_t *report);

#endif
