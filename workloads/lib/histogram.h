/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RAMRIG_HISTOGRAM_H
#define RAMRIG_HISTOGRAM_H

#include <stdint.h>
#include <stdio.h>

/*
 * Latencies, counted in buckets that grow with the value: each power of two is
 * cut into HISTOGRAM_SUB equal buckets, so that a bucket is never wider than
 * 1/32 of what it holds. Values below 64 have a bucket each. Adding takes a few
 * instructions and no memory; histograms of threads, parts and boots merge by
 * adding their counts, in any order.
 *
 * All zero is an empty histogram. Not locked: one thread, one histogram.
 */
#define HISTOGRAM_SUB_BITS 5
#define HISTOGRAM_SUB (1U << HISTOGRAM_SUB_BITS)
#define HISTOGRAM_BUCKETS ((64 - HISTOGRAM_SUB_BITS + 1) * HISTOGRAM_SUB)

struct histogram {
	uint64_t n;
	uint64_t max;		/* the largest value itself */
	uint64_t counts[HISTOGRAM_BUCKETS];
};

/* The bucket that @value belongs to, and the smallest and largest value of bucket @i. */
unsigned histogram_bucket(uint64_t value);
uint64_t histogram_low(unsigned i);
uint64_t histogram_high(unsigned i);

void histogram_add(struct histogram *h, uint64_t value);
void histogram_merge(struct histogram *into, const struct histogram *from);

/*
 * The value that a share @p (0 to 1) of all values does not exceed, at most
 * 1/32 too large and never above the largest value. 0 for an empty histogram.
 */
uint64_t histogram_percentile(const struct histogram *h, double p);

/* Prints the buckets that are not empty, as [[index, count], ...] in one line. */
void histogram_print(const struct histogram *h, FILE *out);

#endif
