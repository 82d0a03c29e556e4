/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include "lib/cleanup.h"
#include "patch/bisect-judge.h"
#include "stats/binomial.h"
#include "stats/signflip.h"
#include "stats/summary.h"

/* By how much each pair is worse: on logarithms for a ratio. */
static int worse_by(const struct bisect_figure *f, const double *base, const double *arm, size_t n,
		    double *ret, struct err *e)
{
	for (size_t i = 0; i < n; i++) {
		if (f->ratio && !(base[i] > 0 && arm[i] > 0))
			return err_set(e, EDOM, "%s is %g against %g: that has no ratio", f->metric,
				       arm[i], base[i]);
		double d = f->ratio ? log(arm[i] / base[i]) : arm[i] - base[i];

		ret[i] = f->more_is_better ? -d : d;
	}
	return 0;
}

/* A margin of 5 % is one of log(1.05) where less is better, of -log(0.95) where more is. */
static double margin_of(const struct bisect_figure *f)
{
	if (!f->ratio)
		return f->margin;
	return f->more_is_better ? -log1p(-f->margin) : log1p(f->margin);
}

double bisect_change(const struct bisect_figure *f, double worse)
{
	double change = f->more_is_better ? -worse : worse;

	return f->ratio ? expm1(change) : change;
}

static enum bisect_mark decide(const struct signflip *above, const struct signflip *below,
			       double line, double alpha, bool last)
{
	if (signflip_p_above(above, line) <= alpha)
		return MARK_BAD;
	if (line > 0 && signflip_p_above(below, -line) <= alpha)
		return MARK_GOOD;
	return last ? MARK_UNDECIDED : MARK_MORE;
}

int bisect_judge_figure(const struct bisect_figure *f, const double *base, const double *arm,
			size_t n, double line, double alpha, size_t look,
			enum bisect_mark *ret, double *ret_worse, struct err *e)
{
	cleanup_free double *d = calloc(2 * n + 1, sizeof(*d));
	cleanup_signflip struct signflip *above = NULL, *below = NULL;

	if (!d)
		return err_set(e, ENOMEM, "out of memory for %zu pairs", n);
	int rc = worse_by(f, base, arm, n, d, e);
	for (size_t i = 0; i < n; i++)
		d[n + i] = -d[i];
	if (!rc)
		rc = signflip_make(d, n, 1, &above, e);
	if (!rc)
		rc = signflip_make(d + n, n, 1, &below, e);
	if (rc)
		return rc;
	bool last = look + 1 == SEQUENTIAL_LOOKS;
	double mean = summary_mean(d, n);

	*ret = decide(above, below, line, sequential_alpha(alpha, look), last);
	if (line <= 0 && *ret == MARK_BAD && mean <= margin_of(f))
		*ret = last ? MARK_UNDECIDED : MARK_MORE;
	*ret_worse = mean;
	return 0;
}

unsigned bisect_clean_boots(unsigned failed, unsigned booted, double alpha)
{
	double often = binomial_lower(failed, booted, alpha / 2);

	return often >= 1 ? 1 : (unsigned)ceil(log(alpha / 2) / log1p(-often));
}

bool bisect_ends_differ(unsigned failed, unsigned n, double alpha)
{
	return failed && fisher_all_on_one_side(failed, n, n) <= alpha;
}
