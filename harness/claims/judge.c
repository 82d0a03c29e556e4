/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <math.h>
#include "claims/judge.h"
#include "stats/student.h"

#define Z_975 1.959963984540054
#define Z_80  0.8416212335729143

const struct outcome_info claim_verdict_table[CLAIM_VERDICTS] = {
	[CLAIM_REPRODUCED] = { "reproduced",
			       "the whole interval lies about what is stated, its uncertainty and "
			       "the tolerance",
			       EXIT_WELL },
	[CLAIM_CONTRADICTED] = { "contradicted", "the whole interval lies outside", EXIT_FINDING },
	[CLAIM_INCONCLUSIVE] = { "inconclusive",
				 "neither, or not measured, or the vendor's own scatter leaves "
				 "nothing to confirm",
				 EXIT_WELL },
	[CLAIM_NOT_TESTABLE] = { "not-testable-here",
				 "a policy did not act, or it takes what this host, or anybody, "
				 "does not have",
				 EXIT_WELL },
};

void claim_print_reference(FILE *out)
{
	fputs("| verdict | when | exit code |\n| --- | --- | --- |\n", out);
	for (int v = 0; v < CLAIM_VERDICTS; v++)
		fprintf(out, "| `%s` | %s | %d |\n", claim_verdict_table[v].name,
			claim_verdict_table[v].meaning, claim_verdict_table[v].exit);
}

/*
 * Ratios are judged by their logarithms: as much too high is as far as so much too low, and
 * nothing is less than nothing.
 */
static double to_scale(bool ratio, double change)
{
	return ratio ? log1p(fmax(change, -1)) : change;
}

static double from_scale(bool ratio, double v)
{
	return ratio ? expm1(v) : v;
}

static bool has_scatter(const struct claim_stated *s)
{
	return s->ratio && s->low == s->high && isfinite(s->base_dev) && isfinite(s->arm_dev);
}

/* Half the width of the vendor's own interval, on the log scale. */
static double vendor_half(const struct claim_stated *s)
{
	bool said = s->runs >= 2;
	unsigned runs = said ? s->runs : 2;
	double t = said ? student_quantile(0.975, 2 * runs - 2) : Z_975;

	if (!has_scatter(s))
		return 0;
	return t * hypot(s->base_dev, s->arm_dev) / sqrt(runs);
}

static double runs_needed(const struct claim_stated *s)
{
	double change = fmax(fabs(s->low), s->tolerance);
	double sd = hypot(s->base_dev, s->arm_dev * (1 + s->low));

	if (!has_scatter(s))
		return NAN;
	return fmax(2, ceil(pow((Z_975 + Z_80) * sd / change, 2)));
}

void claim_band(const struct claim_stated *s, struct claim_band *ret)
{
	double half = vendor_half(s), tolerance = to_scale(s->ratio, s->tolerance);
	double low = to_scale(s->ratio, s->low) - half, high = to_scale(s->ratio, s->high) + half;
	double runs = runs_needed(s);

	*ret = (struct claim_band){
		.low = from_scale(s->ratio, low - tolerance),
		.high = from_scale(s->ratio, high + tolerance),
		.vendor = { from_scale(s->ratio, low), from_scale(s->ratio, high) },
		.runs_needed = runs,
		.unconfirmable = runs > (s->runs ? s->runs : CLAIM_RUNS_MOST),
	};
}

enum claim_verdict claim_judge(const struct claim_band *b, const struct claim_seen *s,
			       enum claim_why *ret_why)
{
	if (!isfinite(s->ci[0]) || !isfinite(s->ci[1])) {
		*ret_why = CLAIM_WHY_UNBOUNDED;
		return CLAIM_INCONCLUSIVE;
	}
	if (s->ci[1] < b->low || s->ci[0] > b->high) {
		*ret_why = CLAIM_WHY_OUTSIDE;
		return CLAIM_CONTRADICTED;
	}
	if (b->unconfirmable) {
		*ret_why = CLAIM_WHY_VENDOR;
		return CLAIM_INCONCLUSIVE;
	}
	if (s->ci[0] >= b->low && s->ci[1] <= b->high) {
		*ret_why = CLAIM_WHY_INSIDE;
		return CLAIM_REPRODUCED;
	}
	*ret_why = CLAIM_WHY_STRADDLES;
	return CLAIM_INCONCLUSIVE;
}

double claim_pairs_needed(const struct claim_stated *s, const struct claim_band *b,
			  const struct claim_seen *seen)
{
	double change = to_scale(s->ratio, seen->change);
	double half = fmax(to_scale(s->ratio, seen->ci[1]) - change,
			   change - to_scale(s->ratio, seen->ci[0]));
	double distance = fmin(fabs(change - to_scale(s->ratio, b->low)),
			       fabs(change - to_scale(s->ratio, b->high)));

	return ceil(seen->pairs * pow(half / distance, 2));
}
