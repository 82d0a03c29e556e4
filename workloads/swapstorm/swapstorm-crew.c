/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>
#include "lib/rng.h"
#include "workloads/lib/now.h"
#include "workloads/swapstorm/swapstorm-file.h"
#include "workloads/swapstorm/swapstorm-worker.h"

#define MS_NS 1000000LL
#define LOOK_US 5000

static int worker_start(struct crew *c, uint32_t worker, struct err *e)
{
	struct seat *seat = &c->board->seats[worker];

	atomic_fetch_add(&seat->life, 1);
	atomic_store(&seat->killed, false);
	atomic_store(&seat->done, atomic_load(&c->board->order));
	pid_t pid = fork();

	if (pid < 0)
		return err_set(e, errno, "cannot start worker %" PRIu32 ": fork: %m", worker);
	if (!pid) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		prctl(PR_SET_NAME, "storm-worker");
		/* Its master's is not to be killed. */
		file_write("/proc/self/oom_score_adj", "0");
		groups_join(c->groups, worker + atomic_load(&seat->life));
		worker_run(c->board, worker);
	}
	atomic_store(&seat->pid, pid);
	return 0;
}

int crew_start(struct crew *c, struct err *e)
{
	int rc = 0;

	for (uint32_t w = 0; !rc && w < c->board->config.workers; w++)
		rc = worker_start(c, w, e);
	return rc;
}

static void death_judge(struct board *b, uint32_t worker, int status)
{
	if (WIFEXITED(status)) {
		board_count(b, COUNT_EXITS, 1);
	} else if (WTERMSIG(status) == SIGKILL) {
		board_count(b, atomic_load(&b->seats[worker].killed) ? COUNT_KILLS :
			       COUNT_OOM_KILLS, 1);
	} else {
		board_count(b, COUNT_CORRUPT, 1);
		storm_say("corrupt: worker %u died of signal %d, which nobody sent", worker,
			  WTERMSIG(status));
	}
}

int crew_reap(struct crew *c, bool anew, struct err *e)
{
	for (uint32_t w = 0; w < c->board->config.workers; w++) {
		pid_t pid = atomic_load(&c->board->seats[w].pid);
		int status, rc = 0;

		if (!pid || waitpid(pid, &status, WNOHANG) != pid)
			continue;
		atomic_store(&c->board->seats[w].pid, 0);
		death_judge(c->board, w, status);
		if (anew && !atomic_load(&c->board->failed))
			rc = worker_start(c, w, e);
		if (rc)
			return rc;
	}
	if (!atomic_load(&c->board->failed))
		return 0;
	*e = c->board->error;
	return -e->code;
}

void crew_kill(struct crew *c, struct rng *r)
{
	struct seat *seat = &c->board->seats[rng_below(r, c->board->config.workers)];
	pid_t pid = atomic_load(&seat->pid);

	if (!pid)
		return;
	atomic_store(&seat->killed, true);
	kill(pid, SIGKILL);
}

static uint32_t crew_waits_for(const struct crew *c, uint32_t order)
{
	for (uint32_t w = 0; w < c->board->config.workers; w++)
		if (atomic_load(&c->board->seats[w].pid) &&
		    (order_what(order) == ORDER_EXIT ||
		     atomic_load(&c->board->seats[w].done) != order))
			return w + 1;
	return 0;
}

int crew_order(struct crew *c, enum order what, struct err *e)
{
	int64_t end = now_ns() + (int64_t)c->board->config.patience * MS_NS;
	uint32_t order = ((atomic_load(&c->board->order) >> 8) + 1) << 8 | what, late;
	int rc = 0;

	atomic_store(&c->board->order, order);
	if (what == ORDER_STORM)
		return 0;
	while (!rc && (late = crew_waits_for(c, order))) {
		usleep(LOOK_US);
		rc = crew_reap(c, false, e);
		if (!rc && now_ns() > end)
			rc = err_set(e, ETIMEDOUT, "worker %" PRIu32 " has not done what it was "
				     "told within %" PRIu64 " ms", late - 1,
				     c->board->config.patience);
	}
	return rc;
}

uint64_t crew_swapped(const struct crew *c)
{
	uint64_t n = 0;

	for (uint32_t w = 0; w < c->board->config.workers; w++)
		if (atomic_load(&c->board->seats[w].pid))
			n += atomic_load(&c->board->seats[w].swapped);
	return n;
}

void crew_end(struct crew *c)
{
	for (uint32_t w = 0; w < c->board->config.workers; w++) {
		pid_t pid = atomic_load(&c->board->seats[w].pid);

		if (!pid)
			continue;
		kill(pid, SIGKILL);
		waitpid(pid, NULL, 0);
		atomic_store(&c->board->seats[w].pid, 0);
	}
}
