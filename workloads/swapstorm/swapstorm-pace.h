/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SWAPSTORM_PACE_H
#define SWAPSTORM_PACE_H

#include <stdbool.h>
#include "workloads/lib/now.h"
#include "workloads/swapstorm/swapstorm-board.h"

/*
 * What is done to workers waits for them: on a kernel with all its checks on they are a
 * tenth as fast, and if kills and suspends came by the clock alone, there would be nothing else.
 */
#define PACE_OPS_A_SECOND 10	/* of all workers; others do several times as many */
#define PACE_PATIENCE 10	/* times as long it waits, at most: they may be frozen, or not there */

struct pace {
	int64_t begin_ns;
	uint64_t ops;
};

static inline struct pace pace_begin(const struct board *b)
{
	return (struct pace){ now_ns(), board_counted(b, COUNT_OPS) };
}

/* Pure: whether it is time after @ms, when @passed_ms are over and @ops operations done since. */
static inline bool pace_met(uint64_t ms, uint64_t passed_ms, uint64_t ops)
{
	return passed_ms >= ms && (ops * 1000 >= ms * PACE_OPS_A_SECOND ||
				   passed_ms >= ms * PACE_PATIENCE);
}

static inline bool pace_over(const struct pace *p, const struct board *b, uint64_t ms)
{
	return pace_met(ms, (uint64_t)(now_ns() - p->begin_ns) / 1000000,
			board_counted(b, COUNT_OPS) - p->ops);
}

#endif
