/* SPDX-License-Identifier: GPL-2.0-or-later */
/* ramrig-sweeper: empties TCG's TLB, so that accessed bits tell the truth; docs/heat.md. */
#include <errno.h>
#include <popt.h>
#include <sched.h>
#include <signal.h>
#include <sys/wait.h>
#include "daemons/lib/group.h"
#include "daemons/lib/journal.h"
#include "daemons/lib/ticker.h"
#include "daemons/sweeper/sweeper-process.h"
#include "lib/cleanup.h"
#include "lib/quantity.h"

#define PERIOD_MIN_US 100
#define STEP_MS	      1000

struct sweepers {
	pid_t pids[CPU_SETSIZE];
	unsigned cpus[CPU_SETSIZE], n;
};

static int options_read(int argc, const char **argv, uint64_t *ret_period_us,
			const char **ret_cgroup, struct err *e)
{
	static char default_period[] = "5ms", default_cgroup[] = "ramrig/sweeper";
	static char *period, *cgroup;
	const struct poptOption options[] = {
		{ "period", '\0', POPT_ARG_STRING | POPT_ARGFLAG_SHOW_DEFAULT, &period, 0,
		  "how long each CPU's process sleeps", "TIME" },
		{ "cgroup-self", '\0', POPT_ARG_STRING | POPT_ARGFLAG_SHOW_DEFAULT, &cgroup, 0,
		  "cgroup that it moves to; empty: stay", "PATH" },
		POPT_AUTOHELP POPT_TABLEEND
	};
	uint64_t ns = 0;

	period = default_period;
	cgroup = default_cgroup;
	poptContext con = poptGetContext("ramrig-sweeper", argc, argv, options, 0);
	int opt = poptGetNextOpt(con), rc = 0;

	if (opt < -1)
		rc = err_set(e, EINVAL, "%s: %s", poptBadOption(con, 0), poptStrerror(opt));
	else if (poptPeekArg(con))
		rc = err_set(e, EINVAL, "'%.80s' is no option", poptPeekArg(con));
	else
		rc = quantity_parse(QUANTITY_LATENCY, period, &ns, e);
	if (!rc && ns < PERIOD_MIN_US * 1000ULL)
		rc = err_set(e, EINVAL, "a --period below %d us leaves no time for others",
			     PERIOD_MIN_US);
	poptFreeContext(con);
	*ret_period_us = ns / 1000;
	*ret_cgroup = cgroup;
	return rc;
}

static int sweepers_start(struct sweepers *s, uint64_t period_us, struct err *e)
{
	cpu_set_t set;
	int rc = 0;

	if (sched_getaffinity(0, sizeof(set), &set))
		return err_set(e, errno, "cannot tell which CPUs there are: %m");
	for (unsigned cpu = 0; cpu < CPU_SETSIZE && !rc; cpu++) {
		if (!CPU_ISSET(cpu, &set))
			continue;
		rc = sweeper_start(cpu, period_us, &s->pids[s->n], e);
		s->cpus[s->n] = cpu;
		s->n += !rc;
	}
	return rc;
}

/* Waits for a signal; a process that ended meanwhile is an error. */
static int wait_for_stop(const struct sweepers *s, struct ticker *t, struct err *e)
{
	for (bool stop = false; !stop;) {
		int rc = ticker_wait(t, &stop, NULL, e);

		if (rc)
			return rc;
		for (unsigned i = 0; i < s->n; i++) {
			siginfo_t info = { 0 };

			waitid(P_PID, (id_t)s->pids[i], &info, WEXITED | WNOHANG | WNOWAIT);
			if (info.si_pid)
				return err_set(e, ECHILD, "the process of CPU %u has ended",
					       s->cpus[i]);
		}
	}
	return 0;
}

static int serve(uint64_t period_us, const char *cgroup, struct err *e)
{
	static struct sweepers s;
	struct sweeper_total total = { 0 };
	struct ticker ticker = TICKER_NONE;
	struct err end;
	json_t *cpus = json_array();
	int rc = group_enter(cgroup, e);

	/* It blocks the signals that end us, in the processes as well: a whole group may be
	 * signalled. */
	if (!rc)
		rc = ticker_open(&ticker, STEP_MS, e);
	if (!rc)
		rc = sweepers_start(&s, period_us, e);
	for (unsigned i = 0; i < s.n; i++)
		json_array_append_new(cpus, json_integer(s.cpus[i]));
	if (!rc) {
		journal_write(stdout, json_pack("{s:s, s:I, s:O, s:s}", "event", "start",
						"period_us", (json_int_t)period_us, "cpus", cpus,
						"cgroup_self", cgroup));
		rc = wait_for_stop(&s, &ticker, e);
	}
	json_decref(cpus);
	for (unsigned i = 0; i < s.n; i++) {
		int end_rc = sweeper_end(s.pids[i], &total, rc ? &end : e);

		rc = rc ? rc : end_rc;
	}
	ticker_close(&ticker);
	if (!rc)
		journal_write(stdout, json_pack("{s:s, s:I, s:I}", "event", "stop", "cpu_us",
						(json_int_t)total.cpu_us, "wakeups",
						(json_int_t)total.wakeups));
	return rc;
}

int main(int argc, const char **argv)
{
	uint64_t period_us;
	const char *cgroup;
	struct err e;

	if (options_read(argc, argv, &period_us, &cgroup, &e)) {
		fprintf(stderr, "ramrig-sweeper: %s\n", e.msg);
		return 2;
	}
	if (!serve(period_us, cgroup, &e))
		return 0;
	fprintf(stderr, "ramrig-sweeper: %s\n", e.msg);
	return 1;
}
