/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>
#include "lib/rng.h"
#include "workloads/swapstorm/swapstorm-gremlin.h"

/*
 * Pages that fill the fast device but for a little room, and belong to two processes,
 * so that the balancer cannot move them: what workers page out then goes through the same
 * few slots again and again.
 */
#define BEFORE_MS 3000
#define DRAIN_MS 400
#define TIGHT_MS 5000
#define CHUNK 256		/* pages */
#define LOOK_US 2000

/* The workers rest, and so does the balancer, once it has taken away what is theirs. */
static bool balancer_hold(struct storm *s)
{
	atomic_store(&s->board->pause, true);
	if (!s->has[FEATURE_BALANCER])
		return !atomic_load(&s->board->stop);
	usleep(DRAIN_MS * 1000);
	atomic_store(&s->board->hold, true);
	while (!atomic_load(&s->board->held) && !atomic_load(&s->board->stop))
		usleep(LOOK_US);
	return !atomic_load(&s->board->stop);
}

static void balancer_release(struct storm *s)
{
	atomic_store(&s->board->hold, false);
	atomic_store(&s->board->pause, false);
}

static uint64_t ballast_fill(struct storm *s, struct page *pages)
{
	const struct swap_device *fast = storm_fast(s);
	uint64_t n = 0;

	while (n + CHUNK <= fast->pages && swap_used(fast->path) + s->config->room < fast->pages) {
		for (uint64_t i = n; i < n + CHUNK; i++)
			storm_page_fill(&pages[i], s->config->seed,
				  &(struct page_id){ OWNER_BALLAST, 0, (uint32_t)i, 1 });
		madvise(&pages[n], CHUNK * PAGE_BYTES, MADV_PAGEOUT);
		n += CHUNK;
	}
	return n;
}

static void ballast_check(struct storm *s, const struct page *pages, uint64_t n)
{
	for (uint64_t i = 0; i < n; i++) {
		struct page_id id = { OWNER_BALLAST, 0, (uint32_t)i, 1 };
		struct page_verdict v = storm_page_check(&pages[i], s->config->seed, &id);

		if (v.state != PAGE_GOOD)
			board_corrupt(s->board, "ballast", i, "what it wrote", &v);
	}
	board_count(s->board, COUNT_PAGES, n);
}

/* The other owner. */
static pid_t twin_start(void)
{
	pid_t pid = fork();

	if (!pid) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		for (;;)
			pause();
	}
	return pid;
}

static void ballast_lay(struct storm *s)
{
	size_t bytes = storm_fast(s)->pages * PAGE_BYTES;
	struct page *pages = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
				  MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	uint64_t n = 0;

	if (pages == MAP_FAILED)
		return;
	atomic_store(&s->board->tight, true);
	if (balancer_hold(s))
		n = ballast_fill(s, pages);
	pid_t twin = n ? twin_start() : -1;

	balancer_release(s);
	if (twin > 0) {
		gremlin_wait(s, TIGHT_MS);
		kill(twin, SIGKILL);
		waitpid(twin, NULL, 0);
		board_count(s->board, COUNT_BALLASTS, 1);
	}
	atomic_store(&s->board->tight, false);
	ballast_check(s, pages, n);
	munmap(pages, bytes);
}

void gremlin_ballast(struct storm *s, struct rng *r)
{
	while (!gremlin_nap(s, r, BEFORE_MS))
		ballast_lay(s);
}
