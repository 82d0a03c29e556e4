/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef OOM_LOG_H
#define OOM_LOG_H

#include <stdbool.h>
#include <sys/types.h>
#include "workloads/oom/oom-badness.h"

/*
 * What the kernel's log tells of kills for want of memory: who asked for memory,
 * by which constraint there was none, the kernel's own figures of all candidates,
 * and who was killed. Of the first such event in full, of later ones the kills.
 * Pure; the lines are those of mm/oom_kill.c since Linux 5.0, where columns of the
 * tasks' table are found by their names. Fixed bounds: what is beyond is left out.
 */
#define OOM_TASKS_MAX 64
#define OOM_KILLS_MAX 16
#define OOM_NAME_MAX 16		/* TASK_COMM_LEN */

struct oom_task {
	pid_t pid;
	struct oom_inputs in;
};

struct oom_kill {
	pid_t pid;
	unsigned event;		/* from 1 */
	uint64_t us;		/* the log's time */
	char name[OOM_NAME_MAX];
};

struct oom_log {
	unsigned events;		/* times that the OOM killer was called */
	uint64_t called_us;		/* the first: the log's time */
	char caller[OOM_NAME_MAX];
	pid_t caller_pid;		/* 0: not told */
	char constraint[32];		/* "CONSTRAINT_MEMCG", "": not told */
	size_t n_tasks;
	struct oom_task tasks[OOM_TASKS_MAX];
	size_t n_kills;
	struct oom_kill kills[OOM_KILLS_MAX];

	/* Which columns of the tasks' table hold what, -1: not there. */
	int rss_at, pgtables_at, swap_at, adj_at, n_columns;
};

/* All zero is an empty log. Adds one line of the kernel's, without its time. */
void oom_log_add(struct oom_log *l, uint64_t us, const char *line);

/* The kernel's figures of @pid, NULL where it told none. */
const struct oom_task *oom_log_task(const struct oom_log *l, pid_t pid);

/*
 * A record as a read of /dev/kmsg gives it, "6,339,5140900,-;text\n KEY=...": sets
 * the log's time and where its text begins, and ends that text with a NUL.
 */
int oom_record_parse(char *record, uint64_t *ret_us, const char **ret_text);

#endif
