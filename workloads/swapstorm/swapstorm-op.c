/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include "lib/cleanup.h"
#include "workloads/swapstorm/swapstorm-op.h"

#define FEW 64			/* pages */
#define MANY 1024
#define HAMMERED 32
#define HAMMER_TIMES 12
#define MOVES_MS 20		/* time for the balancer to move some */

static bool op_read(struct plot *a)
{
	plot_verify(a, range_draw(a, FEW));
	return true;
}

static bool op_write(struct plot *a)
{
	plot_write(a, range_draw(a, FEW));
	return true;
}

/* Pages of zeroes have their own way through swap. */
static bool op_zero(struct plot *a)
{
	plot_zero(a, range_draw(a, FEW));
	return true;
}

static bool op_pageout(struct plot *a)
{
	plot_advise(a, range_draw(a, MANY), MADV_PAGEOUT);
	return true;
}

/* Into the swap cache, where nothing may be moved from under it. */
static bool op_willneed(struct plot *a)
{
	struct range r = range_draw(a, FEW);

	plot_advise(a, r, MADV_WILLNEED);
	if (rng_below(&a->rng, 2))
		plot_verify(a, r);
	return true;
}

static bool op_dontneed(struct plot *a)
{
	struct range r = range_draw(a, FEW);

	plot_advise(a, r, MADV_DONTNEED);
	for (uint64_t i = r.first; i < r.first + r.n; i++)
		model_clear(&a->models[i]);
	if (rng_below(&a->rng, 2))
		plot_verify(a, r);
	return true;
}

static bool op_free(struct plot *a)
{
	struct range r = range_draw(a, FEW);

	/* Before the call: the kernel may be quicker than the model. */
	for (uint64_t i = r.first; i < r.first + r.n; i++)
		model_free(&a->models[i]);
	plot_advise(a, r, MADV_FREE);
	if (rng_below(&a->rng, 2))
		plot_advise(a, r, MADV_PAGEOUT);
	if (rng_below(&a->rng, 2))
		plot_verify(a, r);
	return true;
}

/*
 * The same few pages out and in again, so fast that one of them may be in the same slot
 * as before, with other contents, by the time that a copy of that slot is done. Where few
 * slots are free (the ballast) that is likely.
 */
static bool op_hammer(struct plot *a)
{
	struct range r = range_draw(a, HAMMERED);

	for (uint64_t k = 0; k < HAMMER_TIMES; k++) {
		plot_write(a, r);
		plot_advise(a, r, MADV_PAGEOUT);
		if (!rng_below(&a->rng, 4))
			storm_nap(&a->rng, 1);
	}
	storm_nap(&a->rng, MOVES_MS);
	plot_verify(a, r);
	return true;
}

static const struct {
	enum count count;
	unsigned weight;
	bool (*run)(struct plot *a);
} op_table[] = {
	{ COUNT_READ, 30, op_read },
	{ COUNT_WRITE, 22, op_write },
	{ COUNT_PAGEOUT, 20, op_pageout },
	{ COUNT_HAMMER, 8, op_hammer },
	{ COUNT_REMAP, 5, op_remap },
	{ COUNT_PROTECT, 5, op_protect },
	{ COUNT_WP, 5, op_wp },
	{ COUNT_DONTNEED, 4, op_dontneed },
	{ COUNT_FREE, 4, op_free },
	{ COUNT_FORK, 3, op_fork },
	{ COUNT_WILLNEED, 3, op_willneed },
	{ COUNT_ZERO, 2, op_zero },
	{ COUNT_SOFT_DIRTY, 2, op_soft_dirty },
};

void op_do(struct plot *a)
{
	uint64_t sum = 0, drawn;
	size_t i = 0;

	for (size_t k = 0; k < ARRAY_SIZE(op_table); k++)
		sum += op_table[k].weight;
	drawn = rng_below(&a->rng, sum);
	while (drawn >= op_table[i].weight)
		drawn -= op_table[i++].weight;
	if (!op_table[i].run(a))
		return;
	board_count(a->board, op_table[i].count, 1);
	board_count(a->board, COUNT_OPS, 1);
}
