/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RAMRIG_RNG_H
#define RAMRIG_RNG_H

#include <stdint.h>

/*
 * SplitMix64 (Steele, Lea, Flood 2014): the one source of chance in plans and
 * simulations, so that a seed gives the same plan on every machine.
 */
struct rng {
	uint64_t state;
};

static inline uint64_t rng_next(struct rng *r)
{
	uint64_t z = r->state += 0x9e3779b97f4a7c15ULL;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9ULL;
	z = (z ^ z >> 27) * 0x94d049bb133111ebULL;
	return z ^ z >> 31;
}

/* Uniform in 0 .. @n - 1, without modulo bias; @n at least 1. */
static inline uint64_t rng_below(struct rng *r, uint64_t n)
{
	uint64_t limit = UINT64_MAX - UINT64_MAX % n, x;

	do {
		x = rng_next(r);
	} while (x >= limit);
	return x % n;
}

#endif
