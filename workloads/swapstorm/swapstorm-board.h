/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SWAPSTORM_BOARD_H
#define SWAPSTORM_BOARD_H

#include <stdatomic.h>
#include <stdbool.h>
#include <sys/types.h>
#include "workloads/swapstorm/swapstorm-config.h"
#include "workloads/swapstorm/swapstorm-model.h"

/*
 * What all processes of the storm share. It is locked: what tells right from wrong
 * is not itself swapped.
 */
enum count {
	COUNT_OPS,
	COUNT_READ,
	COUNT_WRITE,
	COUNT_ZERO,
	COUNT_PAGEOUT,
	COUNT_WILLNEED,
	COUNT_DONTNEED,
	COUNT_FREE,
	COUNT_REMAP,
	COUNT_PROTECT,
	COUNT_FORK,
	COUNT_HAMMER,
	COUNT_WP,
	COUNT_SOFT_DIRTY,
	COUNT_PAGES,		/* verified */
	COUNT_CORRUPT,
	COUNT_WP_EXPECTED,
	COUNT_WP_SEEN,
	COUNT_WP_WRONG,
	COUNT_SOFT_DIRTY_WRONG,
	COUNT_EXITS,
	COUNT_KILLS,
	COUNT_OOM_KILLS,
	COUNT_VICTIMS,
	COUNT_CGROUP_MOVES,
	COUNT_CGROUP_DEATHS,
	COUNT_RECLAIMS,
	COUNT_FREEZES,
	COUNT_SUSPENDS,
	COUNT_SWAPOFFS,
	COUNT_SWAPOFFS_REFUSED,
	COUNT_TUNINGS,
	COUNT_INJECTIONS,
	COUNT_BALLASTS,
	COUNT_COUNT
};

extern const char *const count_names[COUNT_COUNT];	/* as figures */

/* What a worker is to do. */
enum order {
	ORDER_STORM,		/* draw and do operations, until there is another order */
	ORDER_REST,
	ORDER_VERIFY,		/* all pages */
	ORDER_PAGE_OUT,		/* all pages */
	ORDER_COUNT_SWAPPED,
	ORDER_EXIT
};

/* A worker's place. */
struct seat {
	_Atomic pid_t pid;	/* 0: nobody */
	_Atomic uint32_t life;
	_Atomic uint32_t done;	/* the number of the last order that was carried out */
	_Atomic uint64_t swapped;	/* pages, as of ORDER_COUNT_SWAPPED */
	_Atomic bool killed;	/* by us */
};

struct board {
	struct storm_config config;
	_Atomic uint32_t order;		/* its number << 8 | enum order */
	_Atomic bool stop;		/* gremlins */
	_Atomic bool pause;		/* workers begin no operation */
	_Atomic bool drain;		/* the balancer is to move all that it can */
	_Atomic bool hold, held;	/* it is to be off; and is */
	_Atomic bool tight;		/* the fast device is full of what cannot be moved */
	_Atomic bool swapping;		/* a device is being turned off */
	_Atomic bool failing, failed;
	struct err error;		/* of the first that failed, once that is said */
	_Atomic uint64_t counts[COUNT_COUNT];
	struct seat seats[WORKERS_MAX];
	struct model models[];		/* of the pages of all workers */
};

int board_open(const struct storm_config *c, struct board **ret, struct err *e);

static inline void board_count(struct board *b, enum count which, uint64_t n)
{
	atomic_fetch_add_explicit(&b->counts[which], n, memory_order_relaxed);
}

static inline uint64_t board_counted(const struct board *b, enum count which)
{
	return atomic_load_explicit(&b->counts[which], memory_order_relaxed);
}

static inline enum order order_what(uint32_t order)
{
	return order & 0xff;
}

/* Prints a line at one go, however many processes do. */
void storm_say(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* Counts a page of "worker 3", "the ballast", and says what it should be and is. */
void board_corrupt(struct board *b, const char *whose, uint64_t number, const char *expected,
		   const struct page_verdict *found);

/* Keeps @e, where it is the first, and lets all end. */
void board_fail(struct board *b, const struct err *e);

/* Sleeps for up to @ms, drawn anew each time. */
struct rng;
void storm_nap(struct rng *r, unsigned ms);

#endif
