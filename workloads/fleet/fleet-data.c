/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <inttypes.h>
#include <sys/mman.h>
#include "workloads/fleet/fleet-data.h"
#include "workloads/fleet/fleet-maps.h"

/* What words of a page differ by. Odd and wide, so that no byte stands still. */
#define STEP 0x9e3779b97f4a7c15ULL

/* The first page of run @set of @n pages in all. */
static uint64_t run_start(const struct data *d, uint64_t n, uint64_t set)
{
	return (uint64_t)((unsigned __int128)n * set / d->config->data_sets);
}

/* The run that page @i of @n lies in: the last one that starts at or before it. */
static uint64_t run_of(const struct data *d, uint64_t n, uint64_t i)
{
	return (uint64_t)(((unsigned __int128)(i + 1) * d->config->data_sets - 1) / n);
}

uint64_t data_place(const struct data *d, bool is_own, uint64_t i)
{
	uint64_t set = run_of(d, is_own ? d->n_own : d->n_shared, i);

	/* Before it lie all runs of the other kind up to its own data set. */
	return i + (is_own ? run_start(d, d->n_shared, set + 1) : run_start(d, d->n_own, set));
}

/* The first word of a page, by which it is known again; @owner 0 is everybody. */
static uint64_t page_base(const struct data *d, uint64_t owner, uint64_t i)
{
	struct rng r = { .state = d->config->seed };

	r.state = rng_next(&r) ^ owner;
	r.state = rng_next(&r) ^ i;
	return rng_next(&r);
}

static void page_fill(uint64_t *words, uint64_t base)
{
	for (size_t w = 0; w < FLEET_WORDS; w++)
		words[w] = base + w * STEP;
}

static int map_failed(uint64_t done, uint64_t sets, const char *what, struct err *e)
{
	int code = errno;
	uint64_t maps, limit;
	struct err ignored;

	/* At the limit mmap() says ENOMEM and madvise() EAGAIN. */
	if ((code == ENOMEM || code == EAGAIN) && !maps_limit("/proc", &limit, &ignored) &&
	    !maps_count("/proc", 0, &maps, &ignored) && maps + 1 >= limit)
		return err_set(e, ENOMEM, "vm.max_map_count of %" PRIu64 " reached: %s failed after "
			       "%" PRIu64 " of %" PRIu64 " data sets, with %" PRIu64 " mappings; opt in "
			       "fewer, raise the limit, or merge by prctl (policy ksm), which cuts none",
			       limit, what, done, sets, maps);
	errno = code;
	if (code == EINVAL)
		return err_set(e, code, "%s failed: this kernel has no KSM", what);
	return err_set(e, code, "%s failed after %" PRIu64 " of %" PRIu64 " data sets: %m", what, done,
		       sets);
}

static int map(uint64_t pages, uint64_t **ret, struct err *e)
{
	void *at = mmap(NULL, pages * FLEET_PAGE, PROT_READ | PROT_WRITE,
			MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	if (at == MAP_FAILED)
		return err_set(e, errno, "cannot map %" PRIu64 " pages: %m", pages);
	/* EINVAL: a kernel without huge pages. */
	if (madvise(at, pages * FLEET_PAGE, MADV_NOHUGEPAGE) && errno != EINVAL)
		return err_set(e, errno, "cannot do without huge pages: madvise: %m");
	*ret = at;
	return 0;
}

static int opt_in(const struct data *d, struct err *e)
{
	uint64_t sets = d->config->data_sets;

	for (uint64_t set = 0; set < sets; set++) {
		uint64_t first = run_start(d, d->n_shared, set);
		uint64_t n = run_start(d, d->n_shared, set + 1) - first;

		if (madvise(d->pages + data_place(d, false, first) * FLEET_WORDS, n * FLEET_PAGE,
			    MADV_MERGEABLE))
			return map_failed(set, sets, "madvise(MADV_MERGEABLE)", e);
	}
	return 0;
}

static uint64_t *page_at(const struct data *d, bool is_own, uint64_t i)
{
	return d->pages + data_place(d, is_own, i) * FLEET_WORDS;
}

static void fill(const struct data *d)
{
	for (uint64_t i = 0; i < d->n_shared; i++)
		page_fill(page_at(d, false, i), page_base(d, 0, i));
	for (uint64_t i = 0; i < d->n_own; i++)
		page_fill(page_at(d, true, i), page_base(d, d->instance + 1, i));
}

int data_load(struct data *ret, const struct fleet_config *c, uint64_t instance, struct err *e)
{
	struct data d = { .config = c, .instance = instance, .n_shared = c->shared / FLEET_PAGE,
			  .n_own = c->own / FLEET_PAGE, .n_sessions = c->session / FLEET_PAGE,
			  .rng = { .state = c->seed + instance } };
	int rc = map(d.n_shared + d.n_own, &d.pages, e);

	if (!rc && d.n_sessions)
		rc = map(d.n_sessions, &d.sessions, e);
	if (!rc && c->merge == MERGE_MADVISE)
		rc = opt_in(&d, e);
	if (rc)
		return rc;
	fill(&d);
	*ret = d;
	return 0;
}

static int page_read(struct data *d, uint64_t *sum, struct err *e)
{
	uint64_t i = rng_below(&d->rng, d->n_shared + d->n_own);
	bool is_own = i >= d->n_shared;

	if (is_own)
		i -= d->n_shared;
	const uint64_t *words = page_at(d, is_own, i);
	uint64_t base = page_base(d, is_own ? d->instance + 1 : 0, i);
	uint64_t w = rng_below(&d->rng, FLEET_WORDS);

	if (words[0] != base || words[w] != base + w * STEP)
		return err_set(e, EIO, "page %" PRIu64 " of instance %" PRIu64 "'s %s data does not "
			       "hold what was written to it", i, d->instance, is_own ? "own" : "shared");
	*sum += words[w];
	return 0;
}

/* A session's page is filled by the first request that comes to it, and marked by each. */
static void session_write(struct data *d)
{
	uint64_t i = d->next_session++ % d->n_sessions;
	uint64_t *words = d->sessions + i * FLEET_WORDS;

	if (!words[1])
		page_fill(words, page_base(d, ~d->instance, i));
	words[0]++;
}

int data_request(struct data *d, uint64_t *ret_sum, struct err *e)
{
	uint64_t sum = 0;
	int rc = 0;

	for (uint64_t i = 0; !rc && i < d->config->touch; i++) {
		rc = page_read(d, &sum, e);
		if (d->n_sessions)
			session_write(d);
	}
	if (!rc)
		*ret_sum = sum;
	return rc;
}
