/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RAMRIG_AGENT_JOB_H
#define RAMRIG_AGENT_JOB_H

#include <sys/resource.h>
#include "agent/agent.h"
#include "agent/spawn.h"
#include "agent/tail.h"
#include "agent/verbs.h"

/* What a request waits for; each kind has its own answer. */
enum job_wait_kind {
	JOB_WAIT_STARTED,	/* the program runs -> { job, pid } */
	JOB_WAIT_READY,		/* its output holds the text -> { job, pid } */
	JOB_WAIT_ENDED,		/* it ended, or its output holds the text -> as job-wait */
	JOB_WAIT_KILLED,	/* its process group is gone -> {} */
	JOB_WAIT_STOPPED,	/* the same -> as job-wait */
};

/*
 * The jobs of the agent, daemons among them. An ended job is kept for later
 * questions until its place is needed.
 */
struct job {
	struct agent *agent;
	json_int_t id;
	char *name;
	pid_t pid;
	int out_fd, exec_fd;		/* -1 once closed */
	struct watch *out_watch, *exec_watch;
	struct tail output;
	bool is_daemon, is_ready, is_stopped, has_ended;
	int status;			/* as wait4() gave it */
	int64_t user_us, system_us;
	int64_t started_ns, ended_ns;	/* CLOCK_MONOTONIC */
	struct job_wait *waits;
	struct job *next;		/* newest first */
};

struct jobs {
	struct agent *agent;
	struct job *first;
	json_int_t next_id;
};

int jobs_new(struct agent *a, struct jobs **ret, struct err *e);
void jobs_free(struct jobs *jobs);	/* kills what runs; NULL is fine */

/* Takes note of a process that was reaped, which may be no job's. */
void jobs_on_exit(struct jobs *jobs, pid_t pid, int status, const struct rusage *usage);

/* Answers who waits for a process group to be gone. */
void jobs_after_exits(struct jobs *jobs);

int job_new(struct agent *a, const char *name, const struct spawn *s, size_t output_max,
	    struct job **ret, struct err *e);
void job_free(struct job *j);		/* NULL is fine */
struct job *job_find(struct jobs *jobs, json_int_t id, struct err *e);
void job_signal(const struct job *j, int sig);	/* to its whole process group */
bool job_group_is_gone(const struct job *j);

/* { running: false, ... }, or { running: true, output }. */
json_t *job_state_json(const struct job *j);

/*
 * Request @id waits on @j: for at most @timeout_ms, with the text @until or
 * NULL. For KILLED and STOPPED, @timeout_ms is the grace before SIGKILL.
 */
int job_wait_add(struct job *j, enum job_wait_kind kind, json_int_t id, int64_t timeout_ms,
		 const char *until, struct err *e);

/* Answers the waits that are over, now that something changed. */
void job_waits_settle(struct job *j, size_t new_bytes);

/* Answers all waits with an error. */
void job_waits_fail(struct job *j, const struct err *e);

#endif
