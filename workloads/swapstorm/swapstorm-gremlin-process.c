/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>
#include "lib/rng.h"
#include "workloads/swapstorm/swapstorm-file.h"
#include "workloads/swapstorm/swapstorm-gremlin.h"

/* Gremlins of processes: cgroups and kills. */

#define CGROUPS_MS 120
#define FREEZER_MS 400
#define FROZEN_MS 80
#define VICTIMS_MS 1500
#define RECLAIM_MIB 8
#define VICTIM_MEMORY "3M"
#define VICTIM_SWAP "2M"
#define VICTIM_PAGES 8192	/* more than both */

static void worker_move(struct storm *s, struct rng *r)
{
	uint64_t w = rng_below(r, s->config->workers);
	pid_t pid = atomic_load(&s->board->seats[w].pid);

	/* It may just have ended, or the cgroup may be about to. */
	if (pid && !group_move(&s->groups, (unsigned)rng_below(r, GROUPS), pid))
		board_count(s->board, COUNT_CGROUP_MOVES, 1);
}

/* Takes what is cold, as a limit would, and what is left in the swap cache. */
static void group_reclaim(struct storm *s, struct rng *r)
{
	char text[16];

	snprintf(text, sizeof(text), "%uM", 1 + (unsigned)rng_below(r, RECLAIM_MIB));
	int rc = group_write(&s->groups, (unsigned)rng_below(r, GROUPS), "memory.reclaim", text);

	if (!rc || rc == -EAGAIN)
		board_count(s->board, COUNT_RECLAIMS, 1);
}

static void group_kill(struct storm *s, struct rng *r)
{
	unsigned i = (unsigned)rng_below(r, GROUPS);
	int rc = group_renew(&s->groups, i, (i + 1) % GROUPS);

	if (!rc)
		board_count(s->board, COUNT_CGROUP_DEATHS, 1);
}

void gremlin_cgroups(struct storm *s, struct rng *r)
{
	while (!gremlin_nap(s, r, CGROUPS_MS)) {
		uint64_t drawn = rng_below(r, 10);

		if (drawn < 5)
			worker_move(s, r);
		else if (drawn < 8)
			group_reclaim(s, r);
		else
			group_kill(s, r);
	}
}

void gremlin_freezer(struct storm *s, struct rng *r)
{
	while (!gremlin_nap(s, r, FREEZER_MS)) {
		unsigned i = (unsigned)rng_below(r, GROUPS);

		if (group_write(&s->groups, i, "cgroup.freeze", "1"))
			continue;
		storm_nap(r, FROZEN_MS);
		/* A cgroup that is another by now is not frozen. */
		group_write(&s->groups, i, "cgroup.freeze", "0");
		board_count(s->board, COUNT_FREEZES, 1);
	}
}

static void victim_check(struct storm *s, const struct page *pages, uint32_t i)
{
	struct page_id id = { OWNER_VICTIM, 0, i, 1 };
	struct page_verdict v = storm_page_check(&pages[i], s->config->seed, &id);

	board_count(s->board, COUNT_PAGES, 1);
	if (v.state != PAGE_GOOD)
		board_corrupt(s->board, "victim", i, "what it wrote", &v);
}

/* Grows until it is killed; what it reads again comes from swap. */
static _Noreturn void victim_run(struct storm *s, struct rng *r)
{
	struct page *pages = mmap(NULL, VICTIM_PAGES * PAGE_BYTES, PROT_READ | PROT_WRITE,
				  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	file_write("/proc/self/oom_score_adj", "1000");
	if (pages == MAP_FAILED || group_write(&s->groups, GROUP_VICTIM, "cgroup.procs", "0"))
		_exit(1);
	for (uint32_t i = 0; i < VICTIM_PAGES; i++) {
		storm_page_fill(&pages[i], s->config->seed,
				&(struct page_id){ OWNER_VICTIM, 0, i, 1 });
		if (!rng_below(r, 4))
			victim_check(s, pages, (uint32_t)rng_below(r, i + 1));
	}
	_exit(0);
}

static void victim_wait(struct storm *s, pid_t pid)
{
	int status;

	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return;
	if (WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL)
		board_count(s->board, COUNT_VICTIMS, 1);
	else
		storm_say("a victim was not killed, but ended with status %#x", status);
}

void gremlin_victims(struct storm *s, struct rng *r)
{
	int rc = group_write(&s->groups, GROUP_VICTIM, "memory.max", VICTIM_MEMORY);

	if (!rc)
		rc = group_write(&s->groups, GROUP_VICTIM, "memory.swap.max", VICTIM_SWAP);
	if (rc) {
		struct err e;

		err_set(&e, -rc, "cannot limit the cgroup of victims: %s", strerror(-rc));
		board_fail(s->board, &e);
		return;
	}
	while (!gremlin_nap(s, r, VICTIMS_MS)) {
		pid_t pid = fork();

		rng_next(r);
		if (!pid)
			victim_run(s, r);
		if (pid > 0)
			victim_wait(s, pid);
	}
}
