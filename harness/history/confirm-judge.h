/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RAMRIG_CONFIRM_JUDGE_H
#define RAMRIG_CONFIRM_JUDGE_H

#include "patch/bisect-judge.h"
#include "result/result.h"

/*
 * What a fresh A/B says of a change that nights have shown: @base is the kernel of before, @arm
 * that of the newest night. Pure.
 *
 * It looks at 8, 12, 16 and 20 pairs (stats/sequential.h). It is a regression where a one-sided
 * sign-flip test at what the look may spend of CONFIRM_ALPHA says worse, and the mean change is
 * beyond the margin: the question of `ramrig bisect` about its bad end. It is none where the
 * whole interval at that level is short of the margin on the bad side.
 */
#define CONFIRM_ALPHA 0.05

enum confirm_verdict {
	CONFIRM_MORE,
	CONFIRM_REGRESSION,
	CONFIRM_NONE,
	CONFIRM_UNCLEAR,	/* after the last look */
	CONFIRM_NO_PAIR
};

struct confirm_finding {
	enum confirm_verdict verdict;
	size_t pairs;
	double change, ci[2];		/* a fraction for a ratio, else in the unit; infinite where
					   unbounded */
};

/* Judges the first @n pairs, those of @look. -EDOM for a ratio of what has none, -ENOMEM. */
int confirm_judge(const struct bisect_figure *f, const double *base, const double *arm, size_t n,
		  size_t look, struct confirm_finding *ret, struct err *e);

/*
 * Why the first cell of @r that the rig failed did not run; NULL where it failed none. An A/B
 * without a single pair that counts is no answer then: another may be.
 */
const char *confirm_rig_failure(const struct result *r);

#endif
