/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RAMRIG_CELL_JOB_H
#define RAMRIG_CELL_JOB_H

#include "cell/cell.h"

/*
 * The programs of a cell's workload: daemons that stay, jobs that end. Each
 * runs below the root disk in its group's cgroup, with the parameters as
 * environment; what it printed is written to output/NAME.txt.
 */

/* Starts the workload's daemons, one after another, each ready before the next. */
int cell_daemons_start(struct cell *c, struct err *e);
int cell_daemons_stop(struct cell *c, struct err *e);

/*
 * Runs the programs of the workload's step @which ("warmup", "measure" or
 * "verify"), where it has any: all at once, each to its end. Adds what each
 * printed to the object @outputs (may be NULL), by its name, which is "" where
 * it has none. A program that fails, or takes longer than it may, is
 * OUTCOME_WORKLOAD_FAILED.
 */
int cell_step_run(struct cell *c, const char *which, json_t *outputs, struct err *e);

#endif
