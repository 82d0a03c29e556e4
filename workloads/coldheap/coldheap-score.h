/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef COLDHEAP_SCORE_H
#define COLDHEAP_SCORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "lib/err.h"

/*
 * How well a source of heat knows the hot pages. Of the pages of the heap, those that it calls
 * hot were found, and those that are hot and were found are in both:
 *
 *	precision = both / found	recall = both / hot
 *
 * Each is NaN where it would divide by 0. All here is pure.
 */
struct score {
	uint64_t hot, found, both;
};

double score_precision(const struct score *s);
double score_recall(const struct score *s);

/* The least that both must come to for a source to count as knowing what is hot. */
#define SCORE_BAR 0.8
bool score_passes(const struct score *s);

/*
 * A region of DAMON: physical addresses, @end behind them. One with any access in the last
 * aggregation is hot, as a scheme of min_nr_accesses 1 would have it.
 */
struct score_region {
	uint64_t start, end, nr_accesses;
};

void score_regions_sort(struct score_region *r, size_t n);

/* Whether the address is in a hot one of @n sorted regions. */
bool score_regions_hot(const struct score_region *r, size_t n, uint64_t address);

/*
 * The generations of anonymous pages of one cgroup, as /sys/kernel/debug/lru_gen has them
 * (Documentation/admin-guide/mm/multigen_lru.rst).
 */
#define SCORE_NODES_MAX 16
#define SCORE_GENS_MAX	8

struct score_lru {
	unsigned memcg, n_nodes;
	struct score_lru_node {
		unsigned node, n_gens;
		struct score_gen {
			uint64_t seq, anon; /* pages */
		} gens[SCORE_GENS_MAX];	    /* the oldest first */
	} nodes[SCORE_NODES_MAX];
};

/* Reads those of the cgroup @path ("/ramrig/heap") from the file's text. -ENOENT without any. */
int score_lru_parse(const char *text, const char *path, struct score_lru *ret, struct err *e);

/* Pages in generation @seq of its node in @since, which was the youngest, and younger ones of @now.
 */
uint64_t score_lru_young(const struct score_lru *since, const struct score_lru *now);

/*
 * MGLRU tells how many pages are young, not which. Since pages that were not accessed do not
 * turn young, all of as many as there are hot are taken for hot ones: both figures are
 * bounds, above which the truth cannot be.
 */
struct score score_of_count(uint64_t hot, uint64_t young);

#endif
