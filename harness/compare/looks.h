/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RAMRIG_LOOKS_H
#define RAMRIG_LOOKS_H

#include <stdio.h>
#include "compare/row.h"
#include "stats/sequential.h"

/*
 * The looks of a sequential plan, made anew from its result alone: there is no other record
 * of what was decided when.
 *
 * Look k is reached once every planned cell of the pairs up to sequential_pairs[k] is done,
 * and uses those of them that are whole. It judges all key rows at its own part of
 * alpha, Holm over the whole family. A row is decided by the first look that gives it a verdict
 * other than inconclusive, and then stands as that look saw it, whatever comes later; one that
 * none decides stands as the last look saw it. Before the last look, a row is futile where a
 * decision is not to be expected any more (SEQUENTIAL_FUTILE), or where nothing of it could be
 * analysed: that ends a run where all others are decided or futile too, but it is no verdict, and
 * pairs that are there all the same are looked at.
 */
struct looks {
	bool planned;
	size_t reached;
	bool settled;		/* nothing is left to be run */
	size_t spared;		/* cells that need not be run */
	json_t *rows;		/* array of arrays: the looks of each key row */
};

/*
 * Puts the rows of @rows that are judged (all their pairs analysed) to what the looks say of
 * them, and fills @ret, to be cleared with looks_clear().
 */
int looks_take(const struct result *r, const struct row_opts *o, struct row *rows, size_t n,
	       struct looks *ret, struct err *e);

/* "sequential" of a comparison (docs/statistics.md): a new object. */
json_t *looks_json(const struct looks *l, double alpha);

/* What was decided when, for people; nothing where @comparison is of no sequential plan. */
void looks_print(FILE *out, const json_t *comparison, size_t width);

void looks_clear(struct looks *l);

#endif
