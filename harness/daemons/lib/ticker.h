/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RAMRIG_DAEMON_TICKER_H
#define RAMRIG_DAEMON_TICKER_H

#include <stdbool.h>
#include <stdint.h>
#include "lib/err.h"

/*
 * The pace of a daemon: a timer on CLOCK_MONOTONIC, and SIGINT and SIGTERM, which
 * end it. Ticks that were missed while a step took long are counted, not made up for.
 */
struct ticker {
	int timer_fd, signal_fd;
};

#define TICKER_NONE { .timer_fd = -1, .signal_fd = -1 }

/* Blocks both signals for this process. Close it with ticker_close(). */
int ticker_open(struct ticker *t, int64_t interval_ms, struct err *e);

/*
 * Waits for the next tick. Sets *ret_stop where a signal came instead, and *ret_missed
 * (may be NULL) to how many ticks went by unseen.
 */
int ticker_wait(struct ticker *t, bool *ret_stop, uint64_t *ret_missed, struct err *e);

/* Whether a signal has come; for a step that takes long. Does not wait. */
bool ticker_stopped(const struct ticker *t);

void ticker_close(struct ticker *t);

#endif
