/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <sys/mman.h>
#include <unistd.h>
#include "lib/rng.h"
#include "workloads/swapstorm/swapstorm-gremlin.h"

/*
 * Pages that fill the fast device but for a little room: what workers page out then goes
 * through the same few slots again and again. They are shared memory, which the balancer
 * does not move, and not even meets in a page table, where looking would cost it time.
 */
#define BEFORE_MS 5000
#define LOOK_MS 20
#define STILL_LOOKS 15
#define TIGHT_MS 4000
#define CHUNK 256		/* pages */

/* The balancer takes away what the workers have on the fast device, as far as it can be moved. */
static void balancer_drain(struct storm *s)
{
	const char *path = storm_fast(s)->path;
	uint64_t least = swap_used(path);
	unsigned still = 0;

	atomic_store(&s->board->drain, true);
	while (still < STILL_LOOKS && !gremlin_wait(s, LOOK_MS)) {
		uint64_t used = swap_used(path);

		still = used < least ? 0 : still + 1;
		least = used;
	}
}

/* The workers rest, and so does the balancer, when it has done that. */
static bool balancer_hold(struct storm *s)
{
	atomic_store(&s->board->pause, true);
	if (!s->has[FEATURE_BALANCER])
		return !atomic_load(&s->board->stop);
	balancer_drain(s);
	atomic_store(&s->board->hold, true);
	while (!atomic_load(&s->board->held) && !gremlin_wait(s, 1))
		continue;
	return !atomic_load(&s->board->stop);
}

static void balancer_release(struct storm *s)
{
	atomic_store(&s->board->drain, false);
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

static void ballast_lay(struct storm *s)
{
	size_t bytes = storm_fast(s)->pages * PAGE_BYTES;
	struct page *pages = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
				  MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	uint64_t n = 0;

	if (pages == MAP_FAILED)
		return;
	if (balancer_hold(s))
		n = ballast_fill(s, pages);
	balancer_release(s);
	if (n) {
		gremlin_wait(s, TIGHT_MS);
		board_count(s->board, COUNT_BALLASTS, 1);
	}
	atomic_store(&s->board->tight, false);
	ballast_check(s, pages, n);
	munmap(pages, bytes);
}

/* A device that is being turned off takes no pages, and the balancer has nothing to do. */
void gremlin_ballast(struct storm *s, struct rng *r)
{
	while (!gremlin_nap(s, r, BEFORE_MS)) {
		while (atomic_load(&s->board->swapping) && !gremlin_wait(s, LOOK_MS))
			continue;
		atomic_store(&s->board->tight, true);
		ballast_lay(s);
	}
}
