/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <math.h>
#include "workloads/lib/histogram.h"
#include "workloads/lib/zipf.h"

_Static_assert(ZIPF_BUCKETS_MAX >= HISTOGRAM_BUCKETS, "a bucket for every rank");

#define TWO_TO_64 18446744073709551616.0

/* The sum of 1 / k^theta over k = low + 1 .. low + n, whose terms hardly differ. */
static double bucket_weight(const struct zipf_bucket *b, double theta)
{
	double middle = (double)b->low + ((double)b->n + 1) / 2;

	return (double)b->n * pow(middle, -theta);
}

/* Walker's method: each bucket keeps a part of its share and lends the rest to one other. */
static void aliases_set(struct zipf *z, double *share)
{
	unsigned small[ZIPF_BUCKETS_MAX], large[ZIPF_BUCKETS_MAX], n_small = 0, n_large = 0;

	for (unsigned i = 0; i < z->n; i++) {
		z->buckets[i].keep = UINT64_MAX;
		z->buckets[i].other = i;
		if (share[i] < 1)
			small[n_small++] = i;
		else
			large[n_large++] = i;
	}
	while (n_small && n_large) {
		unsigned s = small[--n_small], l = large[n_large - 1];

		z->buckets[s].keep = (uint64_t)(share[s] * TWO_TO_64);
		z->buckets[s].other = l;
		share[l] -= 1 - share[s];
		if (share[l] < 1) {
			n_large--;
			small[n_small++] = l;
		}
	}
}

void zipf_set(struct zipf *z, uint64_t n, double theta)
{
	double share[ZIPF_BUCKETS_MAX], sum = 0;

	z->n = 0;
	for (unsigned i = 0; i < HISTOGRAM_BUCKETS && histogram_low(i) < n; i++) {
		struct zipf_bucket *b = &z->buckets[z->n];
		uint64_t high = histogram_high(i);

		b->low = histogram_low(i);
		b->n = (high < n ? high : n - 1) - b->low + 1;
		share[z->n] = bucket_weight(b, theta);
		sum += share[z->n++];
	}
	for (unsigned i = 0; i < z->n; i++)
		share[i] *= z->n / sum;
	aliases_set(z, share);
}

uint64_t zipf_draw(const struct zipf *z, struct rng *r)
{
	const struct zipf_bucket *b = &z->buckets[rng_pick(r, z->n)];
	uint64_t x = rng_next(r);

	if (x >= b->keep)
		b = &z->buckets[b->other];
	return b->n == 1 ? b->low : b->low + rng_pick(r, b->n);
}
