/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>
#include "lib/cleanup.h"
#include "lib/clock.h"
#include "lib/file.h"
#include "vm/supervise.h"

#define DESCRIPTORS_MAX 4096
#define CHILDREN_MAX (1 << 20)
#define END_MS 5000	/* for a killed process to be gone */
#define STOP_MS 20000	/* for a worker told to stop, before it is killed */

struct supervisor {
	pid_t worker;
	int signals;
	bool ended;
	int status;
	int64_t kill_at_ms;	/* 0: nobody has asked to stop */
};

/* The account changes below, and with it goes the death signal: it is set twice. */
static int die_with(pid_t parent, struct err *e)
{
	if (prctl(PR_SET_PDEATHSIG, SIGTERM))
		return err_set(e, errno, "cannot tie a worker to its supervisor: %m");
	if (getppid() != parent)
		return err_set(e, ESRCH, "the supervisor is gone");
	return 0;
}

/* libvirt closes every descriptor there could be before each program it starts. */
static void bound_descriptors(void)
{
	struct rlimit r;

	if (!getrlimit(RLIMIT_NOFILE, &r) && r.rlim_cur > DESCRIPTORS_MAX) {
		r.rlim_cur = DESCRIPTORS_MAX;
		setrlimit(RLIMIT_NOFILE, &r);
	}
}

static _Noreturn void worker_main(const struct workdir *w, enum supervise_driver driver,
				  struct account_share *shares, size_t n, supervise_fn fn,
				  void *arg, pid_t parent, int report)
{
	struct err e = { 0 };
	sigset_t chld;
	int rc = die_with(parent, &e);

	if (!rc)
		rc = driver == DRIVER_EMBEDDED ? account_enter(w->run, shares, n, &e)
					       : account_keep(w->run, shares, n, &e);
	if (!rc)
		rc = die_with(parent, &e);
	if (rc) {
		if (write(report, &e, sizeof(e)) < 0)
			_exit(126);
		_exit(127);
	}
	close(report);
	bound_descriptors();
	sigemptyset(&chld);
	sigaddset(&chld, SIGCHLD);
	sigprocmask(SIG_UNBLOCK, &chld, NULL);
	int code = fn(w, shares, arg);

	fflush(NULL);
	_exit(code);
}

static void reap(struct supervisor *s)
{
	int status;
	pid_t pid;

	while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
		if (pid != s->worker)
			continue;
		s->ended = true;
		s->status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
	}
}

/*
 * Kills this process's children and reaps them; orphans below them become its
 * own when they die. A child that does not die within the deadline is the kernel's.
 */
static void end_children(void)
{
	cleanup_free char *file = path_format("/proc/self/task/%d/children", gettid());
	int64_t deadline = clock_now_ms() + END_MS;

	while (clock_left_ms(deadline)) {
		cleanup_free char *pids = NULL;
		struct err ignored;

		if (waitpid(-1, NULL, WNOHANG) < 0)
			return;
		if (!file_read(AT_FDCWD, file, CHILDREN_MAX, &pids, NULL, &ignored)) {
			char *at = pids, *end;

			for (long pid; (pid = strtol(at, &end, 10)) > 0; at = end)
				kill((pid_t)pid, SIGKILL);
		}
		poll(NULL, 0, 5);
	}
}

static void watch(struct supervisor *s)
{
	struct pollfd p = { .fd = s->signals, .events = POLLIN };

	while (!s->ended) {
		struct signalfd_siginfo info;

		poll(&p, 1, s->kill_at_ms ? clock_left_ms(s->kill_at_ms) : -1);
		while (read(s->signals, &info, sizeof(info)) == (ssize_t)sizeof(info)) {
			if (info.ssi_signo == SIGCHLD || s->kill_at_ms)
				continue;
			kill(s->worker, SIGTERM);
			s->kill_at_ms = clock_now_ms() + STOP_MS;
		}
		if (s->kill_at_ms && !clock_left_ms(s->kill_at_ms))
			kill(s->worker, SIGKILL);
		reap(s);
	}
}

static int block_signals(struct supervisor *s, sigset_t *ret_before, struct err *e)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGCHLD);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigprocmask(SIG_BLOCK, &set, ret_before);
	s->signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	if (s->signals < 0 || prctl(PR_SET_CHILD_SUBREAPER, 1))
		return err_set(e, errno, "cannot supervise a guest: %m");
	return 0;
}

int supervise(const struct workdir *w, enum supervise_driver driver,
	      struct account_share *shares, size_t n_shares, supervise_fn fn, void *arg,
	      int *ret_status, struct err *e)
{
	struct supervisor s = { .signals = -1 };
	sigset_t before;
	int report[2], rc = block_signals(&s, &before, e);

	if (rc)
		return rc;
	if (pipe(report))
		return err_set(e, errno, "cannot make a pipe for the worker: %m");
	fflush(NULL);
	pid_t parent = getpid();
	s.worker = fork();
	if (!s.worker) {
		close(report[0]);
		worker_main(w, driver, shares, n_shares, fn, arg, parent, report[1]);
	}
	close(report[1]);
	struct err from_worker;
	ssize_t n = -1;

	if (s.worker < 0) {
		rc = err_set(e, errno, "cannot fork a worker: %m");
	} else {
		/* Ends at once when the account is entered, with nothing to read. */
		n = read(report[0], &from_worker, sizeof(from_worker));
		watch(&s);
		rc = workdir_kill(w, e);
		end_children();
	}
	close(report[0]);
	close(s.signals);
	sigprocmask(SIG_SETMASK, &before, NULL);
	if (n == (ssize_t)sizeof(from_worker)) {
		*e = from_worker;
		return -e->code;
	}
	if (!rc)
		*ret_status = s.status;
	return rc;
}
