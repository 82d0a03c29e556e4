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

static void range_move(struct plot *p, struct range r, struct page *from, struct page *to)
{
	size_t bytes = r.n * PAGE_BYTES;

	if (mremap(&from[r.first], bytes, bytes, MREMAP_MAYMOVE | MREMAP_FIXED, &to[r.first]) ==
	    MAP_FAILED)
		plot_die(p, "mremap");
	p->at = to;
}

/* Keeps whoever maps something from getting the place. */
static void range_reserve(struct plot *p, struct range r, struct page *at)
{
	if (mmap(&at[r.first], r.n * PAGE_BYTES, PROT_NONE,
		 MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED, -1, 0) == MAP_FAILED)
		plot_die(p, "cannot reserve the place of pages");
}

bool op_remap(struct plot *p)
{
	struct range r = range_draw(p, SOME);

	if (rng_below(&p->rng, 2))
		plot_advise(p, r, MADV_PAGEOUT);
	range_move(p, r, p->home, p->away);
	if (rng_below(&p->rng, 2))
		storm_nap(&p->rng, MOVES_MS);
	switch (rng_below(&p->rng, 4)) {
	case 0:
		plot_verify(p, r);
		break;
	case 1:
		plot_write(p, r);
		break;
	case 2:
		plot_advise(p, r, MADV_PAGEOUT);
		break;
	default:
		break;
	}
	range_move(p, r, p->away, p->home);
	range_reserve(p, r, p->away);
	if (rng_below(&p->rng, 2))
		plot_verify(p, r);
	return true;
}

static void range_protect(struct plot *p, struct range r, int prot)
{
	if (mprotect(&p->at[r.first], r.n * PAGE_BYTES, prot))
		plot_die(p, "mprotect");
}

bool op_protect(struct plot *p)
{
	struct range r = range_draw(p, SOME);
	bool readable = rng_below(&p->rng, 2);

	if (rng_below(&p->rng, 2))
		plot_advise(p, r, MADV_PAGEOUT);
	range_protect(p, r, readable ? PROT_READ : PROT_NONE);
	if (rng_below(&p->rng, 2))
		plot_advise(p, r, MADV_PAGEOUT);
	storm_nap(&p->rng, MOVES_MS);
	if (readable && rng_below(&p->rng, 2))
		plot_verify(p, r);
	range_protect(p, r, PROT_READ | PROT_WRITE);
	if (rng_below(&p->rng, 2))
		plot_verify(p, r);
	else
		plot_write(p, r);
	return true;
}
