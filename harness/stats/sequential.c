/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <math.h>
#include "stats/sequential.h"
#include "stats/student.h"

#define LAST (SEQUENTIAL_LOOKS - 1)

const unsigned sequential_pairs[SEQUENTIAL_LOOKS] = { 8, 12, 16, SEQUENTIAL_PAIRS_MAX };

static double spent(double alpha, size_t looks)
{
	double t = looks ? (double)sequential_pairs[looks - 1] / SEQUENTIAL_PAIRS_MAX : 0;

	return alpha * log1p((M_E - 1) * t);
}

double sequential_alpha(double alpha, size_t look)
{
	return spent(alpha, look + 1) - spent(alpha, look);
}

/* The chance of at most @t under Student's distribution. */
static double student_below(double t, unsigned df)
{
	return 0.5 + copysign(student_within(fabs(t), df), t) / 2;
}

double sequential_prospect(double mean, double sd, size_t n, const double margin[static 2],
			   double alpha, size_t family)
{
	const double all = SEQUENTIAL_PAIRS_MAX, left = all - n;
	double spread = sd * sqrt(left / (n * all)), se = sd / sqrt(all);
	double own = sequential_alpha(alpha, LAST);
	unsigned df = (unsigned)n - 1;

	if (!(spread > 0))
		return 1;
	double beyond = se * student_quantile(1 - own / family / 2, SEQUENTIAL_PAIRS_MAX - 1);
	double half = se * student_quantile(1 - own / 2, SEQUENTIAL_PAIRS_MAX - 1);
	double low = fmin(-beyond, margin[0]), high = fmax(beyond, margin[1]);
	double inside[2] = { margin[0] + half, margin[1] - half };
	double chance = student_below((low - mean) / spread, df) +
			student_below((mean - high) / spread, df);

	if (inside[0] < inside[1])
		chance += student_below((inside[1] - mean) / spread, df) -
			  student_below((inside[0] - mean) / spread, df);
	return chance;
}
