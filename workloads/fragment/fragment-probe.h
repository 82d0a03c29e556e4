/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef FRAGMENT_PROBE_H
#define FRAGMENT_PROBE_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>
#include "lib/err.h"
#include "workloads/fragment/fragment-config.h"
#include "workloads/lib/histogram.h"

/*
 * A thread that at a fixed rate maps a few pages, touches each, and unmaps them.
 * Latency is from when that was due to its end, in ns: a stall makes those behind
 * it late as well, as it does for a client.
 */
struct probe {
	uint64_t rate, pages;
	_Atomic int stop;
	int error;		/* errno of a map that failed, or 0 */
	struct histogram latencies;
	pthread_t thread;
};

int probe_start(struct probe *p, const struct fragment_config *c, struct err *e);

/* Ends it after the map in hand. -errno where it could not map. */
int probe_stop(struct probe *p, struct err *e);

#endif
