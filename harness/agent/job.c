/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/wait.h>
#include <unistd.h>
#include "agent/job.h"
#include "lib/cleanup.h"
#include "lib/clock.h"
#include "proto/protocol.h"

/* What an ended process left in its pipe; a survivor that floods it must not keep us. */
#define DRAIN_READS 64

int jobs_new(struct agent *a, struct jobs **ret, struct err *e)
{
	struct jobs *jobs = calloc(1, sizeof(*jobs));

	if (!jobs)
		return err_set(e, ENOMEM, "out of memory for jobs");
	jobs->agent = a;
	jobs->next_id = 1;
	*ret = jobs;
	return 0;
}

void jobs_free(struct jobs *jobs)
{
	struct err e;

	if (!jobs)
		return;
	err_set(&e, ESHUTDOWN, "the agent is going away");
	while (jobs->first) {
		job_signal(jobs->first, SIGKILL);
		job_waits_fail(jobs->first, &e);
		job_free(jobs->first);
	}
	free(jobs);
}

struct job *job_find(struct jobs *jobs, json_int_t id, struct err *e)
{
	for (struct job *j = jobs->first; j; j = j->next)
		if (j->id == id)
			return j;
	err_set(e, ESRCH, "there is no job %lld", (long long)id);
	return NULL;
}

bool job_group_is_gone(const struct job *j)
{
	return j->has_ended && kill(-j->pid, 0) && errno == ESRCH;
}

void job_signal(const struct job *j, int sig)
{
	/* Before its setsid() there is no group yet, only the process. */
	if (kill(-j->pid, sig) && !j->has_ended)
		kill(j->pid, sig);
}

static void output_close(struct job *j)
{
	watch_free(take_ptr(j->out_watch));
	if (j->out_fd >= 0)
		close(take_fd(j->out_fd));
}

static void exec_close(struct job *j)
{
	watch_free(take_ptr(j->exec_watch));
	if (j->exec_fd >= 0)
		close(take_fd(j->exec_fd));
}

void job_free(struct job *j)
{
	if (!j)
		return;
	for (struct job **at = &j->agent->jobs->first; *at; at = &(*at)->next) {
		if (*at == j) {
			*at = j->next;
			break;
		}
	}
	output_close(j);
	exec_close(j);
	tail_clear(&j->output);
	free(j->name);
	free(j);
}

/* Returns how many new bytes there were. */
static size_t output_read(struct job *j)
{
	char buf[65536];

	if (j->out_fd < 0)
		return 0;
	ssize_t n = read(j->out_fd, buf, sizeof(buf));
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return 0;
	if (n <= 0) {
		output_close(j);
		return 0;
	}
	tail_append(&j->output, buf, (size_t)n);
	return (size_t)n;
}

static void job_on_output(void *arg, uint32_t events)
{
	struct job *j = arg;
	size_t n = output_read(j);

	(void)events;
	if (n)
		job_waits_settle(j, n);
}

/* Returns false when the job is no more, since its program never ran. */
static bool job_exec_settle(struct job *j)
{
	struct err e;
	int rc = spawn_result(j->exec_fd, &e);

	if (rc == -EAGAIN)
		return true;
	exec_close(j);
	if (!rc) {
		job_waits_settle(j, 0);
		return true;
	}
	job_waits_fail(j, &e);
	job_free(j);
	return false;
}

static void job_on_exec(void *arg, uint32_t events)
{
	(void)events;
	job_exec_settle(arg);
}

/* Makes room by forgetting the oldest job that has ended and that nobody asks about. */
static int jobs_make_room(struct jobs *jobs, struct err *e)
{
	struct job *oldest = NULL;
	unsigned n = 0;

	for (struct job *j = jobs->first; j; j = j->next) {
		n++;
		if (j->has_ended && !j->waits)
			oldest = j;
	}
	if (n < PROTOCOL_JOBS_MAX)
		return 0;
	if (!oldest)
		return err_set(e, EAGAIN, "%d jobs are running, which is the limit",
			       PROTOCOL_JOBS_MAX);
	job_free(oldest);
	return 0;
}

int job_new(struct agent *a, const char *name, const struct spawn *s, size_t output_max,
	    struct job **ret, struct err *e)
{
	struct spawned p;
	int rc = jobs_make_room(a->jobs, e);

	if (rc)
		return rc;
	struct job *j = calloc(1, sizeof(*j));
	char *copy = strdup(name);
	if (!j || !copy) {
		free(j);
		free(copy);
		return err_set(e, ENOMEM, "out of memory for the job %s", name);
	}
	rc = spawn_start(&a->config, s, &p, e);
	if (rc) {
		free(copy);
		free(j);
		return rc;
	}
	*j = (struct job){ .agent = a, .id = a->jobs->next_id++, .name = copy, .pid = p.pid,
			   .out_fd = p.out_fd, .exec_fd = p.exec_fd, .output = { .max = output_max },
			   .started_ns = clock_now_ns(), .next = a->jobs->first };
	a->jobs->first = j;
	rc = watch_new(a->loop, j->exec_fd, EPOLLIN, job_on_exec, j, &j->exec_watch, e);
	if (!rc && j->out_fd >= 0)
		rc = watch_new(a->loop, j->out_fd, EPOLLIN, job_on_output, j, &j->out_watch, e);
	if (rc) {
		job_signal(j, SIGKILL);
		job_free(j);
		return rc;
	}
	*ret = j;
	return 0;
}

static int64_t timeval_us(struct timeval t)
{
	return (int64_t)t.tv_sec * 1000000 + t.tv_usec;
}

static int end_json(const struct job *j, json_t *to)
{
	return WIFSIGNALED(j->status) ?
		json_object_set_new(to, "signal", json_integer(WTERMSIG(j->status))) :
		json_object_set_new(to, "exit", json_integer(WEXITSTATUS(j->status)));
}

json_t *job_state_json(const struct job *j)
{
	json_t *output = text_json(j->output.buf, j->output.len);

	if (!j->has_ended)
		return json_pack("{s:b, s:o}", "running", 1, "output", output);
	json_t *r = json_pack("{s:b, s:o, s:I, s:I, s:I, s:I, s:I}", "running", 0, "output", output,
			      "output_dropped", (json_int_t)j->output.dropped, "user_us",
			      (json_int_t)j->user_us, "system_us", (json_int_t)j->system_us,
			      "started_ns", (json_int_t)j->started_ns, "ended_ns",
			      (json_int_t)j->ended_ns);
	end_json(j, r);
	return r;
}

static void daemon_exit_send(struct job *j)
{
	json_t *event = json_pack("{s:s, s:I, s:o, s:o}", "event", "daemon-exit", "job", j->id,
				  "name", text_json(j->name, strlen(j->name)), "output",
				  text_json(j->output.buf, j->output.len));

	end_json(j, event);
	port_send(j->agent->port, event);
}

void jobs_on_exit(struct jobs *jobs, pid_t pid, int status, const struct rusage *usage)
{
	struct job *j = jobs->first;
	size_t new_bytes = 0, n;

	while (j && (j->has_ended || j->pid != pid))
		j = j->next;
	if (!j || (j->exec_watch && !job_exec_settle(j)))
		return;
	for (int i = 0; i < DRAIN_READS && (n = output_read(j)); i++)
		new_bytes += n;
	j->status = status;
	j->user_us = timeval_us(usage->ru_utime);
	j->system_us = timeval_us(usage->ru_stime);
	j->ended_ns = clock_now_ns();
	j->has_ended = true;
	job_waits_settle(j, new_bytes);
	if (j->is_daemon && j->is_ready && !j->is_stopped)
		daemon_exit_send(j);
}

void jobs_after_exits(struct jobs *jobs)
{
	for (struct job *j = jobs->first; j; j = j->next)
		if (j->waits && j->has_ended)
			job_waits_settle(j, 0);
}
