/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <unistd.h>
#include "agent/worker.h"
#include "lib/cleanup.h"
#include "lib/json.h"
#include "proto/frame.h"

struct worker {
	struct agent *agent;
	json_int_t id;
	pid_t pid;
	int fd;			/* the worker's answer, one frame */
	struct watch *watch;
	struct timer deadline;
	struct frame_decoder *decoder;
	void (*then)(struct agent *a);
	struct worker *next;
};

static void worker_free(struct worker *w)
{
	for (struct worker **at = &w->agent->workers; *at; at = &(*at)->next) {
		if (*at == w) {
			*at = w->next;
			break;
		}
	}
	timer_stop(w->agent->loop, &w->deadline);
	watch_free(w->watch);
	frame_decoder_free(w->decoder);
	if (w->fd >= 0)
		close(w->fd);
	free(w);
}

/* The one place where a worker ends: @answer is what it said, or NULL and @why. */
static void worker_finish(struct worker *w, const json_t *answer, const struct err *why)
{
	struct agent *a = w->agent;
	json_t *result = json_object_get(answer, "result");
	void (*then)(struct agent *) = w->then;
	json_int_t id = w->id;
	struct err e;

	if (!answer)
		kill(w->pid, SIGKILL);
	worker_free(w);
	if (result) {
		agent_answer(a, id, json_incref(result));
	} else if (answer) {
		err_set(&e, (int)json_int_or(answer, "errno", EIO), "%s", json_str(answer, "error"));
		agent_answer_error(a, id, &e);
	} else {
		agent_answer_error(a, id, why);
	}
	if (then)
		then(a);
}

static void worker_on_output(void *arg, uint32_t events)
{
	struct worker *w = arg;
	char buf[65536];
	struct err e;
	ssize_t n = read(w->fd, buf, sizeof(buf));

	(void)events;
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n <= 0) {
		err_set(&e, EIO, "the process doing this died");
		worker_finish(w, NULL, &e);
		return;
	}
	cleanup_json json_t *answer = NULL;
	size_t used;
	if (frame_decoder_feed(w->decoder, buf, (size_t)n, &used, &answer, &e))
		worker_finish(w, NULL, &e);
	else if (answer)
		worker_finish(w, answer, NULL);
}

static void worker_on_deadline(void *arg)
{
	struct err e;

	err_set(&e, ETIMEDOUT, "it did not end in time");
	worker_finish(arg, NULL, &e);
}

/* In the worker's process. */
static void __attribute__((noreturn)) work_run(const struct agent_config *c, const json_t *request,
					       work_fn work, int out)
{
	cleanup_free unsigned char *data = NULL;
	json_t *result = NULL;
	struct err e;
	size_t len;

	if (!c->is_init)
		prctl(PR_SET_PDEATHSIG, SIGKILL);
	json_t *answer = work(c, request, &result, &e) ?
		json_pack("{s:i, s:s}", "errno", e.code, "error", e.msg) :
		json_pack("{s:o}", "result", result);
	if (!answer || frame_encode(answer, &data, &len, &e)) {
		json_t *failed = json_pack("{s:i, s:s}", "errno", EMSGSIZE, "error",
					   "the answer does not fit into a frame");

		if (frame_encode(failed, &data, &len, &e))
			_exit(1);
	}
	for (size_t at = 0; at < len;) {
		ssize_t n = write(out, data + at, len - at);

		if (n < 0 && errno != EINTR)
			_exit(1);
		at += n > 0 ? (size_t)n : 0;
	}
	_exit(0);
}

static int worker_fork(struct worker *w, const json_t *request, work_fn work, struct err *e)
{
	int fds[2];

	if (pipe2(fds, O_CLOEXEC))
		return err_set(e, errno, "cannot create a pipe: %m");
	cleanup_close int ours = fds[0];
	cleanup_close int theirs = fds[1];
	if (fcntl(ours, F_SETFL, O_NONBLOCK))
		return err_set(e, errno, "cannot set up a pipe: %m");
	pid_t pid = fork();
	if (pid < 0)
		return err_set(e, errno, "cannot fork: %m");
	if (!pid) {
		close(ours);
		work_run(&w->agent->config, request, work, theirs);
	}
	w->pid = pid;
	w->fd = take_fd(ours);
	return 0;
}

int worker_start(struct agent *a, json_int_t id, const json_t *request, work_fn work,
		 int64_t timeout_ms, void (*then)(struct agent *a), struct err *e)
{
	struct worker *w = calloc(1, sizeof(*w));

	if (!w)
		return err_set(e, ENOMEM, "out of memory for a worker");
	*w = (struct worker){ .agent = a, .id = id, .fd = -1, .then = then,
			      .deadline = { .fn = worker_on_deadline, .arg = w } };
	int rc = frame_decoder_new(&w->decoder, e);
	if (!rc)
		rc = worker_fork(w, request, work, e);
	if (!rc)
		rc = watch_new(a->loop, w->fd, EPOLLIN, worker_on_output, w, &w->watch, e);
	if (rc) {
		worker_free(w);
		return rc;
	}
	w->next = a->workers;
	a->workers = w;
	timer_start(a->loop, &w->deadline, timeout_ms);
	return 0;
}

void workers_free(struct agent *a)
{
	while (a->workers) {
		kill(a->workers->pid, SIGKILL);
		worker_free(a->workers);
	}
}
