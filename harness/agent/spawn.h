/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RAMRIG_AGENT_SPAWN_H
#define RAMRIG_AGENT_SPAWN_H

#include <sys/types.h>
#include "agent/agent.h"

/* How a job's process is to be; strings belong to the request. */
struct spawn {
	const json_t *argv;		/* checked: a list of strings, not empty */
	const json_t *env;		/* checked: strings by name; NULL for none */
	const char *cgroup;		/* one folder name, or NULL */
	const char *cwd, *tty;		/* or NULL */
	const char *mempolicy;		/* "weighted-interleave", or NULL */
	int in_root, merge_any;
};

struct spawned {
	pid_t pid;			/* also its process group and session */
	int out_fd;			/* both outputs, non-blocking; -1 with a tty */
	int exec_fd;			/* non-blocking; see spawn_result() */
};

/* Checks what @s holds, so that the new process has little left to fail at. */
int spawn_check(const struct spawn *s, struct err *e);

/* Forks. The caller closes both descriptors and reaps the process. */
int spawn_start(const struct agent_config *c, const struct spawn *s, struct spawned *ret,
		struct err *e);

/*
 * Reads exec_fd once it is readable: 0 when the program runs, -errno when a
 * step before that failed, -EAGAIN (with @e untouched) when nothing is known yet.
 */
int spawn_result(int exec_fd, struct err *e);

#endif
