/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RAMRIG_LIMITS_H
#define RAMRIG_LIMITS_H

#include "cell/cell.h"

/*
 * The memory limits of a cell: the plan's "limit_ratio" times the most that each
 * limited group of its workload took in the cell of pair 0 that ran it on the same
 * topology, without limits.
 */

/* The cell of pair 0 that the limits of @cell go by; NULL where it has none. */
const json_t *limits_cell(const json_t *plan, const json_t *cell);

/*
 * Sets *ret to a new object GROUP -> bytes, a multiple of 4 KiB, for @cell of
 * the plan in the result folder @dir; NULL where it has no limits. -ENODATA
 * where pair 0 has not told the peak. A cell whose plan says "limits", as one that is replayed
 * does, has these.
 */
int limits_compute(const json_t *plan, const json_t *cell, const char *dir, json_t **ret,
		   struct err *e);

/*
 * Notes memory.peak (cgroup-v2.rst) of each limited group of the workload in the
 * result, as "peaks"; absent where this kernel has none.
 */
int limits_note_peaks(struct cell *c, struct err *e);

/*
 * Makes the cgroups of c->limits and writes their memory.max (cgroup-v2.rst),
 * before anything runs in them.
 */
int limits_set(struct cell *c, struct err *e);

#endif
