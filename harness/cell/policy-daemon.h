/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RAMRIG_POLICY_DAEMON_H
#define RAMRIG_POLICY_DAEMON_H

#include "cell/cell.h"

/*
 * The daemons of policies: ramrig's own programs, which a guest has in its initramfs as
 * /daemons/NAME. Each runs in a cgroup of its name beside the workload's groups, from
 * before the workload starts until it has ended, and prints a JSON object a line
 * (daemons/lib/journal.h), the first of which says that it has started.
 *
 * One that ends by itself is the rig's failure: what the kernel must have for it is what
 * the policy "needs".
 */
#define POLICY_DAEMON_DIR "/daemons"

/* Names of the programs that @policies run, each once, as a new array. */
json_t *policy_daemon_names(const json_t *policies);

/* The program that empties TCG's TLB, so that accessed bits tell of all accesses. */
#define SWEEPER "ramrig-sweeper"

/* Whether any of @policies runs the program @name. */
bool policy_has_daemon(const json_t *policies, const char *name);

/* Starts them all, and the sweeper before them where c->sweeps, each ready before the next. They join c->daemons. */
int cell_policy_daemons_start(struct cell *c, struct err *e);

/*
 * Adds "DAEMON.KEY" to @sums: the sum of the numbers at @key in all that the daemon has
 * printed so far. Nothing where no line has it.
 */
int policy_daemon_sum(struct cell *c, const char *daemon, const char *key, json_t *sums,
		      struct err *e);

/* Pure: that sum. False where no line of @output has a number at @key. */
bool policy_daemon_lines_sum(const char *output, const char *key, double *ret);

/*
 * Pure: the arguments of @daemon (of a checked policy) for @workload, a new array; @disk
 * is the zram that writes back, or NULL.
 */
json_t *policy_daemon_argv(const json_t *daemon, const json_t *workload, const char *disk);

#endif
