/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RAMRIG_TALLY_H
#define RAMRIG_TALLY_H

#include "result/result.h"

/* How the cells of one or two results ended (@b may be NULL). New references. */

/* { "ok": n, "crashed": n, ..., "not-done": n } */
json_t *tally_cells(const struct result *a, const struct result *b);

/* [ { n, pair, kernel, topology, workload, arm, outcome, reason, report } ] of cells that are not ok. */
json_t *tally_failures(const struct result *a, const struct result *b);

/*
 * What the results and their cells warn of, and which policies did not act, each text once:
 * [ "text (2 cells)" ].
 */
json_t *tally_warnings(const struct result *a, const struct result *b);

#endif
