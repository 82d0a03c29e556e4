/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <math.h>
#include "stats/student.h"

double student_within(double t, unsigned df)
{
	double angle = atan(t / sqrt(df)), c = cos(angle);
	double term = df % 2 ? c : 1, sum = 0;

	/* Each term is the one before times (j - 1) / j cos^2. */
	for (unsigned j = df % 2 ? 3 : 2; j <= df; j += 2) {
		sum += term;
		term *= c * c * (j - 1) / j;
	}
	if (df % 2)
		return M_2_PI * (angle + sin(angle) * sum);
	return sin(angle) * sum;
}

double student_quantile(double p, unsigned df)
{
	double within = fabs(2 * p - 1), lo = 0, hi = M_PI_2;

	/* In the angle the range is finite; 60 halvings use up a double. */
	for (int i = 0; i < 60; i++) {
		double mid = (lo + hi) / 2;

		if (student_within(tan(mid) * sqrt(df), df) < within)
			lo = mid;
		else
			hi = mid;
	}
	return copysign(tan(lo) * sqrt(df), p - 0.5);
}
