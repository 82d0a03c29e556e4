/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <math.h>
#include "stats/changepoint.h"
#include "stats/student.h"
#include "stats/summary.h"

/* Scatter below this part of the values themselves is rounding. */
#define ROUNDING 1e-12

static double squares(const double *v, size_t n, double mean)
{
	double sum = 0;

	for (size_t i = 0; i < n; i++)
		sum += (v[i] - mean) * (v[i] - mean);
	return sum;
}

/* The t of the cut that has @k of the @n values before it; @noise is the scatter of rounding. */
static double cut_t(const double *v, size_t n, size_t k, double noise)
{
	double before = summary_mean(v, k), after = summary_mean(v + k, n - k);
	double within = squares(v, k, before) + squares(v + k, n - k, after);
	double sd = sqrt(within / (double)(n - 2)), step = after - before;

	if (fabs(step) <= noise)
		return 0;
	if (sd <= noise)
		return copysign(INFINITY, step);
	return step / (sd * sqrt(1.0 / (double)k + 1.0 / (double)(n - k)));
}

/* The best cut of one part, which has values enough. */
static struct changepoint part_cut(const double *v, size_t n)
{
	struct changepoint best = { .at = CHANGEPOINT_SEGMENT_MIN, .p = 1 };
	size_t cuts = n - 2 * CHANGEPOINT_SEGMENT_MIN + 1;
	double noise = 0;

	for (size_t i = 0; i < n; i++)
		noise = fmax(noise, ROUNDING * fabs(v[i]));
	for (size_t k = CHANGEPOINT_SEGMENT_MIN; k + CHANGEPOINT_SEGMENT_MIN <= n; k++) {
		double t = cut_t(v, n, k, noise);

		if (fabs(t) > fabs(best.t)) {
			best.at = k;
			best.t = t;
		}
	}
	if (isinf(best.t))
		best.p = 0;
	else
		best.p = fmin(1, (double)cuts *
				 (1 - student_within(fabs(best.t), (unsigned)(n - 2))));
	return best;
}

/* Cuts what lies from @from to @end - 1, the part on the left first. */
static size_t part_find(const double *v, size_t from, size_t end, double alpha,
			struct changepoint *ret)
{
	size_t n = end - from, found;

	if (n < CHANGEPOINT_VALUES_MIN)
		return 0;
	struct changepoint c = part_cut(v + from, n);

	if (!(c.p <= alpha))
		return 0;
	c.at += from;
	found = part_find(v, from, c.at, alpha, ret);
	ret[found] = c;
	return found + 1 + part_find(v, c.at, end, alpha, ret + found + 1);
}

size_t changepoint_find(const double *v, size_t n, double alpha, struct changepoint *ret)
{
	return part_find(v, 0, n, alpha, ret);
}
