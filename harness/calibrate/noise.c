/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include "calibrate/noise.h"
#include "lib/cleanup.h"
#include "lib/rng.h"
#include "stats/shape.h"
#include "stats/signflip.h"
#include "stats/summary.h"

#define PAIRS_LEAST 6	/* below, no p is 0.05 at most */

static double difference(const struct noise_opts *o, double a, double b)
{
	return o->ratio ? log(b / a) : b - a;
}

static double lag1_of(const double *v, size_t n)
{
	double mean = summary_mean(v, n), above = 0, below = 0;

	for (size_t i = 0; i < n; i++) {
		below += (v[i] - mean) * (v[i] - mean);
		if (i)
			above += (v[i] - mean) * (v[i - 1] - mean);
	}
	return below > 0 ? above / below : NAN;
}

/* Puts @take of the @n numbers 0 .. n - 1 that @at holds in front, at random. */
static void draw(struct rng *r, size_t *at, size_t n, size_t take)
{
	for (size_t i = 0; i < take; i++) {
		size_t k = i + rng_below(r, n - i), swap = at[i];

		at[i] = at[k];
		at[k] = swap;
	}
}

static void redraw(const struct noise_pool *p, const struct noise_opts *o, size_t *of_a,
		   size_t *of_b, struct noise *ret)
{
	struct rng r = { o->seed };
	double d[NOISE_PAIRS];

	for (size_t i = 0; i < p->pairs; i++)
		of_a[i] = of_b[i] = i;
	ret->redraw_pairs = p->pairs < NOISE_PAIRS ? (unsigned)p->pairs : NOISE_PAIRS;
	for (; ret->redraws < NOISE_REDRAWS; ret->redraws++) {
		draw(&r, of_a, p->pairs, ret->redraw_pairs);
		draw(&r, of_b, p->pairs, ret->redraw_pairs);
		for (size_t i = 0; i < ret->redraw_pairs; i++)
			d[i] = difference(o, p->a[of_a[i]], p->b[of_b[i]]);
		double mean = summary_mean(d, ret->redraw_pairs);
		double change = o->ratio ? expm1(mean) : mean;

		if (signflip_p_once(d, ret->redraw_pairs, 0) > NOISE_ALPHA)
			continue;
		ret->alarms++;
		ret->called += fabs(change) > o->margin;
	}
}

int noise_measure(const struct noise_pool *p, const struct noise_opts *o, struct noise *ret,
		  struct err *e)
{
	cleanup_free double *d = calloc(p->pairs + 1, sizeof(*d));
	cleanup_free size_t *at = calloc(2 * p->pairs + 1, sizeof(*at));
	struct noise n = { .mean = summary_mean(p->boots, 2 * p->pairs) };

	if (!d || !at)
		return err_set(e, ENOMEM, "out of memory for %zu pairs", p->pairs);
	if (p->pairs < 2)
		return err_set(e, EINVAL, "noise shows from 2 pairs on");
	for (size_t i = 0; i < p->pairs; i++) {
		if (o->ratio && !(p->a[i] > 0 && p->b[i] > 0))
			return err_set(e, EDOM, "%g and %g have no ratio", p->a[i], p->b[i]);
		d[i] = difference(o, p->a[i], p->b[i]);
	}
	n.cv = summary_dev(p->boots, 2 * p->pairs);
	n.sd = summary_sd(d, p->pairs);
	n.bimodal = shape_is_bimodal(p->boots, 2 * p->pairs);
	n.drift_p = shape_drift_p(p->boots, 2 * p->pairs);
	n.lag1 = lag1_of(p->boots, 2 * p->pairs);
	if (p->pairs >= PAIRS_LEAST)
		redraw(p, o, at, at + p->pairs, &n);
	*ret = n;
	return 0;
}

bool noise_is_valid_virtual(const struct noise *n)
{
	return n->cv <= NOISE_VALID_CV && !n->bimodal && n->redraws &&
	       n->alarms <= NOISE_VALID_ALARMS && !n->called;
}
