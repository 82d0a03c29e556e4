/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RAMRIG_CLAIM_JUDGE_H
#define RAMRIG_CLAIM_JUDGE_H

#include <stdbool.h>
#include <stdio.h>
#include "result/outcome.h"
#include "stats/sequential.h"

/*
 * Whether a change that others have published is the one that was seen here. Pure, and about
 * changes against a base alone: what a server does in a second is no matter of this rig's.
 */
enum claim_verdict {
	CLAIM_REPRODUCED,
	CLAIM_CONTRADICTED,
	CLAIM_INCONCLUSIVE,
	CLAIM_NOT_TESTABLE,
	CLAIM_VERDICTS
};

/* Names, meanings and exit codes: help, docs and reports quote it. */
extern const struct outcome_info claim_verdict_table[CLAIM_VERDICTS];

/* Writes that table as Markdown: the reference in docs/. */
void claim_print_reference(FILE *out);

/* What is stated. Changes are fractions of the base (@ratio), or in the metric's unit. */
struct claim_stated {
	bool ratio;
	double low, high;	/* the same, or a range; a direction is infinite on one side */
	double tolerance;	/* of a ratio a part of it, as 0.05; else in the metric's unit */
	double base_dev, arm_dev;	/* deviation over mean of the vendor's runs; NAN: not said */
	unsigned runs;		/* that each of the vendor's figures is the mean of; 0: not said */
};

/* What takes more runs than a design of ours has at most has no chance here. */
#define CLAIM_RUNS_MOST SEQUENTIAL_PAIRS_MAX

/*
 * What may be seen for the claim to be reproduced: the stated change, or range; about a single
 * change its own uncertainty, where its deviation is said; about that the tolerance. Ratios are
 * widened on the log scale.
 *
 * The uncertainty is the 95 % interval of log(arm / base): t(0.975; 2 runs - 2) sqrt((b^2 + a^2) /
 * runs), a and b the deviations. Of runs that are not said there were at least two, or there
 * would be no deviation: the widest reading, with 1.96 for t.
 */
struct claim_band {
	double low, high;
	double vendor[2];	/* without the tolerance */
	/*
	 * How many runs of each arm would show the change, or one as large as the tolerance where
	 * that is more, four times of five at 5 %: n = (z(0.975) + z(0.8))^2 (s_a^2 + s_b^2) / d^2,
	 * for two equal deviations 2 (...)^2 (CV / d)^2 (Snedecor and Cochran, Statistical
	 * Methods, chapter on the size of samples). NAN where no deviation is said.
	 */
	double runs_needed;
	bool unconfirmable;	/* more than the vendor made, or, unsaid, than CLAIM_RUNS_MOST */
};

void claim_band(const struct claim_stated *s, struct claim_band *ret);

/* What was seen: a change, and its interval (stats/paired.h). */
struct claim_seen {
	double change, ci[2];	/* infinite where too few pairs exclude nothing */
	unsigned pairs;
};

enum claim_why {
	CLAIM_WHY_INSIDE,	/* the whole interval lies in the band */
	CLAIM_WHY_OUTSIDE,	/* none of it does */
	CLAIM_WHY_UNBOUNDED,	/* so few pairs exclude nothing */
	CLAIM_WHY_VENDOR,	/* the vendor's own scatter leaves nothing to reproduce */
	CLAIM_WHY_STRADDLES	/* the interval reaches over an end of the band */
};

/*
 * Contradicted where the whole interval lies outside the band: if the truth is inside, that
 * happens no more often than the interval misses it. Reproduced where the whole of it lies inside,
 * and the figure can be confirmed at all. Else inconclusive.
 */
enum claim_verdict claim_judge(const struct claim_band *b, const struct claim_seen *s,
			       enum claim_why *ret_why);

/*
 * About how many pairs would take an interval that straddles off the nearest end, were the
 * change and the scatter the true ones: it narrows with the root of pairs. INFINITY on the end.
 */
double claim_pairs_needed(const struct claim_stated *s, const struct claim_band *b,
			  const struct claim_seen *seen);

#endif
