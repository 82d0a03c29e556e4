/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef COLDHEAP_SOURCE_H
#define COLDHEAP_SOURCE_H

#include "workloads/coldheap/coldheap-heap.h"
#include "workloads/coldheap/coldheap-score.h"

/*
 * The sources of heat of the kernel that runs, asked about the heap. -ENOENT says that a
 * source is not there, which is no failure of anything; other errors are.
 */

#define SOURCE_REGIONS_MAX 16384

/*
 * Regions of the schemes "stat" of all kdamonds that are on, as last seen: whoever set DAMON up
 * goes on using it. @room is an array of SOURCE_REGIONS_MAX. -ENOENT where none is on.
 */
int source_damon_read(struct score_region *room, size_t *ret_n, struct err *e);

/* Scores the @n sorted regions against the heap as it is now. Pages not in memory count as cold. */
int source_damon_score(const struct heap *h, const struct score_region *r, size_t n,
		       struct score *ret, struct err *e);

/* The generations of this process's cgroup. -ENOENT where there is no MGLRU, or no debugfs. */
int source_lru_read(struct score_lru *ret, struct err *e);

/*
 * Has the kernel age that cgroup (in @l) on all nodes: a walk of its page tables moves what was
 * accessed since the last one to the generation that was the youngest, and begins a new one.
 */
int source_lru_age(const struct score_lru *l, struct err *e);

#endif
