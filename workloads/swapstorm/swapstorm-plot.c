/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include "workloads/swapstorm/swapstorm-plot.h"

#define HUGE_BYTES (2ULL << 20)
#define HUGE_EVERY 3	/* one worker of so many may have huge pages */

_Noreturn void plot_die(struct plot *a, const char *what)
{
	struct err e;

	err_set(&e, errno, "worker %u: %s: %m", a->worker, what);
	board_fail(a->board, &e);
	_exit(1);
}

static struct page *pages_reserve(struct plot *a, uint64_t pages)
{
	size_t bytes = pages * PAGE_BYTES + HUGE_BYTES;
	char *p = mmap(NULL, bytes, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	if (p == MAP_FAILED)
		plot_die(a, "cannot map its pages");
	return (struct page *)(((uintptr_t)p + HUGE_BYTES - 1) / HUGE_BYTES * HUGE_BYTES);
}

/* EINVAL: a kernel without huge pages. */
static void pages_size_choose(struct plot *a)
{
	int advice = a->huge ? MADV_HUGEPAGE : MADV_NOHUGEPAGE;

	if (madvise(a->home, a->pages * PAGE_BYTES, advice) && errno != EINVAL)
		plot_die(a, "cannot choose the size of pages: madvise");
}

void plot_open(struct plot *a, struct board *b, uint32_t worker)
{
	struct seat *seat = &b->seats[worker];

	*a = (struct plot){ .board = b, .worker = worker, .pages = b->config.pages,
			     .seed = b->config.seed, .uffd = -1 };
	a->life = atomic_load(&seat->life);
	a->rng.state = b->config.seed ^ (uint64_t)worker << 32 ^ (uint64_t)a->life << 40;
	a->huge = worker % HUGE_EVERY == HUGE_EVERY - 1;
	a->home = pages_reserve(a, a->pages);
	a->away = pages_reserve(a, a->pages);
	a->at = a->home;
	a->models = b->models + worker * a->pages;
	memset(a->models, 0, a->pages * sizeof(*a->models));
	a->snapshot = calloc(a->pages, sizeof(*a->snapshot));
	a->faults = calloc(a->pages, 1);
	if (!a->snapshot || !a->faults ||
	    mprotect(a->home, a->pages * PAGE_BYTES, PROT_READ | PROT_WRITE))
		plot_die(a, "no memory");
	pages_size_choose(a);
	/*
	 * All parts of a mapping that has a page have its anon_vma. Without, what is moved
	 * away and touched there does not become one with its neighbours again, and mremap(2)
	 * moves one mapping only.
	 */
	plot_write(a, (struct range){ 0, 1 });
}

struct range range_draw(struct plot *a, uint64_t most)
{
	struct range r = { .first = rng_below(&a->rng, a->pages) };
	uint64_t left = a->pages - r.first;

	r.n = 1 + rng_below(&a->rng, most < left ? most : left);
	return r;
}

static void page_blame(struct plot *a, uint64_t i, const struct model *was,
		       const struct page_verdict *found)
{
	char whose[40], expected[40];

	snprintf(whose, sizeof(whose), "%sworker %u",
		 a->models == a->snapshot ? "child of " : "", a->worker);
	model_text(was, expected, sizeof(expected));
	board_corrupt(a->board, whose, i, expected, found);
}

void plot_verify(struct plot *a, struct range r)
{
	for (uint64_t i = r.first; i < r.first + r.n; i++) {
		struct model was = a->models[i];
		struct page_verdict v = model_judge(&a->models[i], &a->at[i], a->seed, a->worker,
						    a->life, (uint32_t)i);

		if (v.state == PAGE_GOOD)
			continue;
		page_blame(a, i, &was, &v);
		/* What was told is taken away, or it would be told for ever. */
		plot_advise(a, (struct range){ i, 1 }, MADV_DONTNEED);
		model_clear(&a->models[i]);
	}
	board_count(a->board, COUNT_PAGES, r.n);
}

void plot_write(struct plot *a, struct range r)
{
	for (uint64_t i = r.first; i < r.first + r.n; i++) {
		model_write(&a->models[i]);
		storm_page_fill(&a->at[i], a->seed,
			  &(struct page_id){ a->worker, a->life, (uint32_t)i, a->models[i].version });
	}
}

void plot_zero(struct plot *a, struct range r)
{
	memset(&a->at[r.first], 0, r.n * PAGE_BYTES);
	for (uint64_t i = r.first; i < r.first + r.n; i++)
		model_clear(&a->models[i]);
}

void plot_advise(struct plot *a, struct range r, int advice)
{
	if (madvise(&a->at[r.first], r.n * PAGE_BYTES, advice) && errno != EAGAIN &&
	    errno != EBUSY && errno != EINTR)
		plot_die(a, "madvise");
}
