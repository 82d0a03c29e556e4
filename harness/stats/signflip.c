/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include "lib/rng.h"
#include "stats/signflip.h"

/*
 * Test and interval come from one list of numbers.
 *
 * Take theta below the mean of d, so that the observed sum T of (d_i - theta)
 * is positive. Flipping the signs of the pairs in a set S changes the sum to
 * T - 2 sum_S(d_i - theta). That is at least T exactly when the mean of d over
 * S is at most theta, and at most -T exactly when the mean over the rest of
 * the pairs is at most theta. So a flip S (which stands for its mirror image
 * too) adds to the extreme ones as many as there are means of S and of its
 * complement that are at most theta, and with B flips other than "none":
 *
 *	p(theta) = (1 + N(theta)) / (1 + B)
 *
 * where N counts the listed means at or below theta. Exactly, B = 2^(n-1) - 1,
 * and the list is every mean over some but not all pairs; beyond that B random
 * sets and their complements are listed.
 *
 * theta is kept when p > alpha: 1 + N > alpha (1 + B), which is N >= k with
 * k = floor(alpha (1 + B)). So the lowest theta kept is the k-th smallest mean
 * of the list, and there is no lowest when k = 0. Of S and its complement one
 * has a mean at or below the mean of all, so that limit is below the mean, as
 * was assumed. Above the mean everything is mirrored.
 */
struct signflip {
	size_t flips;		/* B */
	double mean;		/* of all pairs */
	double tolerance;	/* means closer than this are tied */
	size_t n;		/* of means: 2 B */
	double means[];
};

static struct signflip *signflip_new(const double *d, size_t n, size_t flips)
{
	struct signflip *s = malloc(sizeof(*s) + 2 * flips * sizeof(*s->means));
	double max = 0, sum = 0;

	if (!s)
		return NULL;
	for (size_t i = 0; i < n; i++) {
		sum += d[i];
		max = fmax(max, fabs(d[i]));
	}
	s->flips = flips;
	s->n = 2 * flips;
	s->mean = sum / n;
	s->tolerance = 1e-9 * max;
	return s;
}

/* Every set but the empty and the full one: its sum is that of a smaller set plus one. */
static void list_all(struct signflip *s, const double *d)
{
	double *sums = s->means;

	/* sums[i] belongs to the set with the bits of i + 1. */
	for (size_t set = 1; set <= s->n; set++) {
		size_t rest = set & (set - 1);

		sums[set - 1] = d[__builtin_ctzl(set)] + (rest ? sums[rest - 1] : 0);
	}
	for (size_t set = 1; set <= s->n; set++)
		s->means[set - 1] /= __builtin_popcountl(set);
}

static void list_random(struct signflip *s, const double *d, size_t n, uint64_t seed)
{
	struct rng rng = { .state = seed };

	for (size_t b = 0; b < s->flips; b++) {
		double in = 0, out = 0;
		size_t n_in = 0;
		uint64_t bits = 0;

		for (size_t i = 0; i < n; i++, bits >>= 1) {
			if (i % 64 == 0)
				bits = rng_next(&rng);
			if (bits & 1) {
				in += d[i];
				n_in++;
			} else {
				out += d[i];
			}
		}
		/* "None" was drawn, which is as extreme as what was seen, at either side. */
		bool none = !n_in || n_in == n;

		s->means[2 * b] = none ? -INFINITY : in / n_in;
		s->means[2 * b + 1] = none ? INFINITY : out / (n - n_in);
	}
}

int signflip_make(const double *d, size_t n, uint64_t seed, struct signflip **ret, struct err *e)
{
	if (!n)
		return err_set(e, EINVAL, "a sign-flip test needs at least one pair");
	for (size_t i = 0; i < n; i++) {
		if (!isfinite(d[i]))
			return err_set(e, EINVAL, "the difference of pair %zu is not finite",
				       i + 1);
	}

	bool exact = n <= SIGNFLIP_EXACT_MAX;
	struct signflip *s =
		signflip_new(d, n, exact ? (1UL << (n - 1)) - 1 : SIGNFLIP_RANDOM);
	if (!s)
		return err_set(e, ENOMEM, "out of memory for the flips of %zu pairs", n);
	if (exact)
		list_all(s, d);
	else
		list_random(s, d, n, seed);
	*ret = s;
	return 0;
}

double signflip_p(const struct signflip *s, double theta)
{
	double side = s->mean - theta;
	size_t extreme = 0;

	if (fabs(side) <= s->tolerance)
		return 1;
	for (size_t i = 0; i < s->n; i++) {
		double beyond = side > 0 ? theta - s->means[i] : s->means[i] - theta;

		extreme += beyond >= -s->tolerance;
	}
	return fmin(1, (1.0 + extreme) / (1.0 + s->flips));
}

#define HALF_MAX (1U << SIGNFLIP_EXACT_MAX / 2)

/* Fills @ret with the sums over all sets of the @n numbers @x, smallest first; returns how many. */
static size_t sums_in_order(const double *x, size_t n, double ret[static HALF_MAX])
{
	double without[HALF_MAX];
	size_t len = 1;

	ret[0] = 0;
	for (size_t i = 0; i < n; i++, len *= 2) {
		size_t a = 0, b = 0;

		memcpy(without, ret, len * sizeof(*ret));
		while (a + b < 2 * len) {
			bool take = b == len || (a < len && without[a] <= without[b] + x[i]);

			ret[a + b] = take ? without[a] : without[b] + x[i];
			*(take ? &a : &b) += 1;
		}
	}
	return len;
}

/* How many sets of the @n numbers @x have a sum of @limit at most. */
static size_t sets_up_to(const double *x, size_t n, double limit)
{
	double a[HALF_MAX], b[HALF_MAX];
	size_t n_a = sums_in_order(x, n / 2, a), n_b = sums_in_order(x + n / 2, n - n / 2, b);
	size_t count = 0;

	for (size_t i = 0; i < n_a; i++) {
		while (n_b && a[i] + b[n_b - 1] > limit)
			n_b--;
		count += n_b;
	}
	return count;
}

/*
 * With T the sum of the (d_i - theta), taken as positive, flipping a set leaves a sum as far
 * out as T where the set's own sum is at most 0 or at least T; sets of the second kind are
 * the complements of those of the first.
 */
double signflip_p_once(const double *d, size_t n, double theta)
{
	double x[SIGNFLIP_EXACT_MAX], sum = 0, max = 0;

	for (size_t i = 0; i < n; i++) {
		sum += d[i];
		max = fmax(max, fabs(d[i]));
	}
	double side = sum / n - theta;

	if (fabs(side) <= 1e-9 * max)
		return 1;
	for (size_t i = 0; i < n; i++)
		x[i] = side > 0 ? d[i] - theta : theta - d[i];
	return fmin(1, ldexp((double)sets_up_to(x, n, 1e-9 * max), 1 - (int)n));
}

double signflip_p_above(const struct signflip *s, double theta)
{
	return s->mean - theta > s->tolerance ? signflip_p(s, theta) / 2 : 1;
}

/* Of fewer values none are looked at beforehand. */
#define SAMPLE_FROM 600

/*
 * Puts the value of rank @k (0 for the smallest) of v[@lo .. @hi] at v[@k]. A sample, chosen around
 * @k and itself partly put in order first, has at v[@k] a value that nearly all others are on one
 * side of (Floyd and Rivest, Communications of the ACM 18:165 and 173, 1975); then the values
 * are parted by it (Hoare's FIND).
 */
static void select_within(double *v, ptrdiff_t lo, ptrdiff_t hi, ptrdiff_t k)
{
	while (lo < hi) {
		if (hi - lo > SAMPLE_FROM) {
			double n = (double)(hi - lo + 1), below = (double)(k - lo + 1);
			double size = 0.5 * exp(2 * log(n) / 3);
			double spread = 0.5 * sqrt(log(n) * size * (n - size) / n) *
					(below < n / 2 ? -1 : 1);
			double from = (double)k - below * size / n + spread;
			double to = (double)k + (n - below) * size / n + spread;

			select_within(v, from > (double)lo ? (ptrdiff_t)from : lo,
				      to < (double)hi ? (ptrdiff_t)to : hi, k);
		}
		double pivot = v[k];
		ptrdiff_t i = lo, j = hi;

		while (i <= j) {
			while (v[i] < pivot)
				i++;
			while (v[j] > pivot)
				j--;
			if (i > j)
				break;
			double swap = v[i];
			v[i++] = v[j];
			v[j--] = swap;
		}
		if (j < k)
			lo = i;
		if (k < i)
			hi = j;
	}
}

static double select_rank(double *v, size_t n, size_t k)
{
	select_within(v, 0, (ptrdiff_t)n - 1, (ptrdiff_t)k);
	return v[k];
}

void signflip_interval(struct signflip *s, double alpha, double *ret_lo, double *ret_hi)
{
	/* A hair more, lest an alpha that is a whole number of flips loses one to rounding. */
	size_t k = (size_t)floor(alpha * (1.0 + s->flips) * (1 + 1e-12));

	*ret_lo = k ? select_rank(s->means, s->n, k - 1) : -INFINITY;
	*ret_hi = k ? select_rank(s->means, s->n, s->n - k) : INFINITY;
}

void signflip_free(struct signflip *s)
{
	free(s);
}
