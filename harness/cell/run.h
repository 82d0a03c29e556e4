/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RAMRIG_CELL_RUN_H
#define RAMRIG_CELL_RUN_H

#include "cell/batch.h"

/*
 * The folder of a result (docs/results.md): begun with its plan, held by one
 * ramrig at a time, run.
 */

/*
 * Makes @dir with plan.json and copies of the workloads' folders and of ramrig's own
 * programs, which must not change during a run; "folder" of each workload in @plan is then
 * below @dir, and "programs" says what they are. -EEXIST where @dir holds a result already.
 */
int run_begin(json_t *plan, const char *dir, struct err *e);

/*
 * Refuses (-EINVAL) more @jobs at once than this host has memory for, and on its
 * clock CPUs: guests that share a CPU would measure each other.
 */
int run_check_jobs(const json_t *plan, unsigned jobs, struct err *e);

/*
 * Ends leftovers of dead runs, locks @b->dir (-EBUSY where another ramrig is
 * running it) and runs what is not done of @b, which is set as for
 * batch_open(). Sets *ret_budget_spent (may be NULL). -ECANCELED when a signal asked
 * to stop.
 */
int run_cells(struct batch *b, bool *ret_budget_spent, struct err *e);

#endif
