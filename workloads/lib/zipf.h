/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RAMRIG_ZIPF_H
#define RAMRIG_ZIPF_H

#include <stdint.h>
#include "lib/rng.h"

/*
 * Ranks 0 .. n - 1 of which rank r is drawn in proportion to 1 / (r + 1)^theta;
 * theta 0 is uniform. A draw is two table look-ups and no floating point, which
 * is what makes it cheap where a translator runs the guest: ranks lie in the
 * buckets of a log-linear histogram, a bucket is drawn by Walker's alias method,
 * and all ranks of one bucket, which differ by at most 1/32 in r, are drawn alike.
 */
struct zipf_bucket {
	uint64_t low, n;	/* its first rank, and how many */
	uint64_t keep;		/* below this of 2^64 the draw stays in this bucket ... */
	unsigned other;		/* ... else it goes to that one */
};

#define ZIPF_BUCKETS_MAX 1920

struct zipf {
	unsigned n;
	struct zipf_bucket buckets[ZIPF_BUCKETS_MAX];
};

/* For @n ranks, at least 1, and @theta from 0 to 8. */
void zipf_set(struct zipf *z, uint64_t n, double theta);

uint64_t zipf_draw(const struct zipf *z, struct rng *r);

/*
 * Uniform in 0 .. @n - 1 without a division, which a translator does slowly. Its
 * bias is below n / 2^64.
 */
static inline uint64_t rng_pick(struct rng *r, uint64_t n)
{
	return (uint64_t)((unsigned __int128)rng_next(r) * n >> 64);
}

#endif
