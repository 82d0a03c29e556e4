/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef OOM_KMSG_H
#define OOM_KMSG_H

#include "workloads/oom/oom-log.h"

/*
 * The kernel's log from a mark on, which stands in it and on the console. The
 * mark ties its clock to CLOCK_MONOTONIC: both count the same time from different
 * starts.
 */
struct kmsg {
	int in, out;
	uint64_t mark_us;	/* when the mark was set, by the log's clock */
	uint64_t mark_ns;	/* the same by CLOCK_MONOTONIC, at most */
};

/* Writes @mark into the log and finds it there. The kernel's limit to what it takes is off then. */
int kmsg_open(struct kmsg *k, const char *mark, struct err *e);

/* Writes a line into the log, and so to the console of a guest that may not live to print it. */
int kmsg_tell(const struct kmsg *k, const char *line, struct err *e);

/* @us of the log's clock, by CLOCK_MONOTONIC. */
uint64_t kmsg_mono_ns(const struct kmsg *k, uint64_t us);

/* Adds what has come since the last reading. */
int kmsg_read(struct kmsg *k, struct oom_log *to, struct err *e);

#endif
