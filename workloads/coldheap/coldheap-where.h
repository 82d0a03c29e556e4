/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef COLDHEAP_WHERE_H
#define COLDHEAP_WHERE_H

#include "workloads/coldheap/coldheap-heap.h"

/*
 * Where the pages of each part are, as the kernel says: move_pages(2) names the
 * node of a page in memory, /proc/self/pagemap the swap device of one that is
 * not. Asking touches no page. Every page is counted exactly once.
 */
#define WHERE_NODES_MAX 64
#define WHERE_SWAPS_MAX 32

struct where_counts {
	uint64_t pages;				/* the sum of those below */
	uint64_t nodes[WHERE_NODES_MAX];
	uint64_t swaps[WHERE_SWAPS_MAX];	/* in the order of /proc/swaps */
	uint64_t absent;			/* neither in memory nor swapped */
	uint64_t moving;			/* on its way between two places when asked */
	uint64_t unknown;			/* the kernel would not say, or named no device we know */
};

struct where {
	struct where_counts parts[PART_COUNT];
	uint64_t nodes, cpu_nodes;		/* bit masks: memory nodes, those with CPUs */
	unsigned n_swaps;
	char swaps[WHERE_SWAPS_MAX][64];	/* "/dev/zram0" */
};

/*
 * Fills *w for @h as it is now. Where the kernel does not tell (no right to see
 * swap entries, no move_pages), pages are unknown: never an error.
 */
void where_take(struct where *w, const struct heap *h);

/*
 * The pages of @part on nodes with CPUs, on nodes without, and in swap, as shares
 * of all its pages; NaN where the kernel says nothing of any of them.
 */
struct where_shares {
	double dram, slow, swap;
};
struct where_shares where_shares(const struct where *w, enum part part);

/* A table for people, and one line "where {...}" for programs. @when: "fill", "warmup", ... */
void where_print(const struct where *w, const char *when, FILE *out);

/* Pure: the device names in the text of /proc/swaps; and a list such as "0-1,3" as a mask. */
void where_swaps_read(struct where *w, const char *text);
uint64_t where_nodes_read(const char *text);

#endif
