/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <math.h>
#include "stats/lttb.h"

struct bucket {
	size_t first, end;
};

/* Points between the first and the last are spread over @want - 2 buckets; @i counts those. */
static struct bucket bucket_at(size_t i, size_t n, size_t want)
{
	double every = (double)(n - 2) / (double)(want - 2);

	if (i == want - 2)	/* behind the last bucket: the last point */
		return (struct bucket){ n - 1, n };
	return (struct bucket){ 1 + (size_t)((double)i * every),
				1 + (size_t)((double)(i + 1) * every) };
}

/* The point of @b that makes the largest triangle with point @from and the mean of @next. */
static size_t bucket_pick(const double *x, const double *y, struct bucket b, size_t from,
			  struct bucket next)
{
	double mean_x = 0, mean_y = 0, most = -1;
	size_t best = b.first;

	for (size_t i = next.first; i < next.end; i++) {
		mean_x += x[i] / (double)(next.end - next.first);
		mean_y += y[i] / (double)(next.end - next.first);
	}
	for (size_t i = b.first; i < b.end; i++) {
		double area = fabs((x[from] - mean_x) * (y[i] - y[from]) -
				   (x[from] - x[i]) * (mean_y - y[from]));

		if (area > most) {
			most = area;
			best = i;
		}
	}
	return best;
}

size_t lttb_pick(const double *x, const double *y, size_t n, size_t want, size_t *ret)
{
	size_t at = 0;

	if (n <= want) {
		for (; at < n; at++)
			ret[at] = at;
		return n;
	}
	ret[at++] = 0;
	for (size_t i = 0; i < want - 2; i++, at++)
		ret[at] = bucket_pick(x, y, bucket_at(i, n, want), ret[at - 1],
				      bucket_at(i + 1, n, want));
	ret[at++] = n - 1;
	return at;
}
