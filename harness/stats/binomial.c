/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <math.h>
#include "stats/binomial.h"

/* P(X >= k) of n tries with chance p each. */
static double upper_tail(unsigned k, unsigned n, double p)
{
	double sum = 0, term = pow(1 - p, n);

	for (unsigned i = 0; i < k; i++) {
		sum += term;
		term *= p / (1 - p) * (n - i) / (i + 1);
	}
	return 1 - sum;
}

double binomial_lower(unsigned k, unsigned n, double alpha)
{
	double lo = 0, hi = (double)k / n;

	if (!k)
		return 0;
	if (k == n)
		return pow(alpha, 1.0 / n);
	for (int i = 0; i < 60; i++) {
		double mid = (lo + hi) / 2;

		if (upper_tail(k, n, mid) > alpha)
			hi = mid;
		else
			lo = mid;
	}
	return lo;
}

void binomial_wilson(unsigned k, unsigned n, double z, double *ret_lo, double *ret_hi)
{
	double p = (double)k / n, zz = z * z / n;
	double centre = (p + zz / 2) / (1 + zz);
	double half = z * sqrt((p * (1 - p) + zz / 4) / n) / (1 + zz);

	*ret_lo = fmax(0, centre - half);
	*ret_hi = fmin(1, centre + half);
}

/* C(n, k) / C(n + m, k) */
double fisher_all_on_one_side(unsigned k, unsigned n, unsigned m)
{
	double p = 1;

	for (unsigned i = 0; i < k; i++)
		p *= (double)(n - i) / (n + m - i);
	return p;
}
