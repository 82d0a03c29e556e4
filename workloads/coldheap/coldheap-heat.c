/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <time.h>
#include "lib/cleanup.h"
#include "workloads/coldheap/coldheap-heat.h"
#include "workloads/coldheap/coldheap-source.h"
#include "workloads/lib/now.h"

#define MS_NS	1000000LL
#define LOAD_MS (24 * 3600 * 1000ULL) /* longer than any run; it is stopped */

struct heat {
	struct load *load;
	FILE *out;
	struct score_region *regions; /* SOURCE_REGIONS_MAX */
	struct score damon;	      /* the sum of looks */
	uint64_t looks, n_regions;    /* the same */
	double lag_s;		      /* NaN: not found again */
	struct score lru;
};

/*
 * The load of the background. It is one run from beginning to end: threads that come and go
 * change the address space, which empties TLBs and so would help along what is scored.
 */
struct background {
	struct load *load;
	FILE *out;
	struct load_result result;
	pthread_t thread;
	int rc;
	struct err err;
};

static void *background_main(void *arg)
{
	struct background *b = arg;

	b->rc = load_run(b->load, 0, LOAD_MS, b->out, &b->result, &b->err);
	return NULL;
}

static void sleep_until(int64_t at_ns)
{
	struct timespec t = { at_ns / (1000 * MS_NS), at_ns % (1000 * MS_NS) };

	clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &t, NULL);
}

/* One look at DAMON, told as part @part of the run. */
static int look(struct heat *h, unsigned part, int64_t since_ns, struct score *ret, size_t *ret_n,
		struct err *e)
{
	int rc = source_damon_read(h->regions, ret_n, e);

	if (!rc)
		rc = source_damon_score(h->load->heap, h->regions, *ret_n, ret, e);
	if (!rc)
		fprintf(h->out,
			"look %u after %.1f s: %zu regions; pages hot %" PRIu64 ", found %" PRIu64
			", both %" PRIu64 "\n",
			part, (double)(now_ns() - since_ns) / 1e9, *ret_n, ret->hot, ret->found,
			ret->both);
	return rc;
}

static int damon_watch(struct heat *h, int64_t begin_ns, int64_t observe_ns, struct err *e)
{
	int rc = 0;

	for (int64_t at = begin_ns; at < begin_ns + observe_ns && !rc;) {
		struct score s;
		size_t n;

		rc = look(h, 1, begin_ns, &s, &n, e);
		if (!rc && at >= begin_ns + observe_ns / 2) {
			h->damon.hot += s.hot;
			h->damon.found += s.found;
			h->damon.both += s.both;
			h->n_regions += n;
			h->looks++;
		}
		at = now_ns() > at + HEAT_LOOK_MS * MS_NS ? now_ns() : at + HEAT_LOOK_MS * MS_NS;
		sleep_until(at);
	}
	return rc;
}

static int damon_follow(struct heat *h, int64_t observe_ns, struct err *e)
{
	int64_t begin = now_ns();
	int rc = 0;

	layout_shift(&h->load->heap->layout, h->load->shift_pages);
	for (int64_t at = begin; isnan(h->lag_s) && at < begin + observe_ns && !rc;) {
		struct score s;
		size_t n;

		at += HEAT_LOOK_MS * MS_NS;
		sleep_until(at);
		rc = look(h, 2, begin, &s, &n, e);
		if (!rc && score_passes(&s))
			h->lag_s = (double)(now_ns() - begin) / 1e9;
		at = now_ns() > at ? now_ns() : at;
	}
	return rc;
}

static int lru_watch(struct heat *h, int64_t observe_ns, struct err *e)
{
	struct score_lru first, second, last;
	uint64_t hot = h->load->heap->layout.n[PART_HOT];
	int rc = source_lru_read(&first, e);

	if (!rc)
		rc = source_lru_age(&first, e);
	if (!rc)
		rc = source_lru_read(&second, e);
	if (rc)
		return rc;
	sleep_until(now_ns() + observe_ns);
	rc = source_lru_age(&second, e);
	if (!rc)
		rc = source_lru_read(&last, e);
	if (rc)
		return rc;
	h->lru = score_of_count(hot, score_lru_young(&second, &last));
	fprintf(h->out, "MGLRU: pages hot %" PRIu64 ", young %" PRIu64 "\n", hot, h->lru.found);
	return 0;
}

/* A source that is not there has no figures, and says why. */
static int passed_over(int rc, FILE *out, struct err *e)
{
	if (rc == -ENOENT)
		fprintf(out, "left out: %s\n", e->msg);
	return rc == -ENOENT ? 0 : rc;
}

static int sources_watch(struct heat *h, int64_t observe_ns, struct err *e)
{
	int rc = damon_watch(h, now_ns(), observe_ns, e);

	if (!rc)
		rc = damon_follow(h, observe_ns, e);
	rc = passed_over(rc, h->out, e);
	return rc ? rc : passed_over(lru_watch(h, observe_ns, e), h->out, e);
}

static void figure_print(const char *name, double value, FILE *out)
{
	if (isnan(value))
		fprintf(out, "\"%s\": null, ", name);
	else
		fprintf(out, "\"%s\": %.6f, ", name, value);
}

static void figures_print(const struct heat *h, const struct load_result *r, FILE *out)
{
	fputc('{', out);
	figure_print("damon_precision", score_precision(&h->damon), out);
	figure_print("damon_recall", score_recall(&h->damon), out);
	figure_print("damon_lag", h->lag_s, out);
	figure_print("damon_regions", h->looks ? (double)h->n_regions / (double)h->looks : NAN,
		     out);
	figure_print("mglru_precision", score_precision(&h->lru), out);
	figure_print("mglru_recall", score_recall(&h->lru), out);
	fprintf(out, "\"accesses_per_s\": %.3f}\n",
		r->elapsed_ns ? (double)r->accesses * 1e9 / (double)r->elapsed_ns : 0.0);
}

int heat_run(struct load *l, uint64_t observe_ms, FILE *out, struct err *e)
{
	static struct background b;
	cleanup_free struct score_region *regions = calloc(SOURCE_REGIONS_MAX, sizeof(*regions));
	struct heat h = { .load = l, .out = out, .regions = regions, .lag_s = NAN };

	if (!regions)
		return err_set(e, ENOMEM, "out of memory for DAMON's regions");
	b = (struct background){ .load = l, .out = out };
	l->stop = false;
	int rc = pthread_create(&b.thread, NULL, background_main, &b);

	if (rc)
		return err_set(e, rc, "cannot start the load");
	rc = sources_watch(&h, (int64_t)observe_ms * MS_NS, e);
	l->stop = true;
	pthread_join(b.thread, NULL);
	l->stop = false;
	if (!rc && b.rc) {
		*e = b.err;
		rc = b.rc;
	}
	if (!rc)
		figures_print(&h, &b.result, out);
	return rc;
}
