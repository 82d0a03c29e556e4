/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RAMRIG_BISECT_JUDGE_H
#define RAMRIG_BISECT_JUDGE_H

#include "lib/err.h"
#include "patch/bisect-search.h"
#include "stats/sequential.h"

/*
 * What the boots of one kernel say: is it as the good end or as the bad end?
 * Pure.
 *
 * A figure is judged by pairs with the good end, at the looks of
 * stats/sequential.h. The bad end must be worse than the good one; half of that
 * difference is then the line: a kernel beyond it is bad, one short of it good,
 * and one that cannot be told from the line after the last look is undecided,
 * as where two patches share the regression. Each of these is a one-sided
 * sign-flip test, its alpha spent over the looks.
 *
 * A failure (a crash, a hang, ...) of the bad end is known again by its
 * signature: the hash of the kernel's report, or the outcome where it made none.
 * A kernel that fails so is bad. One that does not is good once it was booted so often
 * that the bad end would have failed: by the lower limit of how often that did.
 */

/* A key metric in one group. */
struct bisect_figure {
	const char *topology, *workload, *metric;
	bool ratio, more_is_better;
	double margin;
};

/* What "worse by @worse" is as a change of the figure: a fraction for a ratio, else in its unit. */
double bisect_change(const struct bisect_figure *f, double worse);

/* What more of a kernel's boots may still decide, too. */
#define MARK_MORE MARK_UNTESTED

/*
 * @base and @arm: the figure in @n pairs, @n being that of @look. For the bad end,
 * @line is 0: MARK_BAD where it is worse, by more than the margin too; *ret_worse
 * is then by how much, to be halved for the other kernels. Never MARK_GOOD then.
 */
int bisect_judge_figure(const struct bisect_figure *f, const double *base, const double *arm,
			size_t n, double line, double alpha, size_t look,
			enum bisect_mark *ret, double *ret_worse, struct err *e);

/*
 * Boots of a kernel that do not fail before it is good, where the bad end failed in
 * @failed of @booted: with a chance of @alpha at most it is bad all the same.
 */
unsigned bisect_clean_boots(unsigned failed, unsigned booted, double alpha);

/* Whether a bad end that failed in @failed of @n boots is told from a good one that never did. */
bool bisect_ends_differ(unsigned failed, unsigned n, double alpha);

#endif
