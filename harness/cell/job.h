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
 * Runs the workload's job @which ("warmup", "measure" or "verify"), where it has
 * one, to its end. Sets *ret_output (may be NULL) to what it printed; the caller
 * frees it. A job that fails, or takes longer than it may, is
 * OUTCOME_WORKLOAD_FAILED.
 */
int cell_job_run(struct cell *c, const char *which, char **ret_output, struct err *e);

/*
 * Reads the figures that the workload declares from the last line of @output
 * into the object @metrics, and checks them. Pure. -EINVAL with a sentence
 * where a figure is missing, is no number, or breaks a check of the workload.
 */
int cell_figures_read(const json_t *workload, const char *output, json_t *metrics,
		      struct err *e);

#endif
