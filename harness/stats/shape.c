/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "lib/cleanup.h"
#include "stats/shape.h"

#define EXACT_MAX 60

/* Chance that a random order of @n values has at most @inversions pairs out of order. */
static double inversions_chance(size_t n, size_t inversions)
{
	size_t most = n * (n - 1) / 2;
	cleanup_free double *now = calloc(2 * (most + 1), sizeof(*now));

	if (!now)
		return 1;
	double *before = now + most + 1, sum = 0;

	/* The m-th value adds 0 .. m - 1 inversions, each as likely. */
	now[0] = 1;
	for (size_t m = 2; m <= n; m++) {
		double window = 0;

		memcpy(before, now, (most + 1) * sizeof(*now));
		for (size_t k = 0; k <= most; k++) {
			window += before[k] - (k >= m ? before[k - m] : 0);
			now[k] = window / m;
		}
	}
	for (size_t k = 0; k <= inversions; k++)
		sum += now[k];
	return sum;
}

double shape_drift_p(const double *v, size_t n)
{
	long s = 0, most = (long)(n * (n - 1) / 2);

	if (n < 4)
		return 1;
	for (size_t i = 0; i < n; i++) {
		for (size_t j = i + 1; j < n; j++)
			s += (v[j] > v[i]) - (v[j] < v[i]);
	}
	if (!s)
		return 1;
	if (n <= EXACT_MAX)
		return fmin(1, 2 * inversions_chance(n, (size_t)(most - labs(s) + 1) / 2));
	return erfc((labs(s) - 1) / sqrt(n * (n - 1.0) * (2.0 * n + 5) / 18) * M_SQRT1_2);
}

static int double_cmp(const void *a, const void *b)
{
	const double *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

static double squares_within(const double *v, size_t n)
{
	double mean = 0, sum = 0;

	for (size_t i = 0; i < n; i++)
		mean += v[i] / n;
	for (size_t i = 0; i < n; i++)
		sum += (v[i] - mean) * (v[i] - mean);
	return sum;
}

bool shape_is_bimodal(const double *v, size_t n)
{
	cleanup_free double *sorted = malloc((n + 1) * sizeof(*v));
	size_t least = (n + 4) / 5 < 2 ? 2 : (n + 4) / 5;

	if (n < 6 || !sorted)
		return false;
	memcpy(sorted, v, n * sizeof(*v));
	qsort(sorted, n, sizeof(*sorted), double_cmp);

	double all = squares_within(sorted, n);
	double size = fmax(fabs(sorted[0]), fabs(sorted[n - 1]));

	/* Values that differ by rounding alone are one group. */
	if (all <= n * (1e-9 * size) * (1e-9 * size))
		return false;
	for (size_t cut = least; cut <= n - least; cut++) {
		double within = squares_within(sorted, cut) +
				squares_within(sorted + cut, n - cut);

		if (within <= SHAPE_WITHIN * all)
			return true;
	}
	return false;
}
