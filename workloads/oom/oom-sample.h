/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef OOM_SAMPLE_H
#define OOM_SAMPLE_H

#include <stdbool.h>
#include "workloads/oom/oom-arena.h"
#include "workloads/oom/oom-badness.h"

/* What badness is made of, of all who compete, at one time. */
struct oom_sample {
	uint64_t begun_ns, ended_ns;	/* of CLOCK_MONOTONIC */
	uint64_t grown;			/* bytes, of all contestants */
	bool there[WHO_COUNT];		/* false: it has no memory any more */
	struct oom_inputs in[WHO_COUNT];
};

#define SAMPLES_KEPT 4096	/* 20 s of them: a victim may take long to die */

struct sampler {
	int fds[WHO_COUNT];
	int adj[WHO_COUNT];
	uint64_t n;			/* taken, of which the last SAMPLES_KEPT are kept */
	struct oom_sample kept[SAMPLES_KEPT];
};

/*
 * Opens /proc/PID/status of all, so that sampling takes no memory of the kernel's
 * when there is none, and reads each oom_score_adj, which nobody changes any more.
 */
int sampler_open(struct sampler *s, const struct arena *a, struct err *e);

/* Takes one; the returned is valid until SAMPLES_KEPT more were taken. */
const struct oom_sample *sampler_take(struct sampler *s, const struct arena *a);

/* The latest that had ended before @ns, NULL where none is kept. */
const struct oom_sample *sampler_before(const struct sampler *s, uint64_t ns);

#endif
