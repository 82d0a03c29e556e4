/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <inttypes.h>
#include "workloads/lib/histogram.h"

/* Of a value with its highest bit at HISTOGRAM_SUB_BITS + shift, these bits choose the bucket. */
unsigned histogram_bucket(uint64_t value)
{
	if (value < 2 * HISTOGRAM_SUB)
		return (unsigned)value;
	unsigned shift = 63U - (unsigned)__builtin_clzll(value) - HISTOGRAM_SUB_BITS;

	return shift * HISTOGRAM_SUB + (unsigned)(value >> shift);
}

uint64_t histogram_low(unsigned i)
{
	if (i < 2 * HISTOGRAM_SUB)
		return i;
	unsigned shift = i / HISTOGRAM_SUB - 1;

	return (uint64_t)(i % HISTOGRAM_SUB + HISTOGRAM_SUB) << shift;
}

uint64_t histogram_high(unsigned i)
{
	return i + 1 < HISTOGRAM_BUCKETS ? histogram_low(i + 1) - 1 : UINT64_MAX;
}

void histogram_add(struct histogram *h, uint64_t value)
{
	h->counts[histogram_bucket(value)]++;
	h->n++;
	if (value > h->max)
		h->max = value;
}

void histogram_merge(struct histogram *into, const struct histogram *from)
{
	for (unsigned i = 0; i < HISTOGRAM_BUCKETS; i++)
		into->counts[i] += from->counts[i];
	into->n += from->n;
	if (from->max > into->max)
		into->max = from->max;
}

uint64_t histogram_percentile(const struct histogram *h, double p)
{
	uint64_t seen = 0, rank = (uint64_t)(p * (double)h->n);

	/* The rank-th smallest, counted from 1, rounded up. */
	if ((double)rank < p * (double)h->n || !rank)
		rank++;
	for (unsigned i = 0; i < HISTOGRAM_BUCKETS; i++) {
		seen += h->counts[i];
		if (seen >= rank)
			return histogram_high(i) < h->max ? histogram_high(i) : h->max;
	}
	return h->max;
}

void histogram_print(const struct histogram *h, FILE *out)
{
	const char *comma = "";

	fputc('[', out);
	for (unsigned i = 0; i < HISTOGRAM_BUCKETS; i++) {
		if (!h->counts[i])
			continue;
		fprintf(out, "%s[%u, %" PRIu64 "]", comma, i, h->counts[i]);
		comma = ", ";
	}
	fputc(']', out);
}
