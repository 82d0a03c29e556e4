/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <signal.h>
#include "agent/job.h"
#include "proto/protocol.h"

#define TIMEOUT_MAX_MS (24 * 60 * 60 * 1000)
/* Between fork() and exec(): joining a cgroup, reading the program from a slow disk. */
#define EXEC_MS (60 * 1000)
#define GRACE_DEFAULT_MS 5000

static int timeout_check(json_int_t ms, const char *key, struct err *e)
{
	if (ms < 0 || ms > TIMEOUT_MAX_MS)
		return err_set(e, EINVAL, "%s is not 0 to %d", key, TIMEOUT_MAX_MS);
	return 0;
}

/* The keys of job-start and daemon-start; @ready and @timeout_ms are the latter's. */
static int start(struct agent *a, json_int_t id, const json_t *request, bool is_daemon,
		 struct err *e)
{
	json_int_t output_max = PROTOCOL_OUTPUT_MAX, timeout_ms = EXEC_MS;
	const char *name, *ready = NULL;
	struct spawn s = { 0 };
	struct job *j;

	int rc = request_unpack(request, e, is_daemon ?
		"{s:s, s:o, s?o, s?s, s?s, s?s, s?b, s?b, s?s, s?I, s:s, s:I}" :
		"{s:s, s:o, s?o, s?s, s?s, s?s, s?b, s?b, s?s, s?I}",
		"name", &name, "argv", &s.argv, "env", &s.env, "cgroup", &s.cgroup, "cwd", &s.cwd,
		"tty", &s.tty, "root", &s.in_root, "merge_any", &s.merge_any, "mempolicy",
		&s.mempolicy, "output_max", &output_max, "ready", &ready, "timeout_ms", &timeout_ms);
	if (rc || (rc = timeout_check(timeout_ms, "timeout_ms", e)) || (rc = spawn_check(&s, e)))
		return rc;
	if (output_max < 0 || output_max > PROTOCOL_OUTPUT_MAX)
		return err_set(e, EINVAL, "output_max is not 0 to %u", PROTOCOL_OUTPUT_MAX);
	rc = job_new(a, name, &s, (size_t)output_max, &j, e);
	if (rc)
		return rc;
	j->is_daemon = is_daemon;
	rc = job_wait_add(j, is_daemon ? JOB_WAIT_READY : JOB_WAIT_STARTED, id, timeout_ms, ready,
			  e);
	if (rc) {
		job_signal(j, SIGKILL);
		job_free(j);
	}
	return rc;
}

int verb_job_start(struct agent *a, json_int_t id, const json_t *request, struct err *e)
{
	return start(a, id, request, false, e);
}

int verb_daemon_start(struct agent *a, json_int_t id, const json_t *request, struct err *e)
{
	return start(a, id, request, true, e);
}

int verb_job_wait(struct agent *a, json_int_t id, const json_t *request, struct err *e)
{
	json_int_t number, timeout_ms;
	const char *until = NULL;

	int rc = request_unpack(request, e, "{s:I, s:I, s?s}", "job", &number, "timeout_ms",
				&timeout_ms, "until", &until);
	if (rc || (rc = timeout_check(timeout_ms, "timeout_ms", e)))
		return rc;
	struct job *j = job_find(a->jobs, number, e);
	if (!j)
		return -e->code;
	return job_wait_add(j, JOB_WAIT_ENDED, id, timeout_ms, until, e);
}

int verb_job_kill(struct agent *a, json_int_t id, const json_t *request, struct err *e)
{
	json_int_t number, grace_ms = -1;
	int sig = SIGTERM;

	int rc = request_unpack(request, e, "{s:I, s?i, s?I}", "job", &number, "signal", &sig,
				"grace_ms", &grace_ms);
	if (rc || (grace_ms >= 0 && (rc = timeout_check(grace_ms, "grace_ms", e))))
		return rc;
	if (sig < 1 || sig > SIGRTMAX)
		return err_set(e, EINVAL, "signal %d is not 1 to %d", sig, SIGRTMAX);
	struct job *j = job_find(a->jobs, number, e);
	if (!j)
		return -e->code;
	if (grace_ms >= 0 || sig == SIGTERM || sig == SIGKILL)
		j->is_stopped = true;
	if (!job_group_is_gone(j))
		job_signal(j, sig);
	if (grace_ms >= 0)
		return job_wait_add(j, JOB_WAIT_KILLED, id, grace_ms, NULL, e);
	agent_answer(a, id, NULL);
	return 0;
}

int verb_daemon_stop(struct agent *a, json_int_t id, const json_t *request, struct err *e)
{
	json_int_t number, grace_ms = GRACE_DEFAULT_MS;

	int rc = request_unpack(request, e, "{s:I, s?I}", "job", &number, "grace_ms", &grace_ms);
	if (rc || (rc = timeout_check(grace_ms, "grace_ms", e)))
		return rc;
	struct job *j = job_find(a->jobs, number, e);
	if (!j)
		return -e->code;
	j->is_stopped = true;
	if (!job_group_is_gone(j))
		job_signal(j, SIGTERM);
	return job_wait_add(j, JOB_WAIT_STOPPED, id, grace_ms, NULL, e);
}
