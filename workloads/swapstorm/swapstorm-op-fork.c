/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>
#include "workloads/swapstorm/swapstorm-op.h"

/*
 * Pages of two processes, in memory or in one slot of swap, until one of them writes.
 */
#define CHILD_READS 4		/* ranges */
#define CHILD_WRITES 32		/* pages */
#define FEW 32
#define MANY 512
#define MOVES_MS 20

static void child_page_write(struct plot *p, uint64_t i)
{
	storm_page_fill(&p->at[i], p->seed,
		  &(struct page_id){ p->worker | OWNER_CHILD, p->life, (uint32_t)i, 1 });
}

static void child_page_check(struct plot *p, uint64_t i)
{
	struct page_id id = { p->worker | OWNER_CHILD, p->life, (uint32_t)i, 1 };
	struct page_verdict v = storm_page_check(&p->at[i], p->seed, &id);
	char whose[40];

	if (v.state == PAGE_GOOD)
		return;
	snprintf(whose, sizeof(whose), "child of worker %u", p->worker);
	board_corrupt(p->board, whose, i, "what the child wrote", &v);
}

/* A row of pages becomes its own, goes to swap, and comes back. */
static void child_write(struct plot *p)
{
	struct range r = range_draw(p, CHILD_WRITES);

	for (uint64_t i = r.first; i < r.first + r.n; i++)
		child_page_write(p, i);
	if (rng_below(&p->rng, 2))
		plot_advise(p, r, MADV_PAGEOUT);
	storm_nap(&p->rng, MOVES_MS);
	for (uint64_t i = r.first; i < r.first + r.n; i++)
		child_page_check(p, i);
	board_count(p->board, COUNT_PAGES, r.n);
}

/* What the parent writes from now on is nothing to it: it goes by the model as it was. */
static _Noreturn void child_run(struct plot *p, pid_t parent)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(0);
	p->rng.state = ~p->rng.state;
	p->models = p->snapshot;
	for (int i = 0; i < CHILD_READS; i++)
		plot_verify(p, range_draw(p, FEW));
	if (rng_below(&p->rng, 2))
		child_write(p);
	_exit(0);
}

/* Meanwhile the parent changes pages that both have. */
static void parent_run(struct plot *p)
{
	struct range r = range_draw(p, FEW);

	if (rng_below(&p->rng, 2))
		plot_write(p, r);
	plot_advise(p, range_draw(p, MANY), MADV_PAGEOUT);
	plot_verify(p, r);
}

static void child_wait(struct plot *p, pid_t pid)
{
	int status;

	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			plot_die(p, "waitpid");
	if (WIFSIGNALED(status) && WTERMSIG(status) != SIGKILL) {
		errno = EFAULT;
		plot_die(p, "its child died of a signal that nobody sent");
	}
}

bool op_fork(struct plot *p)
{
	pid_t self = getpid();

	if (rng_below(&p->rng, 2))
		plot_advise(p, range_draw(p, MANY), MADV_PAGEOUT);
	memcpy(p->snapshot, p->models, p->pages * sizeof(*p->models));
	pid_t pid = fork();

	if (!pid)
		child_run(p, self);
	/* No memory for it, perhaps because its cgroup is at a limit. */
	if (pid < 0)
		return false;
	parent_run(p);
	child_wait(p, pid);
	plot_verify(p, range_draw(p, FEW));
	return true;
}
