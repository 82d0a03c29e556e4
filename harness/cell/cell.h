/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RAMRIG_CELL_H
#define RAMRIG_CELL_H

#include <stdbool.h>
#include <stdio.h>
#include "cell/guest.h"
#include "lib/err.h"
#include "lib/json.h"
#include "result/outcome.h"
#include "result/samples.h"

struct cell;

/* One step of a guest's way, recorded as a phase. */
struct cell_step {
	const char *phase;
	int (*run)(struct cell *c, const struct guest_opts *o, struct err *e);
};

/*
 * What is done between a guest's conformance and its power-off, ended by a NULL
 * phase: the plan's policies and workload, measuring the hardware itself
 * (cell/measure.h), nothing.
 */
extern const struct cell_step task_workload[], task_measure[], task_nothing[];

/*
 * One cell, inside its worker: boots the guest, goes through the phases, and
 * writes result.json, samples.jsonl, console.log and what the jobs printed
 * into the work folder's out/.
 */
struct cell {
	/* What is to be done: parts of the plan. */
	const struct cell_step *task;
	const struct topology *topology;
	const json_t *workload;
	json_t *policies;		/* array of this arm's checked policies */
	json_t *all_policies;		/* of every arm: sampling must cost all arms the same */
	json_t *limits;			/* GROUP -> memory.max in bytes; NULL: none */
	bool sweeps;			/* ramrig-sweeper runs beside the policies' daemons */
	const char *out_dir;
	enum guest_clock clock;
	int sample_hz;
	json_t *trace;			/* array of "subsystem:event"; NULL or empty: none */
	int64_t trace_buffer_bytes;	/* of each CPU of the guest's */
	FILE *progress;			/* lines "phase NAME", "console TEXT" */

	/* What is being done. */
	struct guest *guest;
	struct samples *samples;
	FILE *samples_log;
	int64_t sampling_ms;		/* clock_now_ms() when it began */
	int samples_rc;			/* the first error of a sample, or 0 */
	struct err samples_err;
	json_t *daemons;		/* array of { job, name } */
	json_t *swap_areas;		/* what is swapped to, by swap type: cell/swap.h */
	json_t *result;
	const char *phase;
	int64_t phase_ms;
	enum outcome blame;		/* what an error of the step in hand means */
	bool conforms;			/* what comes after is no matter for the reference kernel */
};

/* Ends the phase in hand and begins @name: its wall time goes into the result. */
void cell_phase(struct cell *c, const char *name);

/* Adds a warning to the result. */
void cell_warn(struct cell *c, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* Guest's CLOCK_MONOTONIC now. */
int cell_guest_now(struct cell *c, int64_t *ret_ns, struct err *e);

/*
 * Everything between hello and power-off, for a guest that has said hello.
 * Returns 0 for a good cell; otherwise c->blame says what the error means.
 */
int cell_steps(struct cell *c, const struct guest_opts *o, struct err *e);

#endif
