/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include "daemons/sweeper/sweeper-process.h"
#include "lib/cleanup.h"

static void sweep(uint64_t period_us)
{
	const struct timespec period = { (time_t)(period_us / 1000000),
					 (long)(period_us % 1000000) * 1000 };

	for (;;)
		clock_nanosleep(CLOCK_MONOTONIC, 0, &period, NULL);
}

/* Returns errno, or 0: this process is pinned and real-time, and will die with @parent. */
static int process_set(unsigned cpu, pid_t parent)
{
	const struct sched_param param = { .sched_priority = 1 };
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	if (prctl(PR_SET_PDEATHSIG, SIGKILL) || sched_setaffinity(0, sizeof(set), &set) ||
	    sched_setscheduler(0, SCHED_FIFO, &param))
		return errno;
	return getppid() == parent ? 0 : ESRCH;
}

/* A child tells by a pipe that it is set up, with 0, or else its errno. */
int sweeper_start(unsigned cpu, uint64_t period_us, pid_t *ret, struct err *e)
{
	pid_t parent = getpid();
	int ends[2], code = EIO;

	if (cpu >= CPU_SETSIZE)
		return err_set(e, EINVAL, "there is no CPU %u", cpu);
	if (pipe2(ends, O_CLOEXEC))
		return err_set(e, errno, "cannot make a pipe: %m");
	pid_t pid = fork();

	if (!pid) {
		close(ends[0]);
		code = process_set(cpu, parent);
		if (write(ends[1], &code, sizeof(code)) != sizeof(code) || code)
			_exit(1);
		close(ends[1]);
		sweep(period_us);
	}
	int fork_errno = errno;

	close(ends[1]);
	ssize_t n = pid > 0 ? read(ends[0], &code, sizeof(code)) : 0;

	close(ends[0]);
	if (pid < 0)
		return err_set(e, fork_errno, "cannot start a process for CPU %u: %s", cpu,
			       strerror(fork_errno));
	if (n == sizeof(code) && !code) {
		*ret = pid;
		return 0;
	}
	waitpid(pid, NULL, 0);
	return err_set(e, code, "cannot pin a process to CPU %u and make it real-time: %s; be root",
		       cpu, strerror(code));
}

int sweeper_end(pid_t pid, struct sweeper_total *total, struct err *e)
{
	struct rusage u;
	int status;

	kill(pid, SIGKILL);
	if (wait4(pid, &status, 0, &u) != pid)
		return err_set(e, errno, "cannot wait for process %d: %m", (int)pid);
	total->cpu_us += (u.ru_utime.tv_sec + u.ru_stime.tv_sec) * 1000000LL + u.ru_utime.tv_usec +
			 u.ru_stime.tv_usec;
	total->wakeups += u.ru_nvcsw;
	if (!WIFSIGNALED(status) || WTERMSIG(status) != SIGKILL)
		return err_set(e, ECHILD, "process %d had ended by itself", (int)pid);
	return 0;
}
