/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RAMRIG_WORK_H
#define RAMRIG_WORK_H

#include <stdio.h>
#include "cell/guest.h"
#include "vm/supervise.h"

/* What a worker is to do with a guest; made by its supervisor. */
struct work {
	const json_t *plan;
	const json_t *cell;		/* of the plan's cells */
	const struct topology *topology;
	const struct vm_features *features;	/* NULL where the topology needs none */
	json_t *limits;			/* GROUP -> memory.max in bytes; NULL: none */
	bool sweeps;			/* it gets the TLB sweeper (cell/heat.h) */
	json_t *heat;			/* scores of what the arm relies on; NULL: nothing */
	const json_t *modules;		/* in the initramfs, in order */
	const json_t *missing;		/* names of those that the kernel lacks */
	const char *initrd;
	const char *initrd_hash;
	const char *emulator;
	enum accel accel;
	enum guest_clock clock;
	const char *clock_name;
	int64_t hello_deadline_ms;
	unsigned attempt;
	FILE *progress;
};

/* The files a worker needs to see, in this order. */
enum { SHARE_KERNEL, SHARE_IMAGE, SHARE_COUNT };

/* What work_cell() exits with where a signal stopped it. */
#define WORK_STOPPED 75

/*
 * For supervise(): runs the cell and writes its result below run/out/. The
 * result has "needs_trial": true where only a trial of the reference kernel
 * tells whom the outcome is charged to.
 */
int work_cell(const struct workdir *w, const struct account_share *shares, void *arg);

/*
 * The same for a guest without a workload: until it conforms, and for one whose
 * hardware is then measured ("measured" in the result; cell/measure.h).
 */
int work_check(const struct workdir *w, const struct account_share *shares, void *arg);
int work_measure(const struct workdir *w, const struct account_share *shares, void *arg);

/* For supervise(): work_check() of the reference kernel; 0 when it passes. */
int work_trial(const struct workdir *w, const struct account_share *shares, void *arg);

/*
 * For supervise(): boots a guest with a shell on this terminal, and ends it
 * when the shell ends.
 */
int work_shell(const struct workdir *w, const struct account_share *shares, void *arg);

#endif
