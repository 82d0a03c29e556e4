/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef COLDHEAP_LAYOUT_H
#define COLDHEAP_LAYOUT_H

#include <stdatomic.h>
#include <stdint.h>
#include "lib/err.h"

/*
 * Which pages are hot, warm and cold. The pages form a ring, on which the hot
 * ones come first, from the base on, then the warm, then the cold. When the hot
 * set shifts, the base moves on: its first pages turn cold, warm ones hot and
 * cold ones warm. In the heap the ring is cut into runs of pages that lie where
 * a seed puts them, so that what is hot must be found, and not just begun with.
 */
enum part { PART_HOT, PART_WARM, PART_COLD, PART_COUNT };
extern const char *const part_names[PART_COUNT];

struct layout {
	uint64_t pages, n[PART_COUNT];	/* pages of each part; hot and cold have at least one */
	unsigned run_shift;		/* a run has 1 << run_shift pages */
	uint32_t *heap_run;		/* of a run of the ring, its place in the heap; owned */
	uint32_t *ring_run;		/* and back; owned */
	_Atomic uint64_t base;		/* on the ring, below pages */
};

/*
 * @pages is a multiple of @run, a power of two; at least two runs. @hot and
 * @warm are percentages. -ENOMEM, or -E2BIG for 2^32 runs.
 */
int layout_set(struct layout *l, uint64_t pages, uint64_t run, unsigned hot, unsigned warm,
	       uint64_t seed, struct err *e);
void layout_clear(struct layout *l);

/* The first page of @part, counted from the base. */
uint64_t layout_first(const struct layout *l, enum part part);

/* Page of the heap that lies @offset (below pages) after the base. */
uint64_t layout_page(const struct layout *l, uint64_t offset);

/* The part that page @page of the heap belongs to now. */
enum part layout_part(const struct layout *l, uint64_t page);

/* Moves the hot set on by @step pages, at most all; from several threads at once, too. */
void layout_shift(struct layout *l, uint64_t step);

#endif
