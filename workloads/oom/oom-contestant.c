/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <linux/futex.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "lib/rng.h"
#include "workloads/oom/oom-arena.h"
#include "workloads/oom/oom-badness.h"

#define CHUNK_PAGES 4096	/* mapped at once; only pages that are written to take memory */

struct heap {
	char *chunk;
	uint64_t pages;
};

/* What compresses to nothing is at the end; KSM merges pages that are alike. */
static void page_fill(char *page, const struct oom_config *c, enum who w, uint64_t n)
{
	bool alike = n % 100 < c->alike;
	struct rng r = { .state = n << 8 | (alike ? WHO_COUNT : (unsigned)w) };
	size_t noise = OOM_PAGE_BYTES * (100 - c->compressible) / 100;

	/* A page that is all zero would be one to swap and to KSM: no such page. */
	for (size_t at = 0; !at || at + 8 <= noise; at += 8) {
		uint64_t word = rng_next(&r);

		memcpy(page + at, &word, sizeof(word));
	}
}

static void page_add(struct heap *h, const struct oom_config *c, enum who w)
{
	uint64_t at = h->pages % CHUNK_PAGES;

	if (!at)
		h->chunk = mmap(NULL, CHUNK_PAGES * OOM_PAGE_BYTES, PROT_READ | PROT_WRITE,
				MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (h->chunk == MAP_FAILED)
		_exit(1);	/* a guest that refuses to overcommit: the referee says so */
	page_fill(h->chunk + at * OOM_PAGE_BYTES, c, w, h->pages++);
}

_Noreturn void contestant_run(const struct arena *a, enum who w)
{
	struct arena_steps *s = a->steps;
	unsigned weight = variant_weight(a->variant, w);
	struct heap h = { 0 };

	for (;;) {
		uint32_t wanted = s->wanted;

		while (h.pages < (uint64_t)wanted * weight)
			page_add(&h, a->config, w);
		s->done[w] = wanted;
		syscall(SYS_futex, &s->wanted, FUTEX_WAIT, wanted, NULL, NULL, 0);
	}
}
