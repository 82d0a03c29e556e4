/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include "lib/cleanup.h"
#include "stats/paired.h"
#include "stats/shape.h"
#include "stats/signflip.h"
#include "stats/student.h"
#include "stats/summary.h"

#define POWER 0.8

static int differences_take(const double *base, const double *arm, size_t n, bool ratio,
			    double *ret, struct err *e)
{
	for (size_t i = 0; i < n; i++) {
		if (ratio && !(base[i] > 0 && arm[i] > 0))
			return err_set(e, EDOM,
				       "%g against %g has no ratio: both must be above zero",
				       arm[i], base[i]);
		ret[i] = ratio ? log(arm[i] / base[i]) : arm[i] - base[i];
	}
	return 0;
}

/* By how many standard errors a change must be off to be found. */
static double errors_needed(size_t n, double alpha)
{
	return student_quantile(1 - alpha / 2, (unsigned)n - 1) +
	       student_quantile(POWER, (unsigned)n - 1);
}

unsigned paired_needed(double effect, double sd, double alpha, size_t family)
{
	for (unsigned n = 2; n <= PAIRED_NEEDED_MAX; n++) {
		if (errors_needed(n, alpha / family) * sd <= effect * sqrt(n))
			return n;
	}
	return 0;
}

/* On the scale of @d. */
static double mde_of(const double *d, size_t n, const struct paired_opts *o)
{
	double alpha = o->alpha / o->family;

	/* The smallest p of n pairs is 2^(1-n). */
	if (n < 2 || ldexp(1, 1 - (int)n) > alpha)
		return INFINITY;
	return errors_needed(n, alpha) * summary_sd(d, n) / sqrt(n);
}

int paired_analyse(const double *base, const double *arm, size_t n, const struct paired_opts *o,
		   struct paired *ret, struct err *e)
{
	cleanup_free double *d = calloc(n + 1, sizeof(*d));
	cleanup_signflip struct signflip *flips = NULL;
	struct paired r;

	if (!d)
		return err_set(e, ENOMEM, "out of memory for %zu pairs", n);
	int rc = differences_take(base, arm, n, o->ratio, d, e);
	if (!rc)
		rc = signflip_make(d, n, o->seed, &flips, e);
	if (rc)
		return rc;

	r.base_median = summary_median(base, n);
	r.arm_median = summary_median(arm, n);
	r.change = summary_mean(d, n);
	r.sd = summary_sd(d, n);
	r.p = signflip_p(flips, 0);
	r.mde = mde_of(d, n, o);
	r.drift_p = shape_drift_p(d, n);
	r.bimodal = shape_is_bimodal(base, n) || shape_is_bimodal(arm, n);
	signflip_interval(flips, o->alpha, &r.ci[0], &r.ci[1]);
	if (o->ratio) {
		r.change = expm1(r.change);
		r.mde = expm1(r.mde);
		/* Unbounded stays so: -100 % would read as a limit that was found. */
		r.ci[0] = isinf(r.ci[0]) ? r.ci[0] : expm1(r.ci[0]);
		r.ci[1] = expm1(r.ci[1]);
	}
	*ret = r;
	return 0;
}
