/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RAMRIG_BATCH_H
#define RAMRIG_BATCH_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>
#include "lib/err.h"
#include "lib/json.h"
#include "result/outcome.h"

/*
 * The loop over a plan's cells: each is a process of its own (`ramrig cell`),
 * so that another batch engine could be in its place. Cells that are done are
 * skipped, infra errors are tried again twice.
 */
#define BATCH_JOBS_MAX 64
#define BATCH_ATTEMPTS_MAX 3

struct batch_cell {
	unsigned n, pair;
	const char *arm, *topology, *workload, *kernel;
	bool done;		/* has a result that is no infra error */
	bool well;		/* of those done: it is ok */
	bool given_up;		/* an infra error thrice, or never to be begun */
	struct batch_cell *peak;	/* of pair 0, by which its limits go; NULL: it has none */
};

/* A cell in progress; pid 0: an idle slot. */
struct batch_slot {
	pid_t pid;
	struct batch_cell *cell;
	unsigned attempt;
	int64_t started_ms;
	int pipe;		/* the cell's progress */
	size_t len;
	char line[512];		/* being read */
	char phase[64];
	char console[256];
};

struct batch {
	const char *dir;
	const json_t *plan;
	unsigned jobs;
	int64_t budget_ms;	/* 0: none; else only whole pairs that fit are run */
	unsigned pairs;		/* only cells of pairs up to this one; 0: all */
	const char *only_arm;	/* only cells of this arm; NULL: all */

	size_t n_cells, n_wanted;
	size_t n_done;		/* of those wanted, in all runs of this folder */
	struct batch_cell *cells;
	struct batch_slot slots[BATCH_JOBS_MAX];
	int64_t started_ms;
	int64_t cell_ms;	/* mean wall time of the cells of this run, 0 before the first */
	bool out_of_budget;

	/* Both may be NULL. */
	void (*on_change)(const struct batch *b);
	void (*on_cell)(const struct batch *b, const struct batch_slot *s, enum outcome outcome,
			const char *reason);
};

/*
 * Fills @b from the plan and from what the folder holds already. Zero it and
 * set what stands above and the callbacks first. End it with
 * batch_clear().
 */
int batch_open(struct batch *b, struct err *e);

/*
 * Runs what is not done. Returns -ECANCELED when a signal asked to stop: every
 * guest is then gone and the folder can be resumed.
 */
int batch_run(struct batch *b, struct err *e);

/* Expected time to the end, in ms, or -1 where nothing is known yet. */
int64_t batch_eta_ms(const struct batch *b);

void batch_clear(struct batch *b);

#endif
