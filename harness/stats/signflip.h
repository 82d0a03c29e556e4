/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RAMRIG_SIGNFLIP_H
#define RAMRIG_SIGNFLIP_H

#include <stddef.h>
#include <stdint.h>
#include "lib/err.h"

/*
 * The two-sided sign-flip (randomisation) test of paired differences, with
 * their sum as statistic, and the interval that is the inversion of that same
 * test.
 *
 * It assumes only that, were there no effect, each pair's difference would be
 * as likely to have come out with the other sign. Up to SIGNFLIP_EXACT_MAX
 * pairs every flip is counted and p is exact; above, SIGNFLIP_RANDOM flips are
 * drawn from the seed, and p is (1 + those as extreme) / (1 + all): never too
 * small.
 */
#define SIGNFLIP_EXACT_MAX 20
#define SIGNFLIP_RANDOM (1UL << 20)

struct signflip;

/*
 * Prepares the flips of @n differences @d (finite, n at least 1).
 * The caller frees *ret with signflip_free().
 */
int signflip_make(const double *d, size_t n, uint64_t seed, struct signflip **ret,
		  struct err *e);

/* p of the hypothesis that the true difference is @theta. Ties count as extreme. */
double signflip_p(const struct signflip *s, double theta);

/*
 * The same p, without a list of the flips: for one hypothesis it is quicker by far. @d is
 * finite, @n from 1 to SIGNFLIP_EXACT_MAX. The sums over the sets of either half of the pairs
 * are put in order, and those that two halves make are counted, not made (Horowitz and
 * Sahni, Journal of the ACM 21:277, 1974).
 */
double signflip_p_once(const double *d, size_t n, double theta);

/*
 * One-sided p of the hypothesis that the true difference is at most @theta;
 * half of the two-sided one above it, as each flip has its mirror image, and 1
 * where the mean is not above @theta.
 */
double signflip_p_above(const struct signflip *s, double theta);

/*
 * The closed interval of all theta with p(theta) > @alpha (at most 0.5).
 * Without enough pairs to reject anything it is -INFINITY to INFINITY.
 */
void signflip_interval(struct signflip *s, double alpha, double *ret_lo, double *ret_hi);

void signflip_free(struct signflip *s);	/* NULL is fine */

static inline void signflip_freep(struct signflip **s)
{
	signflip_free(*s);
}
#define cleanup_signflip __attribute__((cleanup(signflip_freep)))

#endif
