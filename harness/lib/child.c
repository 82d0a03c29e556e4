/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>
#include "lib/child.h"
#include "lib/cleanup.h"
#include "lib/clock.h"

#define TICK_MS 1000

static _Noreturn void child_exec(const struct child_opts *o, int out, int report, pid_t parent)
{
	int null = open("/dev/null", O_RDONLY | O_CLOEXEC);

	if (!o->guarded)
		setpgid(0, 0);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(127);
	if (null >= 0 && dup2(null, 0) >= 0 && dup2(out, 1) >= 0 && dup2(out, 2) >= 0 &&
	    (!o->cwd || !chdir(o->cwd))) {
		for (const char *const *v = o->extra_env; v && *v; v++)
			putenv((char *)*v);
		sigset_t none;
		sigemptyset(&none);
		sigprocmask(SIG_SETMASK, &none, NULL);
		execvp(o->argv[0], (char *const *)o->argv);
	}
	int code = errno;
	if (write(report, &code, sizeof(code)) < 0)
		_exit(126);
	_exit(127);
}

static void group_kill(int sig)
{
	(void)sig;
	kill(0, SIGKILL);
}

/*
 * Returns in a child, whose parent stays: it ends as the child does, and takes
 * the group with it when the caller dies.
 */
static void guard_stay(int out, int report, pid_t caller)
{
	const struct sigaction take_all = { .sa_handler = group_kill };
	int status = 0;

	setpgid(0, 0);
	sigaction(SIGTERM, &take_all, NULL);
	prctl(PR_SET_PDEATHSIG, SIGTERM);
	if (getppid() != caller)
		_exit(127);
	pid_t pid = fork();

	if (!pid) {
		signal(SIGTERM, SIG_DFL);
		return;
	}
	close(out);
	close(report);
	while (pid > 0 && waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	_exit(pid < 0 ? 126 : WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
}

/* Keeps the first @max bytes; the rest is read so that the writer never blocks. */
static int read_output(int fd, const struct child_opts *o, struct child_result *r,
		       int64_t deadline)
{
	size_t len = 0;

	r->output = calloc(1, o->output_max + 1);
	if (!r->output)
		return -ENOMEM;
	for (;;) {
		struct pollfd p = { .fd = fd, .events = POLLIN };
		char junk[4096];
		int n = poll(&p, 1, clock_left_ms(deadline));

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return n ? -errno : -ETIMEDOUT;
		size_t room = o->output_max - len;
		ssize_t got = room ? read(fd, r->output + len, room) : read(fd, junk, sizeof(junk));
		if (got <= 0)
			return 0;
		if (room)
			len += (size_t)got;
	}
}

static int wait_for(pid_t pid, const struct child_opts *o, int64_t deadline, int *ret_status)
{
	int64_t next_tick = clock_now_ms() + TICK_MS;

	for (;;) {
		pid_t got = waitpid(pid, ret_status, WNOHANG);

		if (got == pid)
			return 0;
		if (got < 0 && errno != EINTR)
			return -errno;
		if (!clock_left_ms(deadline))
			return -ETIMEDOUT;
		if (o->tick && !clock_left_ms(next_tick)) {
			o->tick(o->tick_arg);
			next_tick = clock_now_ms() + TICK_MS;
		}
		poll(NULL, 0, 5);
	}
}

int child_run(const struct child_opts *o, struct child_result *ret, struct err *e)
{
	int64_t deadline = clock_now_ms() + o->timeout_ms;
	int out[2], report[2], code;

	*ret = (struct child_result){ 0 };
	if (pipe2(report, O_CLOEXEC))
		return err_set(e, errno, "cannot run %s: %m", o->argv[0]);
	cleanup_close int report_r = report[0];
	cleanup_close int report_w = report[1];
	if (pipe2(out, O_CLOEXEC))
		return err_set(e, errno, "cannot run %s: %m", o->argv[0]);
	cleanup_close int out_r = out[0];
	cleanup_close int out_w = out[1];
	cleanup_close int log = -1;

	if (o->log_path) {
		log = open(o->log_path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
		if (log < 0)
			return err_set(e, errno, "cannot open %s: %m", o->log_path);
	}
	pid_t parent = getpid(), pid = fork();
	if (pid < 0)
		return err_set(e, errno, "cannot fork for %s: %m", o->argv[0]);
	if (!pid && o->guarded) {
		guard_stay(out_w, report_w, parent);
		parent = getppid();
	}
	if (!pid)
		child_exec(o, log >= 0 ? log : out_w, report_w, parent);
	close(take_fd(out_w));
	close(take_fd(report_w));

	ssize_t n = read(report_r, &code, sizeof(code));
	int status, rc = 0;

	if (n == sizeof(code)) {
		waitpid(pid, &status, 0);
		errno = code;
		return err_set(e, code, "cannot run %s: %m", o->argv[0]);
	}
	if (!o->log_path)
		rc = read_output(out_r, o, ret, deadline);
	if (!rc)
		rc = wait_for(pid, o, deadline, &status);
	if (rc) {
		kill(-pid, SIGKILL);
		waitpid(pid, &status, 0);
	}
	ret->status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
	if (rc == -ETIMEDOUT) {
		ret->timed_out = true;
		return err_set(e, ETIMEDOUT, "%s did not end within %d ms", o->argv[0],
			       o->timeout_ms);
	}
	if (rc)
		return err_set(e, -rc, "cannot run %s: %s", o->argv[0], strerror(-rc));
	return 0;
}

void child_result_clear(struct child_result *r)
{
	free(r->output);
	r->output = NULL;
}
