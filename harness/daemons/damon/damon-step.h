/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RAMRIG_DAMON_STEP_H
#define RAMRIG_DAMON_STEP_H

#include <jansson.h>
#include "daemons/damon/damon-plan.h"

/*
 * What is done at each interval: a goal that is user_input is fed with what its cgroup stalled,
 * and what the schemes have done so far is read.
 */
struct damon_feed {
	uint64_t total_us; /* of memory.pressure's some, last seen at @at_ms */
	int64_t at_ms;
	bool known;
};

struct damon_run {
	int rootfd;
	const struct damon_settings *settings;
	const struct damon_kdamond *kdamonds;
	unsigned n_kdamonds;
	bool counts_regions;
	struct damon_feed feeds[DAMON_SCHEMES_MAX]; /* of each scheme */
	uint64_t applied[DAMON_ACTION_COUNT];	    /* bytes, as of the last step */
};

/*
 * Pure: what a stall of @growth_us within @elapsed_ms (above 0) comes to in a second: a target
 * then means the same whatever the intervals are.
 */
uint64_t damon_feed_value(uint64_t growth_us, int64_t elapsed_ms);

/*
 * Feeds and reads once, and adds to *line: "kdamonds", a list, each with what its schemes have
 * tried and applied since the start; and for each action in use, "ACTION_bytes", what was
 * applied since the last step. A cgroup that has gone feeds nothing, and its value is null.
 */
int damon_step(struct damon_run *r, json_t *line, struct err *e);

#endif
