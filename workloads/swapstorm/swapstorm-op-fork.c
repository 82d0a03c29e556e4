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

static void child_page_write(struct plot *a, uint64_t i)
{
	storm_page_fill(&a->at[i], a->seed,
		  &(struct page_id){ a->worker | OWNER_CHILD, a->life, (uint32_t)i, 1 });
}

static void child_page_check(struct plot *a, uint64_t i)
{
	struct page_id id = { a->worker | OWNER_CHILD, a->life, (uint32_t)i, 1 };
	struct page_verdict v = storm_page_check(&a->at[i], a->seed, &id);
	char whose[40];

	if (v.state == PAGE_GOOD)
		return;
	snprintf(whose, sizeof(whose), "child of worker %u", a->worker);
	board_corrupt(a->board, whose, i, "what the child wrote", &v);
}

/* A row of pages becomes its own, goes to swap, and comes back. */
static void child_write(struct plot *a)
{
	struct range r = range_draw(a, CHILD_WRITES);

	for (uint64_t i = r.first; i < r.first + r.n; i++)
		child_page_write(a, i);
	if (rng_below(&a->rng, 2))
		plot_advise(a, r, MADV_PAGEOUT);
	storm_nap(&a->rng, MOVES_MS);
	for (uint64_t i = r.first; i < r.first + r.n; i++)
		child_page_check(a, i);
	board_count(a->board, COUNT_PAGES, r.n);
}

/* What the parent writes from now on is nothing to it: it goes by the model as it was. */
static _Noreturn void child_run(struct plot *a, pid_t parent)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(0);
	a->rng.state = ~a->rng.state;
	a->models = a->snapshot;
	for (int i = 0; i < CHILD_READS; i++)
		plot_verify(a, range_draw(a, FEW));
	if (rng_below(&a->rng, 2))
		child_write(a);
	_exit(0);
}

/* Meanwhile the parent changes pages that both have. */
static void parent_run(struct plot *a)
{
	struct range r = range_draw(a, FEW);

	if (rng_below(&a->rng, 2))
		plot_write(a, r);
	plot_advise(a, range_draw(a, MANY), MADV_PAGEOUT);
	plot_verify(a, r);
}

static void child_wait(struct plot *a, pid_t pid)
{
	int status;

	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			plot_die(a, "waitpid");
	if (WIFSIGNALED(status) && WTERMSIG(status) != SIGKILL) {
		errno = EFAULT;
		plot_die(a, "its child died of a signal that nobody sent");
	}
}

bool op_fork(struct plot *a)
{
	pid_t self = getpid();

	if (rng_below(&a->rng, 2))
		plot_advise(a, range_draw(a, MANY), MADV_PAGEOUT);
	memcpy(a->snapshot, a->models, a->pages * sizeof(*a->models));
	pid_t pid = fork();

	if (!pid)
		child_run(a, self);
	/* No memory for it, perhaps because its cgroup is at a limit. */
	if (pid < 0)
		return false;
	parent_run(a);
	child_wait(a, pid);
	plot_verify(a, range_draw(a, FEW));
	return true;
}
