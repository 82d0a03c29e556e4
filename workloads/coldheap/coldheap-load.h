/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef COLDHEAP_LOAD_H
#define COLDHEAP_LOAD_H

#include "workloads/coldheap/coldheap-heap.h"
#include "workloads/lib/histogram.h"
#include "workloads/lib/zipf.h"

/*
 * The accesses. An access is a load or a store of the first word of a page, which
 * is timed and where a fault happens; after that, outside its latency, the whole
 * page is checked, and after a store renewed.
 *
 * With a rate, an access has the time at which it should begin, and its latency
 * counts from then: what a slow access holds up is slow as well. Without one,
 * each begins when the one before has been checked.
 */
struct load {
	struct heap *heap;
	const struct config *config;
	struct zipf zipf;
	uint64_t shift_pages;
	_Atomic uint64_t done;		/* accesses since the heap was filled, where the hot set shifts */
	_Atomic uint64_t shifts;
	uint64_t runs;			/* so far: each draws other accesses */
	_Atomic bool stop;		/* set by another thread: load_run() is to end early */
};

struct load_result {
	struct histogram latencies[PART_COUNT];	/* ns */
	uint64_t accesses, writes;
	int64_t elapsed_ns;
};

/* All but *l's heap and config is set from these two. */
void load_set(struct load *l, struct heap *h, const struct config *c);

/*
 * Makes @accesses accesses or, where that is 0, those that begin within @ms; on
 * as many threads as the configuration says. Wrong pages are told on @out. The caller
 * zeroes *ret before, and owns it.
 */
int load_run(struct load *l, uint64_t accesses, uint64_t ms, FILE *out, struct load_result *ret,
	     struct err *e);

#endif
