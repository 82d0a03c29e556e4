/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include "workloads/swapstorm/swapstorm-op.h"
#include "workloads/swapstorm/swapstorm-place.h"
#include "workloads/swapstorm/swapstorm-worker.h"

#define LIFE_LEAST 100		/* operations */
#define LIFE_MORE 1000
#define LOOK_US 5000		/* how often a resting worker looks for an order */

static struct range whole(const struct plot *p)
{
	return (struct range){ 0, p->pages };
}

static void swapped_tell(struct plot *p, struct seat *seat)
{
	uint64_t n;
	struct err e;

	if (places_count_swapped(p->home, p->pages, &n, &e)) {
		errno = e.code;
		plot_die(p, "cannot count its swapped pages");
	}
	atomic_store(&seat->swapped, n);
}

static void order_do(struct plot *p, struct seat *seat, enum order what)
{
	switch (what) {
	case ORDER_VERIFY:
		plot_verify(p, whole(p));
		break;
	case ORDER_PAGE_OUT:
		plot_advise(p, whole(p), MADV_PAGEOUT);
		break;
	case ORDER_COUNT_SWAPPED:
		swapped_tell(p, seat);
		break;
	default:
		break;
	}
}

/*
 * While the ballast is laid, and once the amount of work is done. Slots of huge pages are
 * none that the balancer moves; free, they would be room beside the ballast.
 */
static bool has_pause(const struct plot *p)
{
	const struct board *b = p->board;

	return atomic_load(&b->pause) || (p->huge && atomic_load(&b->tight)) ||
	       (b->config.ops && board_counted(b, COUNT_OPS) >= b->config.ops);
}

/* Most of its pages are in swap from the beginning. */
static void pages_fill(struct plot *p)
{
	plot_write(p, whole(p));
	plot_advise(p, (struct range){ 0, p->pages / 4 * 3 }, MADV_PAGEOUT);
}

_Noreturn void worker_run(struct board *b, uint32_t worker)
{
	struct seat *seat = &b->seats[worker];
	static struct plot plot;	/* of the thread for faults, too */
	uint64_t left;

	plot_open(&plot, b, worker);
	op_wp_open(&plot);
	pages_fill(&plot);
	left = LIFE_LEAST + rng_below(&plot.rng, LIFE_MORE);
	for (;;) {
		uint32_t order = atomic_load(&b->order);

		if (order_what(order) == ORDER_STORM && has_pause(&plot)) {
			usleep(LOOK_US);
		} else if (order_what(order) == ORDER_STORM && left) {
			op_do(&plot);
			left--;
		} else if (order_what(order) == ORDER_STORM) {
			/* Leaves by itself, with much in swap. */
			plot_verify(&plot, whole(&plot));
			plot_advise(&plot, whole(&plot), MADV_PAGEOUT);
			_exit(0);
		} else if (order == atomic_load(&seat->done)) {
			usleep(LOOK_US);
		} else if (order_what(order) == ORDER_EXIT) {
			_exit(0);
		} else {
			order_do(&plot, seat, order_what(order));
			atomic_store(&seat->done, order);
		}
	}
}
