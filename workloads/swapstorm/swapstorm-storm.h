/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SWAPSTORM_STORM_H
#define SWAPSTORM_STORM_H

#include "workloads/swapstorm/swapstorm-balancer.h"
#include "workloads/swapstorm/swapstorm-huge.h"
#include "workloads/swapstorm/swapstorm-swap.h"
#include "workloads/swapstorm/swapstorm-worker.h"

/* What a kernel may lack; it is then left out, counted, and said. */
enum feature {
	FEATURE_BALANCER,
	FEATURE_WP,
	FEATURE_SOFT_DIRTY,
	FEATURE_INJECTION,
	FEATURE_FREEZER,
	FEATURE_RECLAIM,
	FEATURE_BALLAST,
	FEATURE_HUGE,
	FEATURE_COUNT
};

struct storm {
	const struct storm_config *config;
	struct board *board;
	struct groups groups;
	struct crew crew;
	struct swap_list swaps;		/* as they were found, the fastest first */
	bool has[FEATURE_COUNT];
	unsigned absent;
	struct balancer_params before;
	struct huge_settings huge_before;
};

static inline const struct swap_device *storm_fast(const struct storm *s)
{
	return &s->swaps.devices[0];
}

static inline const struct swap_device *storm_slow(const struct storm *s)
{
	return &s->swaps.devices[s->swaps.n - 1];
}

/* Sees what there is, and makes board and cgroups. At least one swap device must be on. */
int storm_open(struct storm *s, const struct storm_config *c, struct err *e);

/*
 * Workers and gremlins at once, until the duration is over or the operations are done.
 * The workers then live and rest, their pages verified; all swap devices are on.
 */
int storm_blow(struct storm *s, struct err *e);

/* Sets back what was set. */
void storm_close(struct storm *s);

#endif
