/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SWAPSTORM_GREMLIN_H
#define SWAPSTORM_GREMLIN_H

#include "workloads/swapstorm/swapstorm-storm.h"

/*
 * What is done to workers and to the kernel meanwhile: each kind by a process of its own,
 * so that a swapoff, which takes long, meets all else. Each leaves things as it found
 * them when it is told to stop.
 */
typedef void (*gremlin_fn)(struct storm *s, struct rng *r);

void gremlin_swaps(struct storm *s, struct rng *r);	/* swapoff and swapon */
void gremlin_cgroups(struct storm *s, struct rng *r);	/* moves, reclaim, deaths of cgroups */
void gremlin_freezer(struct storm *s, struct rng *r);	/* of cgroups */
void gremlin_suspend(struct storm *s, struct rng *r);	/* of all, kernel threads too */
void gremlin_victims(struct storm *s, struct rng *r);	/* kills for want of memory */
void gremlin_tuner(struct storm *s, struct rng *r);	/* the balancer's parameters */
void gremlin_faults(struct storm *s, struct rng *r);	/* input and output that fails */
void gremlin_ballast(struct storm *s, struct rng *r);	/* a fast device with little room */

/*
 * Sleeps for @ms, or for up to @ms, longer where workers are slow (swapstorm-pace.h), or until
 * all are told to stop, which it returns.
 */
bool gremlin_wait(struct storm *s, uint64_t ms);
bool gremlin_nap(struct storm *s, struct rng *r, unsigned ms);

/* Whether this kernel can fail input and output on demand, or be suspended halfway. */
bool faults_exist(const struct storm *s);
bool suspend_exists(void);

/* Starts those whose feature there is. */
#define GREMLINS_MAX 16
struct gremlins {
	unsigned n;
	pid_t pids[GREMLINS_MAX];
	const char *names[GREMLINS_MAX];
};
int gremlins_start(struct gremlins *g, struct storm *s, struct err *e);

/* Tells all to stop and waits for them. */
int gremlins_stop(struct gremlins *g, struct storm *s, struct err *e);

#endif
