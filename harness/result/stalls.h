/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RAMRIG_STALLS_H
#define RAMRIG_STALLS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include "lib/err.h"
#include "lib/json.h"
#include "result/stall-thread.h"

/*
 * Stalls: times in which a thread, instead of getting memory, had to free some
 * itself or to move pages out of the way. They are read from a cell's trace.txt, where
 * others' lines stand between the begin and the end of a thread's stall.
 * This is what drsnoop (direct reclaim) and compactsnoop (compaction, zone by
 * zone) show, for every thread. It all comes from a guest, so all of it is bounded.
 */
#define STALL_THREADS_MAX 4096

struct stalls;

/*
 * @events: the tracepoints that were traced, as "subsystem:event". The caller frees
 * *ret with stalls_free(). -EIO, or -ENOMEM.
 */
int stalls_read(FILE *f, const json_t *events, struct stalls **ret, struct err *e);

/* Whether begins and ends of the mechanism were traced. */
bool stalls_traced(const struct stalls *s, enum stall_mechanism m);

/* Threads with stalls: those somebody waits for first, then by time stalled. */
size_t stalls_threads(const struct stalls *s);
const struct stall_thread *stalls_thread(const struct stalls *s, size_t i);

/* Lines not understood; events of threads beyond STALL_THREADS_MAX; marks of lost events. */
struct stalls_left_out {
	uint64_t lines, events, gaps;
};
struct stalls_left_out stalls_left_out(const struct stalls *s);

/* The object "stalls" of result.json, as docs/results.md says. */
json_t *stalls_json(const struct stalls *s);

/*
 * Adds the metrics that the table makes of stalls (result/metric.h): of all threads
 * but those in the background. None where @whole is false: a part of a sum is wrong.
 */
int stalls_metrics(const struct stalls *s, bool whole, json_t *metrics, struct err *e);

void stalls_free(struct stalls *s);	/* NULL is fine */

static inline void stalls_freep(struct stalls **s)
{
	stalls_free(*s);
}
#define cleanup_stalls __attribute__((cleanup(stalls_freep)))

#endif
