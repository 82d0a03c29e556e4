/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include "lib/cleanup.h"
#include "workloads/swapstorm/swapstorm-op.h"

#define FEW 64			/* pages */
#define MANY 1024
#define HAMMERED 96
#define HAMMER_TIMES 10
#define SETTLED_MS 10		/* two ticks: what was written in this one is not moved */

static bool op_read(struct plot *p)
{
	plot_verify(p, range_draw(p, FEW));
	return true;
}

static bool op_write(struct plot *p)
{
	plot_write(p, range_draw(p, FEW));
	return true;
}

/* Pages of zeroes have their own way through swap. */
static bool op_zero(struct plot *p)
{
	plot_zero(p, range_draw(p, FEW));
	return true;
}

static bool op_pageout(struct plot *p)
{
	plot_advise(p, range_draw(p, MANY), MADV_PAGEOUT);
	return true;
}

/* Into the swap cache, where nothing may be moved from under it. */
static bool op_willneed(struct plot *p)
{
	struct range r = range_draw(p, FEW);

	plot_advise(p, r, MADV_WILLNEED);
	if (rng_below(&p->rng, 2))
		plot_verify(p, r);
	return true;
}

static bool op_dontneed(struct plot *p)
{
	struct range r = range_draw(p, FEW);

	plot_advise(p, r, MADV_DONTNEED);
	for (uint64_t i = r.first; i < r.first + r.n; i++)
		model_clear(&p->models[i]);
	if (rng_below(&p->rng, 2))
		plot_verify(p, r);
	return true;
}

static bool op_free(struct plot *p)
{
	struct range r = range_draw(p, FEW);

	/* Before the call: the kernel may be quicker than the model. */
	for (uint64_t i = r.first; i < r.first + r.n; i++)
		model_free(&p->models[i]);
	plot_advise(p, r, MADV_FREE);
	if (rng_below(&p->rng, 2))
		plot_advise(p, r, MADV_PAGEOUT);
	if (rng_below(&p->rng, 2))
		plot_verify(p, r);
	return true;
}

/*
 * The same few pages out and in again, so fast that one of them may be in the same slot
 * as before, with other contents, by the time that a copy of that slot is done. A freed
 * slot comes back when all others that are free were taken: so the more pages go round in
 * few slots, and the longer a copy takes, the likelier that is. Pages must be out for a
 * tick for the balancer to begin at all.
 */
static bool op_hammer(struct plot *p)
{
	struct range r = range_draw(p, HAMMERED);

	plot_write(p, r);
	for (uint64_t k = 0; k < HAMMER_TIMES; k++) {
		plot_advise(p, r, MADV_PAGEOUT);
		if (!rng_below(&p->rng, 4))
			storm_nap(&p->rng, SETTLED_MS);
		plot_verify(p, r);
		plot_write(p, r);
	}
	return true;
}

enum { OP_HAMMER };	/* its place */

static const struct {
	enum count count;
	unsigned weight;
	bool (*run)(struct plot *p);
} op_table[] = {
	[OP_HAMMER] = { COUNT_HAMMER, 8, op_hammer },
	{ COUNT_READ, 30, op_read },
	{ COUNT_WRITE, 22, op_write },
	{ COUNT_PAGEOUT, 20, op_pageout },
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

static size_t op_draw(struct plot *p)
{
	uint64_t sum = 0, drawn;
	size_t i = 0;

	for (size_t k = 0; k < ARRAY_SIZE(op_table); k++)
		sum += op_table[k].weight;
	drawn = rng_below(&p->rng, sum);
	while (drawn >= op_table[i].weight)
		drawn -= op_table[i++].weight;
	return i;
}

void op_do(struct plot *p)
{
	size_t i = op_draw(p);

	/* What others page out would take the few slots that are free, and keep them. */
	if (atomic_load(&p->board->tight))
		i = OP_HAMMER;
	if (!op_table[i].run(p))
		return;
	board_count(p->board, op_table[i].count, 1);
	board_count(p->board, COUNT_OPS, 1);
}
