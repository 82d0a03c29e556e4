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

static struct range whole(const struct plot *a)
{
	return (struct range){ 0, a->pages };
}

static void swapped_tell(struct plot *a, struct seat *seat)
{
	uint64_t n;
	struct err e;

	if (places_count_swapped(a->home, a->pages, &n, &e)) {
		errno = e.code;
		plot_die(a, "cannot count its swapped pages");
	}
	atomic_store(&seat->swapped, n);
}

static void order_do(struct plot *a, struct seat *seat, enum order what)
{
	switch (what) {
	case ORDER_VERIFY:
		plot_verify(a, whole(a));
		break;
	case ORDER_PAGE_OUT:
		plot_advise(a, whole(a), MADV_PAGEOUT);
		break;
	case ORDER_COUNT_SWAPPED:
		swapped_tell(a, seat);
		break;
	default:
		break;
	}
}

/* While the ballast is laid, and once the amount of work is done. */
static bool has_pause(const struct board *b)
{
	return atomic_load(&b->pause) ||
	       (b->config.ops && board_counted(b, COUNT_OPS) >= b->config.ops);
}

/* Most of its pages are in swap from the beginning. */
static void pages_fill(struct plot *a)
{
	plot_write(a, whole(a));
	plot_advise(a, (struct range){ 0, a->pages / 4 * 3 }, MADV_PAGEOUT);
}

_Noreturn void worker_run(struct board *b, uint32_t worker)
{
	struct seat *seat = &b->seats[worker];
	static struct plot a;	/* of the thread for faults, too */
	uint64_t left;

	plot_open(&a, b, worker);
	op_wp_open(&a);
	pages_fill(&a);
	left = LIFE_LEAST + rng_below(&a.rng, LIFE_MORE);
	for (;;) {
		uint32_t order = atomic_load(&b->order);

		if (order_what(order) == ORDER_STORM && has_pause(b)) {
			usleep(LOOK_US);
		} else if (order_what(order) == ORDER_STORM && left) {
			op_do(&a);
			left--;
		} else if (order_what(order) == ORDER_STORM) {
			/* Leaves by itself, with much in swap. */
			plot_verify(&a, whole(&a));
			plot_advise(&a, whole(&a), MADV_PAGEOUT);
			_exit(0);
		} else if (order == atomic_load(&seat->done)) {
			usleep(LOOK_US);
		} else if (order_what(order) == ORDER_EXIT) {
			_exit(0);
		} else {
			order_do(&a, seat, order_what(order));
			atomic_store(&seat->done, order);
		}
	}
}
