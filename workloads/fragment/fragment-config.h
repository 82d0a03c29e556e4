/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef FRAGMENT_CONFIG_H
#define FRAGMENT_CONFIG_H

#include <stdint.h>
#include "lib/err.h"

#define PAGE_BYTES 4096

/* The parameters of workload.yaml, by their names there; percentages are of MemTotal. */
struct fragment_config {
	uint64_t unmovable, movable;	/* % */
	uint64_t every;			/* pages, a power of two */
	uint64_t hugetlb, thp, slab;	/* % */
	uint64_t blocks;		/* %, of each order */
	uint64_t order;			/* whose indices are figures */
	uint64_t probe_rate;		/* a second */
	uint64_t probe_pages;
	uint64_t seed;
};

/* Reads and checks them. -EINVAL with a sentence that names the parameter. */
int fragment_config_read(struct fragment_config *ret, struct err *e);

/* @percent of all memory that the kernel has (MemTotal), in pages. */
uint64_t fragment_pages(uint64_t percent);

#endif
