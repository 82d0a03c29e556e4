/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include "agent/job.h"
#include "lib/cleanup.h"

/* After SIGKILL a process ends at once, unless the kernel holds it in a wait of its own. */
#define KILLED_MS (10 * 1000)
/* Of its output, what an error quotes. */
#define QUOTE_BYTES 300

struct job_wait {
	enum job_wait_kind kind;
	struct job *job;
	json_int_t id;
	char *until;
	bool was_killed;	/* the grace is over */
	struct timer timer;
	struct job_wait *next;
};

static void wait_free(struct job_wait *w)
{
	for (struct job_wait **at = &w->job->waits; *at; at = &(*at)->next) {
		if (*at == w) {
			*at = w->next;
			break;
		}
	}
	timer_stop(w->job->agent->loop, &w->timer);
	free(w->until);
	free(w);
}

static void wait_fail(struct job_wait *w, const struct err *e)
{
	agent_answer_error(w->job->agent, w->id, e);
	wait_free(w);
}

static int err_quote(struct err *e, int code, const struct job *j, const char *what)
{
	size_t n = j->output.len < QUOTE_BYTES ? j->output.len : QUOTE_BYTES;

	if (!n)
		return err_set(e, code, "%.80s %s, and printed nothing", j->name, what);
	return err_set(e, code, "%.80s %s; its last output: %.*s", j->name, what, (int)n,
		       j->output.buf + j->output.len - n);
}

static void wait_on_timer(void *arg)
{
	struct job_wait *w = arg;
	struct job *j = w->job;
	struct err e;

	switch (w->kind) {
	case JOB_WAIT_READY:
		/* Nobody knows its number yet, so nobody else could end it. */
		j->is_stopped = true;
		job_signal(j, SIGKILL);
		err_quote(&e, ETIMEDOUT, j, "was not ready in time");
		wait_fail(w, &e);
		return;
	case JOB_WAIT_KILLED:
	case JOB_WAIT_STOPPED:
		if (!w->was_killed) {
			w->was_killed = true;
			job_signal(j, SIGKILL);
			timer_start(j->agent->loop, &w->timer, KILLED_MS);
			job_waits_settle(j, 0);
			return;
		}
		err_set(&e, ETIMEDOUT, "%.80s outlived SIGKILL", j->name);
		wait_fail(w, &e);
		return;
	case JOB_WAIT_STARTED:
	case JOB_WAIT_ENDED:
		err_set(&e, ETIMEDOUT, "%.80s is still running", j->name);
		wait_fail(w, &e);
		return;
	}
}

static json_t *started_json(const struct job *j)
{
	return json_pack("{s:I, s:i}", "job", j->id, "pid", (int)j->pid);
}

static bool until_is_there(const struct job_wait *w, size_t new_bytes)
{
	return w->until && tail_has_new(&w->job->output, w->until, new_bytes);
}

/* Whether @w is over; then *ret_answer is its answer, or NULL and @e its error. */
static bool wait_is_over(struct job_wait *w, size_t new_bytes, json_t **ret_answer, struct err *e)
{
	struct job *j = w->job;
	bool gone = job_group_is_gone(j);

	*ret_answer = NULL;
	switch (w->kind) {
	case JOB_WAIT_STARTED:
		if (j->exec_watch)
			return false;
		*ret_answer = started_json(j);
		return true;
	case JOB_WAIT_READY:
		if (until_is_there(w, new_bytes) && !j->has_ended) {
			j->is_ready = true;
			*ret_answer = started_json(j);
			return true;
		}
		if (j->has_ended)
			err_quote(e, ECHILD, j, "ended before it was ready");
		return j->has_ended;
	case JOB_WAIT_ENDED:
		if (!j->has_ended && !until_is_there(w, new_bytes))
			return false;
		*ret_answer = job_state_json(j);
		return true;
	case JOB_WAIT_KILLED:
		*ret_answer = gone ? json_object() : NULL;
		return gone;
	case JOB_WAIT_STOPPED:
		gone |= w->was_killed && j->has_ended;
		*ret_answer = gone ? job_state_json(j) : NULL;
		return gone;
	}
	return false;
}

static void wait_settle(struct job_wait *w, size_t new_bytes)
{
	json_t *answer;
	struct err e;

	if (!wait_is_over(w, new_bytes, &answer, &e))
		return;
	if (!answer) {
		wait_fail(w, &e);
		return;
	}
	agent_answer(w->job->agent, w->id, answer);
	wait_free(w);
}

void job_waits_settle(struct job *j, size_t new_bytes)
{
	for (struct job_wait *w = j->waits, *next; w; w = next) {
		next = w->next;
		wait_settle(w, new_bytes);
	}
}

void job_waits_fail(struct job *j, const struct err *e)
{
	while (j->waits)
		wait_fail(j->waits, e);
}

int job_wait_add(struct job *j, enum job_wait_kind kind, json_int_t id, int64_t timeout_ms,
		 const char *until, struct err *e)
{
	struct job_wait *w = calloc(1, sizeof(*w));

	if (!w)
		return err_set(e, ENOMEM, "out of memory for a wait");
	w->kind = kind;
	w->job = j;
	w->id = id;
	w->until = until ? strdup(until) : NULL;
	w->timer = (struct timer){ .fn = wait_on_timer, .arg = w };
	w->next = j->waits;
	j->waits = w;
	timer_start(j->agent->loop, &w->timer, timeout_ms);
	wait_settle(w, j->output.len);
	return 0;
}
