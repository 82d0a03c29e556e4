/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include "agent/agent.h"
#include "agent/job.h"
#include "agent/sample.h"
#include "agent/tail.h"
#include "agent/verbs.h"
#include "agent/worker.h"
#include "lib/cleanup.h"
#include "lib/clock.h"
#include "proto/protocol.h"

#define DRAIN_STEP_MS 10
#define DRAIN_TRIES 100

void agent_answer(struct agent *a, json_int_t id, json_t *result)
{
	port_send(a->port, json_pack("{s:I, s:o}", "id", id, "result",
				     result ? result : json_object()));
}

void agent_answer_error(struct agent *a, json_int_t id, const struct err *e)
{
	port_send(a->port, json_pack("{s:I, s:i, s:o}", "id", id, "errno", e->code, "error",
				     text_json(e->msg, strlen(e->msg))));
}

static void agent_say_hello(struct agent *a)
{
	struct utsname u = { 0 };

	uname(&u);
	port_send(a->port, json_pack("{s:s, s:i, s:s, s:s, s:I}", "event", "hello", "protocol",
				     PROTOCOL_VERSION, "release", u.release, "machine", u.machine,
				     "monotonic_ns", (json_int_t)clock_now_ns()));
}

/* Reaps everything: jobs, workers, and orphans that fell to process 1. */
static void agent_on_signal(void *arg, uint32_t events)
{
	struct agent *a = arg;
	struct signalfd_siginfo info;
	struct rusage usage;
	pid_t pid;
	int status;

	(void)events;
	while (read(a->signal_fd, &info, sizeof(info)) > 0)
		;
	while ((pid = wait4(-1, &status, WNOHANG, &usage)) > 0)
		jobs_on_exit(a->jobs, pid, status, &usage);
	jobs_after_exits(a->jobs);
}

static void agent_on_request(void *arg, const json_t *request)
{
	verb_dispatch(arg, request);
}

static void agent_on_closed(void *arg)
{
	struct agent *a = arg;

	loop_stop(a->loop);
}

static int signals_watch(struct agent *a, struct err *e)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGCHLD);
	a->signal_fd = signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
	if (a->signal_fd < 0)
		return err_set(e, errno, "cannot create a signalfd: %m");
	return watch_new(a->loop, a->signal_fd, EPOLLIN, agent_on_signal, a, &a->signals, e);
}

static void agent_drain(void *arg)
{
	struct agent *a = arg;

	if (port_is_drained(a->port) || ++a->drain_tries > DRAIN_TRIES)
		loop_stop(a->loop);
	else
		timer_start(a->loop, &a->drain, DRAIN_STEP_MS);
}

void agent_stop(struct agent *a)
{
	agent_drain(a);
}

int agent_new(const struct agent_config *config, int port_fd, struct agent **ret, struct err *e)
{
	cleanup_close int fd = port_fd;
	struct agent *a = calloc(1, sizeof(*a));

	if (!a)
		return err_set(e, ENOMEM, "out of memory for the agent");
	const struct port_handler handler = { agent_on_request, agent_on_closed, a };

	a->config = *config;
	a->signal_fd = -1;
	a->drain = (struct timer){ .fn = agent_drain, .arg = a };
	int rc = loop_new(&a->loop, e);
	if (!rc)
		rc = jobs_new(a, &a->jobs, e);
	if (!rc)
		rc = signals_watch(a, e);
	if (!rc)
		rc = port_new(a->loop, take_fd(fd), &handler, &a->port, e);
	if (rc) {
		agent_free(a);
		return rc;
	}
	agent_say_hello(a);
	*ret = a;
	return 0;
}

void agent_free(struct agent *a)
{
	if (!a)
		return;
	if (a->loop) {
		timer_stop(a->loop, &a->drain);
		workers_free(a);
	}
	sampler_free(a->sampler);
	jobs_free(a->jobs);
	watch_free(a->signals);
	if (a->signal_fd >= 0)
		close(a->signal_fd);
	port_free(a->port);
	loop_free(a->loop);
	free(a);
}

int agent_run(struct agent *a, struct err *e)
{
	return loop_run(a->loop, e);
}

void agent_set_signals(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGCHLD);
	sigprocmask(SIG_BLOCK, &set, NULL);
	signal(SIGPIPE, SIG_IGN);
}

int agent_serve_fd(const struct agent_config *config, int fd, struct err *e)
{
	struct agent *a;
	int flags = fcntl(fd, F_GETFL);

	if (flags < 0 || fcntl(fd, F_SETFL, flags | O_NONBLOCK) || fcntl(fd, F_SETFD, FD_CLOEXEC))
		return err_set(e, errno, "cannot serve on fd %d: %m", fd);
	agent_set_signals();
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	int rc = agent_new(config, fd, &a, e);
	if (rc)
		return rc;
	rc = agent_run(a, e);
	agent_free(a);
	return rc;
}
