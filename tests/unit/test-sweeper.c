/* SPDX-License-Identifier: GPL-2.0-or-later */
/* ramrig-sweeper's processes: where and how they run, and that none is left behind. */
#include <errno.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <cmocka.h>
#include "daemons/sweeper/sweeper-process.h"

#define PERIOD_US 1000
#define CPU	  0

static const struct timespec while_it_runs = { .tv_nsec = 200000000 };

/* Skips where the account may not have real-time processes. */
static pid_t start(void)
{
	pid_t pid;
	struct err e;
	int rc = sweeper_start(CPU, PERIOD_US, &pid, &e);

	if (rc == -EPERM || rc == -EINVAL) {
		print_message("%s\n", e.msg);
		skip();
	}
	assert_int_equal(rc, 0);
	return pid;
}

static void it_is_real_time_pinned_and_wakes_up_again_and_again(void **state)
{
	struct sweeper_total total = { 0 };
	pid_t pid = start();
	cpu_set_t set;
	struct err e;

	(void)state;
	assert_int_equal(sched_getscheduler(pid), SCHED_FIFO);
	assert_int_equal(sched_getaffinity(pid, sizeof(set), &set), 0);
	assert_true(CPU_COUNT(&set) == 1 && CPU_ISSET(CPU, &set));
	nanosleep(&while_it_runs, NULL);
	assert_int_equal(sweeper_end(pid, &total, &e), 0);
	assert_true(total.wakeups >= 5); /* 200 on a machine that is idle */
	assert_int_equal(kill(pid, 0), -1);
}

static void one_that_ended_by_itself_is_an_error(void **state)
{
	struct sweeper_total total = { 0 };
	pid_t pid = start();
	siginfo_t info;
	struct err e;

	(void)state;
	kill(pid, SIGABRT);
	assert_int_equal(waitid(P_PID, (id_t)pid, &info, WEXITED | WNOWAIT), 0);
	assert_int_equal(sweeper_end(pid, &total, &e), -ECHILD);
}

/* One that lives on is ended here. */
static bool ends_within(pid_t pid, int ms, int *ret_status)
{
	const struct timespec pause = { .tv_nsec = 10000000 };

	for (; ms > 0; ms -= 10) {
		if (waitpid(pid, ret_status, WNOHANG) == pid)
			return true;
		nanosleep(&pause, NULL);
	}
	kill(pid, SIGKILL);
	waitpid(pid, ret_status, 0);
	return false;
}

static void it_dies_with_its_parent(void **state)
{
	pid_t pid = start();
	struct sweeper_total total = { 0 };
	int ends[2], status;
	struct err e;

	(void)state;
	assert_int_equal(sweeper_end(pid, &total, &e), 0);
	assert_int_equal(prctl(PR_SET_CHILD_SUBREAPER, 1), 0);
	assert_int_equal(pipe(ends), 0);
	pid_t parent = fork();

	if (!parent) {
		if (sweeper_start(CPU, PERIOD_US, &pid, &e) ||
		    write(ends[1], &pid, sizeof(pid)) != sizeof(pid))
			_exit(1);
		_exit(0);
	}
	assert_int_equal(read(ends[0], &pid, sizeof(pid)), sizeof(pid));
	assert_int_equal(waitpid(parent, &status, 0), parent);
	assert_true(ends_within(pid, 5000, &status));
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
	close(ends[0]);
	close(ends[1]);
}

static void there_is_no_such_cpu(void **state)
{
	pid_t pid;
	struct err e;

	(void)state;
	assert_int_equal(sweeper_start(CPU_SETSIZE, PERIOD_US, &pid, &e), -EINVAL);
	assert_int_not_equal(sweeper_start(CPU_SETSIZE - 1, PERIOD_US, &pid, &e), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_is_real_time_pinned_and_wakes_up_again_and_again),
		cmocka_unit_test(one_that_ended_by_itself_is_an_error),
		cmocka_unit_test(it_dies_with_its_parent),
		cmocka_unit_test(there_is_no_such_cpu),
	};

	return cmocka_run_group_tests_name("sweeper", tests, NULL, NULL);
}
