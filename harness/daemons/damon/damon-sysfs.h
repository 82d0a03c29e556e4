/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RAMRIG_DAMON_SYSFS_H
#define RAMRIG_DAMON_SYSFS_H

#include "daemons/damon/damon-plan.h"

/*
 * Talks to DAMON's files below the folder @rootfd. The kernel answers EBUSY while it serves
 * another command, ours or that of someone who reads along: these calls try again for
 * up to DAMON_BUSY_MS.
 */
#define DAMON_BUSY_MS 10000

/*
 * Refuses what would not work: -EOPNOTSUPP for a kernel without DAMON's sysfs files, -EBUSY where
 * one of the kernel's own DAMON modules is on or somebody has set up kdamonds, -ENOENT for
 * a cgroup of a scheme that does not exist.
 */
int damon_check(int rootfd, const struct damon_settings *s, struct err *e);

/* Writes the plan, each value read back. On failure DAMON is off again. */
int damon_apply(int rootfd, const struct damon_plan *p, struct err *e);

/* Writes @command to the state file of a kdamond. -ESRCH where that one has ended by itself. */
int damon_command(int rootfd, unsigned kdamond, const char *command, struct err *e);

/* Turns all kdamonds off and takes them away. */
int damon_end(int rootfd, unsigned n_kdamonds, struct err *e);

#endif
