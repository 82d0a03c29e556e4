/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RAMRIG_STALL_THREAD_H
#define RAMRIG_STALL_THREAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "lib/err.h"
#include "result/times.h"
#include "result/trace-line.h"

/*
 * The stalls of one thread, from its lines of a trace: a stall ends with the next end
 * of its mechanism.
 *
 * A retry is a reclaim_retry_zone with wmark_check=1 or a compact_retry with
 * should_retry=1 (mm/page_alloc.c, __alloc_pages_slowpath): the kernel then tries
 * the same allocation again. So a reclaim of the same order that follows on a retry
 * belongs to the allocation before; each other one begins another. An allocation
 * that retried and then had its page without a reclaim is counted with the next.
 */
enum stall_mechanism { STALL_RECLAIM, STALL_MEMCG_RECLAIM, STALL_COMPACTION, STALL_MECHANISMS };
extern const char *const stall_mechanism_names[STALL_MECHANISMS + 1];	/* ends with NULL */

#define STALL_ORDERS_MAX 16		/* more than any kernel has */

/* The stalls of one thread by one mechanism. */
struct stall_list {
	struct times us;		/* how long each was, sorted by stall_thread_sort() */
	uint64_t total_us;
	uint64_t pages;			/* reclaimed, or migrated */
	uint64_t succeeded;		/* reclaimed any page; compacted until the order was free */
	uint64_t orders[STALL_ORDERS_MAX];
	uint64_t no_order;		/* whose order no event tells */
	uint64_t unpaired;		/* begins without an end, and ends without a begin */
	uint64_t allocations, retries, retries_max;	/* of STALL_RECLAIM */
};

struct stall_thread {
	int tid;
	char name[TRACE_TASK_SIZE];
	bool background;		/* kswapd, kcompactd and others: nobody waits for them */
	struct stall_list lists[STALL_MECHANISMS];
	struct stall_state *state;	/* of reading; owned */
};

/* Whether the event tells anything of stalls: any may be traced beside those. */
bool stall_event_tells(const struct trace_line *l);

/* The thread of @l's task, without a stall; NULL when out of memory. */
struct stall_thread *stall_thread_new(const struct trace_line *l);

/* Takes the thread's next event, of whatever kind. -ENOMEM is its only error. */
int stall_thread_take(struct stall_thread *t, const struct trace_line *l, struct err *e);

/*
 * Here events may be missing, so that the next end may be another stall's: what is
 * open has none. Also at the end of a trace.
 */
void stall_thread_break(struct stall_thread *t);

/* Sorts each list by length, once all is taken. */
void stall_thread_sort(struct stall_thread *t);

/* Time stalled, by all mechanisms. */
uint64_t stall_thread_total_us(const struct stall_thread *t);

/* The tracepoints of a mechanism's begin and end, as "subsystem:event". */
const char *stall_begin_event(enum stall_mechanism m);
const char *stall_end_event(enum stall_mechanism m);

void stall_thread_free(struct stall_thread *t);	/* NULL is fine */

#endif
