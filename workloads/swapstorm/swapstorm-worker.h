/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SWAPSTORM_WORKER_H
#define SWAPSTORM_WORKER_H

#include "lib/rng.h"
#include "workloads/swapstorm/swapstorm-board.h"
#include "workloads/swapstorm/swapstorm-group.h"

/*
 * The workers as their master has them: processes that are killed, or end by
 * themselves, and are started anew, and that carry out orders.
 */
struct crew {
	struct board *board;
	const struct groups *groups;
};

/* A worker's whole life, in a process of its own. */
_Noreturn void worker_run(struct board *b, uint32_t worker);

/* Starts all; each goes to a cgroup of its own choice. */
int crew_start(struct crew *c, struct err *e);

/*
 * Reaps those that ended and, with @anew, starts others in their place. One that ended
 * of a signal other than SIGKILL is told as corrupt: the kernel had no page for it.
 */
int crew_reap(struct crew *c, bool anew, struct err *e);

/* Kills one at random. */
void crew_kill(struct crew *c, struct rng *r);

/* Gives an order, and waits until all who live have carried it out. */
int crew_order(struct crew *c, enum order what, struct err *e);

/* Pages of all who live that are in swap, as of the last ORDER_COUNT_SWAPPED. */
uint64_t crew_swapped(const struct crew *c);

/* Kills all that are left. */
void crew_end(struct crew *c);

#endif
