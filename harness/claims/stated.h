/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RAMRIG_CLAIM_STATED_H
#define RAMRIG_CLAIM_STATED_H

#include "claims/judge.h"
#include "lib/err.h"
#include "lib/json.h"

/*
 * What the figures of a claim (a checked file, docs/claims.md) state, as changes against a
 * base: a new array, one object for each row and figure that is to be judged,
 *
 *   { "row", "figure", "states", "value", "against" (or null), "unit",
 *     "scale": "ratio|difference|any", "change": [low, high] (null is infinite),
 *     "dev", "base_dev" (or null),
 *     and of the keys of a figure, row or claim, the nearest of which counts: "experiment",
 *     "workload", "topology", "arm", "metric", "tolerance", "runs", "needs", "not_testable",
 *     "note" }
 *
 * "value", "against" and "unit" are as printed by the vendor. "scale" "any" is a change whose
 * metric says what it is: a percentage of a share is a difference. "states" "each" has no
 * change; its value is what every boot must measure. -EINVAL names a figure
 * that cannot be read; rules_claim() has seen to it that none is;
 * *ret_row (may be NULL) is then the index of its row. What is not testable may be in words.
 */
int stated_collect(const json_t *claim, json_t **ret, size_t *ret_row, struct err *e);

/* Whether such an object, or a figure of a claim, states how large a change is: it takes a tolerance. */
bool stated_has_size(const json_t *stated);

/* The numbers of such an object, for a metric that is compared as a ratio, or not. */
void stated_numbers(const json_t *stated, bool ratio, struct claim_stated *ret);

/* The rows of a claim's table, whose index is the column's: "35.4688", as printed, or NULL. */
const char *stated_cell(const json_t *claim, const json_t *row, const char *column);

/* The row that all others are held against, or NULL. */
const json_t *stated_base_row(const json_t *claim);

#endif
