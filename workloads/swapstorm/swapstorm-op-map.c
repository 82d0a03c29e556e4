/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stddef.h>
#include <sys/mman.h>
#include "workloads/swapstorm/swapstorm-op.h"

/*
 * Pages whose mapping changes while they are swapped out: the entries that say where
 * they are lie in another page table afterwards, or may not be used for a while.
 */
#define SOME 256		/* pages */
#define MOVES_MS 10

static void range_move(struct plot *a, struct range r, struct page *from, struct page *to)
{
	size_t bytes = r.n * PAGE_BYTES;

	if (mremap(&from[r.first], bytes, bytes, MREMAP_MAYMOVE | MREMAP_FIXED, &to[r.first]) ==
	    MAP_FAILED)
		plot_die(a, "mremap");
	a->at = to;
}

/* Keeps whoever maps something from getting the place. */
static void range_reserve(struct plot *a, struct range r, struct page *at)
{
	if (mmap(&at[r.first], r.n * PAGE_BYTES, PROT_NONE,
		 MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED, -1, 0) == MAP_FAILED)
		plot_die(a, "cannot reserve the place of pages");
}

bool op_remap(struct plot *a)
{
	struct range r = range_draw(a, SOME);

	if (rng_below(&a->rng, 2))
		plot_advise(a, r, MADV_PAGEOUT);
	range_move(a, r, a->home, a->away);
	if (rng_below(&a->rng, 2))
		storm_nap(&a->rng, MOVES_MS);
	switch (rng_below(&a->rng, 4)) {
	case 0:
		plot_verify(a, r);
		break;
	case 1:
		plot_write(a, r);
		break;
	case 2:
		plot_advise(a, r, MADV_PAGEOUT);
		break;
	default:
		break;
	}
	range_move(a, r, a->away, a->home);
	range_reserve(a, r, a->away);
	if (rng_below(&a->rng, 2))
		plot_verify(a, r);
	return true;
}

static void range_protect(struct plot *a, struct range r, int prot)
{
	if (mprotect(&a->at[r.first], r.n * PAGE_BYTES, prot))
		plot_die(a, "mprotect");
}

bool op_protect(struct plot *a)
{
	struct range r = range_draw(a, SOME);
	bool readable = rng_below(&a->rng, 2);

	if (rng_below(&a->rng, 2))
		plot_advise(a, r, MADV_PAGEOUT);
	range_protect(a, r, readable ? PROT_READ : PROT_NONE);
	if (rng_below(&a->rng, 2))
		plot_advise(a, r, MADV_PAGEOUT);
	storm_nap(&a->rng, MOVES_MS);
	if (readable && rng_below(&a->rng, 2))
		plot_verify(a, r);
	range_protect(a, r, PROT_READ | PROT_WRITE);
	if (rng_below(&a->rng, 2))
		plot_verify(a, r);
	else
		plot_write(a, r);
	return true;
}
