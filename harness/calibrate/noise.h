/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RAMRIG_NOISE_H
#define RAMRIG_NOISE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "lib/err.h"

/*
 * How one figure scatters between boots that are all of one kind: A against A. Pure.
 *
 * Beside what describes the pool of boots, comparisons are drawn anew from it: NOISE_PAIRS
 * boots of either arm at random (fewer where there are not so many, none below 6), paired as they
 * were drawn, labels kept. All share the same boots, so they are dependent: were
 * the two arms' boots by chance unlike, many would alarm at once. They say whether the rig
 * treats the arms alike and how often noise alone would be called a change, not what the test's
 * own level is: that is exact, and checked by simulation (docs/statistics.md).
 */
#define NOISE_REDRAWS 40
#define NOISE_PAIRS 8
#define NOISE_ALPHA 0.05

/*
 * The virtual clock is valid for a figure that scatters no more than this, in one mode, whose
 * redrawn comparisons alarm no more often than the 5 of 40 that chance exceeds once in 70 times
 * were they independent, and none of which is called a change.
 */
#define NOISE_VALID_CV 0.002
#define NOISE_VALID_ALARMS 5

struct noise_pool {
	const double *a, *b;	/* of each pair */
	size_t pairs;
	const double *boots;	/* the same 2 x pairs figures in the order they were measured */
};

struct noise_opts {
	bool ratio;		/* compared by logarithms, so that every figure must be above zero */
	double margin;		/* a fraction for a ratio; NAN: nothing is called a change */
	uint64_t seed;
};

struct noise {
	double mean;
	double cv;		/* of boots; NAN where the mean is 0 */
	double sd;		/* of pairs' differences, of logarithms for a ratio */
	bool bimodal;
	double drift_p;		/* of a trend over the boots (stats/shape.h) */
	double lag1;		/* correlation of a boot with the one before; NAN where all are equal */
	unsigned redraws, redraw_pairs;
	unsigned alarms;	/* of those redrawn, p at most NOISE_ALPHA */
	unsigned called;	/* of these, a change beyond the margin */
};

/* -EINVAL for fewer than 2 pairs, -EDOM for a figure without a logarithm on the ratio scale. */
int noise_measure(const struct noise_pool *pool, const struct noise_opts *o, struct noise *ret,
		  struct err *e);

bool noise_is_valid_virtual(const struct noise *n);

#endif
