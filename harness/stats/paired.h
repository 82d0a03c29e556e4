/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RAMRIG_PAIRED_H
#define RAMRIG_PAIRED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "lib/err.h"

/*
 * What @n pairs of figures say about one metric. On the ratio scale changes are
 * fractions of the base (0.05: 5 % more), computed on logarithms, so every
 * value must be above zero; on the difference scale they are in its unit.
 */
struct paired_opts {
	bool ratio;
	double alpha;		/* level of the test; the interval has 1 - alpha */
	size_t family;		/* how many tests alpha is shared by, at least 1 */
	uint64_t seed;		/* of the random flips, where there are too many pairs for all */
};

struct paired {
	double base_median;
	double arm_median;
	double change;		/* the mean over pairs */
	double sd;		/* of the pairs' differences, those of logarithms on the ratio scale; NAN of one */
	double ci[2];		/* infinite where nothing can be excluded */
	double p;		/* two-sided, not adjusted */
	/*
	 * The true change that a test at alpha / family would find with a
	 * chance of 80 %, taking the scatter that was seen for the true one;
	 * INFINITY where so few pairs can find nothing.
	 */
	double mde;
	double drift_p;		/* of a trend of the changes over the pairs' order */
	bool bimodal;		/* the base's or the arm's figures fall into two groups */
};

/*
 * How many pairs find a change of @effect with a chance of 80 % at @alpha / @family, where
 * pairs' differences scatter by @sd, both on the scale of the differences: what mde is, turned
 * round. From 2 on; 0 where PAIRED_NEEDED_MAX are not enough. That the sign-flip test can
 * alarm at all with so few is another question (plan_pairs_needed()).
 */
#define PAIRED_NEEDED_MAX 1000
unsigned paired_needed(double effect, double sd, double alpha, size_t family);

/*
 * Fills @ret from @base and @arm, in the order the pairs were run. -EINVAL
 * without a pair, -EDOM for a value that has no logarithm on the ratio scale.
 */
int paired_analyse(const double *base, const double *arm, size_t n, const struct paired_opts *o,
		   struct paired *ret, struct err *e);

#endif
