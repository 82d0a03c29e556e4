/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RAMRIG_AGENT_LOOP_H
#define RAMRIG_AGENT_LOOP_H

#include <stdbool.h>
#include <stdint.h>
#include "lib/err.h"

/*
 * The agent's event loop: watched descriptors and timers. It handles one
 * event a turn, so a handler may end any watch or timer, its own too.
 */
struct loop;
struct watch;

int loop_new(struct loop **ret, struct err *e);
void loop_free(struct loop *l);		/* NULL is fine */

/* Runs until loop_stop(), or fails with -errno. */
int loop_run(struct loop *l, struct err *e);
void loop_stop(struct loop *l);

/* Calls @fn with the epoll events that @fd has, among @events. */
int watch_new(struct loop *l, int fd, uint32_t events, void (*fn)(void *arg, uint32_t events),
	      void *arg, struct watch **ret, struct err *e);
int watch_set_events(struct watch *w, uint32_t events, struct err *e);
void watch_free(struct watch *w);	/* NULL is fine; call it before closing the fd */

/* Embedded in what it belongs to. Fill fn and arg, then timer_start(). */
struct timer {
	void (*fn)(void *arg);
	void *arg;
	int64_t at_ms;		/* of clock_now_ms() */
	struct timer *next;
	bool is_set;
};

void timer_start(struct loop *l, struct timer *t, int64_t after_ms);
void timer_stop(struct loop *l, struct timer *t);	/* one that is not set is fine */

#endif
