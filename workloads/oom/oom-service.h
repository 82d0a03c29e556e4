/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef OOM_SERVICE_H
#define OOM_SERVICE_H

#include <pthread.h>
#include <stdatomic.h>
#include "workloads/lib/histogram.h"
#include "workloads/oom/oom-config.h"

/*
 * The service that is to survive, and its client. Each request takes some fresh
 * memory, as services do, and reads some of the service's own. The client has an
 * open loop: requests are due at a fixed rate, and latency counts from when one
 * was due, so a service that stands still makes all that come meanwhile slow. What
 * has no answer when the client is stopped counts with what it has waited until then.
 */
struct client {
	int fd;
	uint64_t rate;
	pthread_t thread;
	atomic_bool stop;

	/* To be read once it has stopped. */
	struct histogram latencies;	/* ns */
	uint64_t answered;
	uint64_t longest_gap_ns;	/* without an answer, up to the stop */
};

/* Starts asking the service at the other end of @fd, @rate times a second. */
int client_start(struct client *c, int fd, uint64_t rate, struct err *e);

void client_stop(struct client *c);

#endif
