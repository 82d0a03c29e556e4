/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include "lib/cleanup.h"
#include "stats/adjust.h"

struct ranked {
	double p;
	size_t at;	/* where it stands in the caller's array */
};

static int ranked_cmp(const void *a, const void *b)
{
	const struct ranked *x = a, *y = b;

	return (x->p > y->p) - (x->p < y->p);
}

/* Returns the values, smallest first, which the caller frees, or NULL. */
static struct ranked *ranked_new(const double *p, size_t n)
{
	struct ranked *r = malloc((n + 1) * sizeof(*r));

	if (!r)
		return NULL;
	for (size_t i = 0; i < n; i++)
		r[i] = (struct ranked){ p[i], i };
	qsort(r, n, sizeof(*r), ranked_cmp);
	return r;
}

int holm_adjust(const double *p, size_t n, size_t family, double *ret)
{
	cleanup_free struct ranked *r = ranked_new(p, n);
	double so_far = 0;

	if (!r)
		return -ENOMEM;
	for (size_t i = 0; i < n; i++) {
		so_far = fmax(so_far, fmin(1, r[i].p * (family - i)));
		ret[r[i].at] = so_far;
	}
	return 0;
}

int bh_adjust(const double *p, size_t n, double *ret)
{
	cleanup_free struct ranked *r = ranked_new(p, n);
	double so_far = 1;

	if (!r)
		return -ENOMEM;
	for (size_t i = n; i-- > 0;) {
		so_far = fmin(so_far, r[i].p * n / (i + 1));
		ret[r[i].at] = so_far;
	}
	return 0;
}
