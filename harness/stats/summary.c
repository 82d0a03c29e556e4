/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "lib/cleanup.h"
#include "stats/summary.h"

static int double_cmp(const void *a, const void *b)
{
	const double *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

double summary_quantile(const double *v, size_t n, double q)
{
	cleanup_free double *sorted = malloc((n + 1) * sizeof(*v));

	if (!n || !sorted)
		return NAN;
	memcpy(sorted, v, n * sizeof(*v));
	qsort(sorted, n, sizeof(*sorted), double_cmp);

	double rank = q * (n - 1);
	size_t below = (size_t)rank, above = below + 1 < n ? below + 1 : below;

	return sorted[below] + (rank - below) * (sorted[above] - sorted[below]);
}

double summary_median(const double *v, size_t n)
{
	return summary_quantile(v, n, 0.5);
}

double summary_mean(const double *v, size_t n)
{
	double sum = 0;

	for (size_t i = 0; i < n; i++)
		sum += v[i];
	return n ? sum / n : NAN;
}

double summary_sd(const double *v, size_t n)
{
	double mean = summary_mean(v, n), squares = 0;

	if (n < 2)
		return NAN;
	for (size_t i = 0; i < n; i++)
		squares += (v[i] - mean) * (v[i] - mean);
	return sqrt(squares / (n - 1));
}

double summary_dev(const double *v, size_t n)
{
	double mean = summary_mean(v, n);

	return mean != 0 ? summary_sd(v, n) / fabs(mean) : NAN;
}
