/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RAMRIG_TEST_DRAW_H
#define RAMRIG_TEST_DRAW_H

/*
 * Pairs of boots as machines give them, drawn: what a statistic is held against. Figures are
 * shares of what the base has on the average, 1.
 */
#include <math.h>
#include <stddef.h>
#include "lib/rng.h"

enum draw_shape {
	DRAW_NORMAL,
	DRAW_SKEWED,	/* lognormal, shifted and scaled to its CV: skewness 3.7 */
	DRAW_BIMODAL,	/* each boot is in one of two modes, 1.9 CV apart */
	DRAW_DRIFT,	/* normal, and over 20 pairs the host gets faster by 4 CV */
	DRAW_OUTLIERS,	/* normal, and one boot of 20 is slower by 5 CV */
	DRAW_SHAPES
};

static const char *const draw_names[DRAW_SHAPES] = { "normal", "skewed", "bimodal", "drift",
						     "outliers" };

struct draw {
	enum draw_shape shape;
	double cv;	/* of boots */
	double effect;	/* by which share the arm's figure is lower */
};

/* Above 0, at most 1. */
static inline double draw_uniform(struct rng *r)
{
	return (double)((rng_next(r) >> 11) + 1) / 0x1p53;
}

/* Box and Muller. */
static inline double draw_normal(struct rng *r)
{
	double u = draw_uniform(r), v = draw_uniform(r);

	return sqrt(-2 * log(u)) * cos(2 * M_PI * v);
}

/* By how many CV a boot is off, pair @i of it being its place in time. */
static inline double draw_deviation(struct rng *r, enum draw_shape shape, size_t i)
{
	const double sigma = 0.8, mean = exp(sigma * sigma / 2);
	double z = draw_normal(r);

	switch (shape) {
	case DRAW_SKEWED:
		return (exp(sigma * z) - mean) / (mean * sqrt(expm1(sigma * sigma)));
	case DRAW_BIMODAL:
		return (rng_below(r, 2) ? 0.95 : -0.95) + sqrt(1 - 0.95 * 0.95) * z;
	case DRAW_DRIFT:
		return z + 4 * ((double)i / 19 - 0.5);
	case DRAW_OUTLIERS:
		return rng_below(r, 20) ? z : z - 5;
	default:
		return z;
	}
}

/* No figure of a machine is zero. */
static inline double draw_boot(struct rng *r, const struct draw *d, size_t i)
{
	return fmax(0.05, 1 + d->cv * draw_deviation(r, d->shape, i));
}

static inline void draw_pairs(struct rng *r, const struct draw *d, size_t n, double *base,
			      double *arm)
{
	for (size_t i = 0; i < n; i++) {
		base[i] = draw_boot(r, d, i);
		arm[i] = draw_boot(r, d, i) * (1 - d->effect);
	}
}

#endif
