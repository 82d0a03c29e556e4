/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include "lib/cleanup.h"
#include "workloads/coldheap/coldheap-load.h"
#include "workloads/lib/now.h"

#define SECOND_NS 1000000000LL
/* A sleep overshoots by about as much; the rest of a pause is spent looking at the clock. */
#define SLEEP_SLACK_NS 100000

struct worker {
	struct load *load;
	FILE *out;
	struct rng rng;
	uint64_t quota;			/* accesses; 0: until the deadline */
	int64_t begin_ns, deadline_ns;
	double interval_ns;		/* between the beginnings of two accesses; 0: none */
	pthread_t thread;
	struct load_result result;
};

/* One access, drawn. */
struct access {
	enum part part;
	uint64_t page;
	bool is_write;
};

static struct access access_draw(struct worker *w)
{
	const struct config *c = w->load->config;
	const struct layout *l = &w->load->heap->layout;
	uint64_t which = rng_pick(&w->rng, 100), offset;
	struct access a;

	a.part = which < c->hot_rate ? PART_HOT :
		 which < c->hot_rate + c->warm_rate ? PART_WARM : PART_COLD;
	if (a.part == PART_HOT)
		offset = zipf_draw(&w->load->zipf, &w->rng);
	else
		offset = layout_first(l, a.part) + rng_pick(&w->rng, l->n[a.part]);
	a.page = layout_page(l, offset);
	a.is_write = rng_pick(&w->rng, 100) < c->writes;
	return a;
}

/* The time at which access @k should begin; 0 where it need not wait. */
static int64_t access_due(const struct worker *w, uint64_t k)
{
	return w->interval_ns > 0 ? w->begin_ns + (int64_t)((double)k * w->interval_ns) : 0;
}

static void wait_until(int64_t at)
{
	int64_t sleep_to = at - SLEEP_SLACK_NS;

	if (now_ns() < sleep_to) {
		struct timespec t = { sleep_to / SECOND_NS, sleep_to % SECOND_NS };

		clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &t, NULL);
	}
	while (now_ns() < at)
		;
}

/* What follows a timed access: the page is checked and, after a store, made whole again. */
static void access_settle(struct worker *w, const struct access *a, uint16_t old, uint16_t version,
			  uint64_t k)
{
	struct heap *h = w->load->heap;
	uint64_t every = w->load->config->check_every;
	enum page_state state = PAGE_GOOD;

	h->versions[a->page] = version;
	if (every && (every == 1 || k % every == 0))
		state = page_check(&h->pages[a->page], &h->form, a->page, version, old);
	if (state != PAGE_GOOD)
		heap_page_wrong(h, a->page, state, w->out);
	else if (a->is_write)
		page_renew(&h->pages[a->page], &h->form, old, version);
}

/* Makes access @k at @start, or at once where that is 0. Returns when it ended. */
static int64_t access_make(struct worker *w, uint64_t k, int64_t start)
{
	struct heap *h = w->load->heap;
	struct access a = access_draw(w);
	volatile uint64_t *word = &h->pages[a.page].words[PAGE_VERSION];
	pthread_mutex_t *lock = &h->locks[a.page % HEAP_LOCKS];

	if (start)
		wait_until(start);
	if (h->is_shared)
		pthread_mutex_lock(lock);
	uint16_t old = h->versions[a.page], version = a.is_write ? version_next(old) : old;

	if (!start)
		start = now_ns();
	if (a.is_write)
		*word = version;
	else
		(void)*word;
	int64_t end = now_ns();

	access_settle(w, &a, old, version, k);
	if (h->is_shared)
		pthread_mutex_unlock(lock);
	histogram_add(&w->result.latencies[a.part], end > start ? (uint64_t)(end - start) : 0);
	w->result.writes += a.is_write;
	return end;
}

/* Exactly one of the threads makes the access at which the hot set moves on. */
static void count_shift(struct load *l)
{
	uint64_t done = atomic_fetch_add_explicit(&l->done, 1, memory_order_relaxed) + 1;

	if (done % l->config->shift)
		return;
	layout_shift(&l->heap->layout, l->shift_pages);
	atomic_fetch_add(&l->shifts, 1);
}

static void *worker_main(void *arg)
{
	struct worker *w = arg;
	int64_t due = access_due(w, 0), end = 0;
	uint64_t k = 0;

	while (!atomic_load_explicit(&w->load->stop, memory_order_relaxed) &&
	       (w->quota ? k < w->quota : due < w->deadline_ns && end < w->deadline_ns)) {
		end = access_make(w, k++, due);
		if (w->load->config->shift)
			count_shift(w->load);
		due = access_due(w, k);
	}
	if (!w->quota && !w->load->stop)
		wait_until(w->deadline_ns);	/* the pause before the access that is not made */
	w->result.accesses = k;
	return NULL;
}

void load_set(struct load *l, struct heap *h, const struct config *c)
{
	uint64_t step = h->layout.n[PART_HOT] * c->shift_by / 100;

	*l = (struct load){ .heap = h, .config = c, .shift_pages = step ? step : 1 };
	zipf_set(&l->zipf, h->layout.n[PART_HOT], (double)c->zipf / 100);
}

static void result_merge(struct load_result *into, const struct load_result *from)
{
	for (enum part p = 0; p < PART_COUNT; p++)
		histogram_merge(&into->latencies[p], &from->latencies[p]);
	into->accesses += from->accesses;
	into->writes += from->writes;
}

static void worker_set(struct worker *w, struct load *l, unsigned i, uint64_t accesses, FILE *out)
{
	const struct config *c = l->config;
	struct rng seeds = { .state = c->seed + l->runs * 1000003 + i };

	w->load = l;
	w->out = out;
	w->rng.state = rng_next(&seeds);
	w->quota = accesses ? accesses / c->threads + (i < accesses % c->threads) : 0;
	w->interval_ns = c->rate ? (double)c->threads * SECOND_NS / (double)c->rate : 0;
}

int load_run(struct load *l, uint64_t accesses, uint64_t ms, FILE *out, struct load_result *ret,
	     struct err *e)
{
	unsigned n = (unsigned)l->config->threads, started = 0;
	cleanup_free struct worker *workers = NULL;
	int rc = 0;

	if (accesses && accesses < n)
		n = (unsigned)accesses;
	workers = calloc(n, sizeof(*workers));
	if (!workers)
		return err_set(e, ENOMEM, "out of memory for %u threads", n);
	l->runs++;
	int64_t begin = now_ns();

	for (unsigned i = 0; i < n && !rc; i++) {
		struct worker *w = &workers[i];

		worker_set(w, l, i, accesses, out);
		w->deadline_ns = begin + (int64_t)ms * 1000000;
		w->begin_ns = begin + (int64_t)(w->interval_ns * i / n);
		rc = pthread_create(&w->thread, NULL, worker_main, w);
		started += !rc;
	}
	for (unsigned i = 0; i < started; i++) {
		pthread_join(workers[i].thread, NULL);
		result_merge(ret, &workers[i].result);
	}
	ret->elapsed_ns = now_ns() - begin;
	return rc ? err_set(e, rc, "cannot start thread %u of %u: %s", started + 1, n, strerror(rc)) : 0;
}
