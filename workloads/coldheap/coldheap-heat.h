/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef COLDHEAP_HEAT_H
#define COLDHEAP_HEAT_H

#include <stdio.h>
#include "workloads/coldheap/coldheap-load.h"

/*
 * Scores the kernel's sources of heat while the load runs, from start to end in three parts of
 * @observe_ms each:
 *
 *	1. DAMON is looked at again and again; its score is that of the second half.
 *	2. The hot set moves on by shift_by percent of itself. The lag is the time
 *	   until a look at DAMON comes to SCORE_BAR in both figures.
 *	3. MGLRU ages the heap's cgroup at the beginning and at the end; its score is that of
 *	   the pages that are young then.
 *
 * The looks are told on @out, the last line being the figures of workload heat. A figure whose
 * source is not there, or that has no value, is null.
 */
#define HEAT_LOOK_MS 1000

int heat_run(struct load *l, uint64_t observe_ms, FILE *out, struct err *e);

#endif
