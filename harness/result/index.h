/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RAMRIG_INDEX_H
#define RAMRIG_INDEX_H

#include "result/result.h"

/*
 * The index of a result, for people's own questions: an SQLite file with the
 * tables cell(n, pair, kernel, topology, workload, arm, outcome, reason,
 * wall_ms) and metric(n, name, value, unit, kind). It holds nothing that the
 * folders do not. A cell that is not done has the outcome 'not-done'.
 */

/* Writes DIR/index.sqlite anew from @r, whole or not at all. */
int index_build(const struct result *r, struct err *e);

#endif
