/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <sys/mman.h>
#include <unistd.h>
#include "lib/cleanup.h"
#include "workloads/lib/now.h"
#include "workloads/swapstorm/swapstorm-lack.h"
#include "workloads/swapstorm/swapstorm-oracle.h"
#include "workloads/swapstorm/swapstorm-place.h"

/*
 * In the place of a page that is swapped out the kernel keeps when that was (its shadow),
 * and counts each that comes back and has one: workingset_refault_anon. A move that
 * leaves the shadow behind makes pages look as if they had never been there.
 */
#define PROBE_PAGES 2048
#define LOOK_US 50000
#define MS_NS 1000000LL
#define MOVE_MS 10000
#define ENOUGH(n) ((n) / 10 * 9)

struct probe {
	struct page *pages;
	uint64_t n;
	struct place *out, *now;	/* when they were swapped out, and now */
};

static int probe_open(struct probe *p, struct err *e)
{
	*p = (struct probe){ .n = PROBE_PAGES };
	p->out = calloc(p->n, sizeof(*p->out));
	p->now = calloc(p->n, sizeof(*p->now));
	p->pages = mmap(NULL, p->n * PAGE_BYTES, PROT_READ | PROT_WRITE,
			MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (!p->out || !p->now || p->pages == MAP_FAILED)
		return err_set(e, ENOMEM, "no memory for %" PRIu64 " pages to probe with", p->n);
	madvise(p->pages, p->n * PAGE_BYTES, MADV_NOHUGEPAGE);
	return 0;
}

static void probe_close(struct probe *p)
{
	free(p->out);
	free(p->now);
	munmap(p->pages, p->n * PAGE_BYTES);
}

/* Each run writes anew: a page that is as it is in swap is not written to it again. */
static void probe_write(const struct storm *s, struct probe *p, uint32_t version)
{
	for (uint32_t i = 0; i < p->n; i++)
		storm_page_fill(&p->pages[i], s->config->seed,
			  &(struct page_id){ OWNER_PROBE, 0, i, version });
	madvise(p->pages, p->n * PAGE_BYTES, MADV_PAGEOUT);
}

static void probe_read(struct storm *s, struct probe *p, uint32_t version)
{
	for (uint32_t i = 0; i < p->n; i++) {
		struct page_id id = { OWNER_PROBE, 0, i, version };
		struct page_verdict v = storm_page_check(&p->pages[i], s->config->seed, &id);

		if (v.state != PAGE_GOOD)
			board_corrupt(s->board, "probe", i, "what it wrote", &v);
	}
	board_count(s->board, COUNT_PAGES, p->n);
}

/* Of those that were swapped out, how many are on another device than they were. */
static int moved_count(struct probe *p, uint64_t *ret, struct err *e)
{
	uint64_t n = 0;
	int rc = places_read(p->pages, p->n, p->now, e);

	for (uint64_t i = 0; !rc && i < p->n; i++)
		n += p->out[i].swapped && p->now[i].swapped && p->out[i].type != p->now[i].type;
	if (!rc)
		*ret = n;
	return rc;
}

static int moves_wait(struct probe *p, uint64_t wanted, uint64_t *ret, struct err *e)
{
	int64_t end = now_ns() + MOVE_MS * MS_NS;
	int rc = 0;

	balancer_rage();
	while (!rc && *ret < wanted && now_ns() < end) {
		usleep(LOOK_US);
		rc = moved_count(p, ret, e);
	}
	balancer_off();
	return rc ? rc : moved_count(p, ret, e);
}

/* Nobody moves the probe to another cgroup: what it has in swap is charged to its own. */
static int charge_check(struct storm *s, uint64_t swapped, struct findings *f, struct err *e)
{
	uint64_t charged, lack;
	int rc = group_swap_charged(&s->groups, GROUP_MASTER, &charged, e);

	if (rc)
		return rc;
	lack = charge_lack(swapped, charged);
	if (lack)
		storm_say("charge: the probe has %" PRIu64 " pages in swap, and its cgroup is charged "
			  "for %" PRIu64, swapped, charged);
	f->charge_short += lack;
	return 0;
}

/* Sets *ret_share to NAN where too few pages were swapped out, or moved, to tell. */
static int probe_run(struct storm *s, struct probe *p, bool move, struct findings *f,
		     double *ret_share, struct err *e)
{
	uint32_t version = move ? 2 : 1;
	uint64_t swapped = 0, moved = 0, before, known;

	probe_write(s, p, version);
	int rc = places_read(p->pages, p->n, p->out, e);

	for (uint64_t i = 0; i < p->n; i++)
		swapped += p->out[i].swapped;
	if (!rc && move)
		rc = moves_wait(p, ENOUGH(swapped), &moved, e);
	if (!rc)
		rc = charge_check(s, swapped, f, e);
	if (rc)
		return rc;
	before = refaults_read();
	probe_read(s, p, version);
	known = refaults_read() - before;
	storm_say("shadow: of %" PRIu64 " pages %" PRIu64 " were swapped out, %" PRIu64
		  " of them moved; of %" PRIu64 " the kernel knew when they came back",
		  p->n, swapped, moved, known);
	*ret_share = NAN;
	if (swapped >= p->n / 2 && (!move || moved >= swapped / 2))
		*ret_share = refault_share(known, swapped, move ? moved : swapped);
	return 0;
}

int oracle_shadow(struct storm *s, struct findings *f, struct err *e)
{
	struct probe p;
	int rc = probe_open(&p, e);

	balancer_off();
	f->refault_control = f->refault_moved = NAN;
	if (!rc)
		rc = probe_run(s, &p, false, f, &f->refault_control, e);
	if (!rc && s->has[FEATURE_BALANCER])
		rc = probe_run(s, &p, true, f, &f->refault_moved, e);
	probe_close(&p);
	return rc;
}
