/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <stdlib.h>
#include "workloads/coldheap/coldheap-layout.h"
#include "workloads/lib/zipf.h"

const char *const part_names[PART_COUNT] = {
	[PART_HOT] = "hot", [PART_WARM] = "warm", [PART_COLD] = "cold",
};

/* A percentage of the pages; what is wanted at all has at least one. */
static uint64_t part_pages(uint64_t pages, unsigned percent)
{
	uint64_t n = pages * percent / 100;

	return n || !percent ? n : 1;
}

int layout_set(struct layout *l, uint64_t pages, uint64_t run, unsigned hot, unsigned warm,
	       uint64_t seed, struct err *e)
{
	struct rng r = { .state = seed };
	uint64_t runs = pages / run;

	if (runs > UINT32_MAX)
		return err_set(e, E2BIG, "the heap has too many runs; make them longer");
	*l = (struct layout){ .pages = pages, .run_shift = (unsigned)__builtin_ctzll(run) };
	l->n[PART_HOT] = part_pages(pages, hot);
	l->n[PART_WARM] = part_pages(pages, warm);
	l->n[PART_COLD] = pages - l->n[PART_HOT] - l->n[PART_WARM];
	l->heap_run = calloc(runs, sizeof(*l->heap_run));
	l->ring_run = calloc(runs, sizeof(*l->ring_run));
	if (!l->heap_run || !l->ring_run) {
		layout_clear(l);
		return err_set(e, ENOMEM, "out of memory for the places of the heap's runs");
	}
	for (uint64_t i = 0; i < runs; i++) {	/* Fisher and Yates, inside out */
		uint64_t k = rng_pick(&r, i + 1);

		l->heap_run[i] = l->heap_run[k];
		l->heap_run[k] = (uint32_t)i;
	}
	for (uint64_t i = 0; i < runs; i++)
		l->ring_run[l->heap_run[i]] = (uint32_t)i;
	return 0;
}

void layout_clear(struct layout *l)
{
	free(l->heap_run);
	free(l->ring_run);
	*l = (struct layout){ 0 };
}

static uint64_t in_run(const struct layout *l, uint64_t page)
{
	return page & ((1ULL << l->run_shift) - 1);
}

uint64_t layout_first(const struct layout *l, enum part part)
{
	uint64_t first = 0;

	for (enum part p = 0; p < part; p++)
		first += l->n[p];
	return first;
}

uint64_t layout_page(const struct layout *l, uint64_t offset)
{
	uint64_t at = atomic_load_explicit(&l->base, memory_order_relaxed) + offset;

	if (at >= l->pages)
		at -= l->pages;
	return ((uint64_t)l->heap_run[at >> l->run_shift] << l->run_shift) + in_run(l, at);
}

enum part layout_part(const struct layout *l, uint64_t page)
{
	uint64_t at = ((uint64_t)l->ring_run[page >> l->run_shift] << l->run_shift) +
		      in_run(l, page);
	uint64_t base = atomic_load_explicit(&l->base, memory_order_relaxed);
	uint64_t offset = at >= base ? at - base : at + l->pages - base;

	if (offset < l->n[PART_HOT])
		return PART_HOT;
	return offset < l->n[PART_HOT] + l->n[PART_WARM] ? PART_WARM : PART_COLD;
}

void layout_shift(struct layout *l, uint64_t step)
{
	uint64_t base = atomic_load_explicit(&l->base, memory_order_relaxed), next;

	do
		next = base + step < l->pages ? base + step : base + step - l->pages;
	while (!atomic_compare_exchange_weak_explicit(&l->base, &base, next, memory_order_relaxed,
						      memory_order_relaxed));
}
