/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include "workloads/swapstorm/swapstorm-plot.h"

#define HUGE_BYTES (2ULL << 20)
#define HUGE_EVERY 3	/* one worker of so many may have huge pages */

_Noreturn void plot_die(struct plot *p, const char *what)
{
	struct err e;

	err_set(&e, errno, "worker %u: %s: %m", p->worker, what);
	board_fail(p->board, &e);
	_exit(1);
}

static struct page *pages_reserve(struct plot *p, uint64_t pages)
{
	size_t bytes = pages * PAGE_BYTES + HUGE_BYTES;
	char *at = mmap(NULL, bytes, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	if (at == MAP_FAILED)
		plot_die(p, "cannot map its pages");
	return (struct page *)(((uintptr_t)at + HUGE_BYTES - 1) / HUGE_BYTES * HUGE_BYTES);
}

/* EINVAL: a kernel without huge pages. */
static void pages_size_choose(struct plot *p)
{
	int advice = p->huge ? MADV_HUGEPAGE : MADV_NOHUGEPAGE;

	if (madvise(p->home, p->pages * PAGE_BYTES, advice) && errno != EINVAL)
		plot_die(p, "cannot choose the size of pages: madvise");
}

void plot_open(struct plot *p, struct board *b, uint32_t worker)
{
	struct seat *seat = &b->seats[worker];

	*p = (struct plot){ .board = b, .worker = worker, .pages = b->config.pages,
			     .seed = b->config.seed, .uffd = -1 };
	p->life = atomic_load(&seat->life);
	p->rng.state = b->config.seed ^ (uint64_t)worker << 32 ^ (uint64_t)p->life << 40;
	p->huge = worker % HUGE_EVERY == HUGE_EVERY - 1;
	p->home = pages_reserve(p, p->pages);
	p->away = pages_reserve(p, p->pages);
	p->at = p->home;
	p->models = b->models + worker * p->pages;
	memset(p->models, 0, p->pages * sizeof(*p->models));
	p->snapshot = calloc(p->pages, sizeof(*p->snapshot));
	p->faults = calloc(p->pages, 1);
	if (!p->snapshot || !p->faults ||
	    mprotect(p->home, p->pages * PAGE_BYTES, PROT_READ | PROT_WRITE))
		plot_die(p, "no memory");
	pages_size_choose(p);
	/*
	 * All parts of a mapping that has a page have its anon_vma. Without, what is moved
	 * away and touched there does not become one with its neighbours again, and mremap(2)
	 * moves one mapping only.
	 */
	plot_write(p, (struct range){ 0, 1 });
}

struct range range_draw(struct plot *p, uint64_t most)
{
	struct range r = { .first = rng_below(&p->rng, p->pages) };
	uint64_t left = p->pages - r.first;

	r.n = 1 + rng_below(&p->rng, most < left ? most : left);
	return r;
}

static void page_blame(struct plot *p, uint64_t i, const struct model *was,
		       const struct page_verdict *found)
{
	char whose[40], expected[40];

	snprintf(whose, sizeof(whose), "%sworker %u",
		 p->models == p->snapshot ? "child of " : "", p->worker);
	model_text(was, expected, sizeof(expected));
	board_corrupt(p->board, whose, i, expected, found);
}

void plot_verify(struct plot *p, struct range r)
{
	for (uint64_t i = r.first; i < r.first + r.n; i++) {
		struct model was = p->models[i];
		struct page_verdict v = model_judge(&p->models[i], &p->at[i], p->seed, p->worker,
						    p->life, (uint32_t)i);

		if (v.state == PAGE_GOOD)
			continue;
		page_blame(p, i, &was, &v);
		/* What was told is taken away, or it would be told for ever. */
		plot_advise(p, (struct range){ i, 1 }, MADV_DONTNEED);
		model_clear(&p->models[i]);
	}
	board_count(p->board, COUNT_PAGES, r.n);
}

void plot_write(struct plot *p, struct range r)
{
	for (uint64_t i = r.first; i < r.first + r.n; i++) {
		model_write(&p->models[i]);
		storm_page_fill(&p->at[i], p->seed,
				&(struct page_id){ p->worker, p->life, (uint32_t)i,
						   p->models[i].version });
	}
}

void plot_zero(struct plot *p, struct range r)
{
	memset(&p->at[r.first], 0, r.n * PAGE_BYTES);
	for (uint64_t i = r.first; i < r.first + r.n; i++)
		model_clear(&p->models[i]);
}

void plot_advise(struct plot *p, struct range r, int advice)
{
	if (madvise(&p->at[r.first], r.n * PAGE_BYTES, advice) && errno != EAGAIN &&
	    errno != EBUSY && errno != EINTR)
		plot_die(p, "madvise");
}
