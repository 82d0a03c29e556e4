/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RAMRIG_BISECT_STEP_H
#define RAMRIG_BISECT_STEP_H

#include "patch/bisect-judge.h"
#include "patch/series-kernels.h"

/*
 * One kernel of a bisection, built, run against the good end, and judged.
 */
enum bisect_kind {
	BISECT_UNKNOWN,		/* the ends do not differ */
	BISECT_FIGURE,		/* a key metric got worse */
	BISECT_FAILURE,		/* its kernel, or a workload on it, fails */
};

/* What is looked for, as the bad end shows it. */
struct bisect_question {
	enum bisect_kind kind;
	struct bisect_figure figure;	/* its strings are owned, of BISECT_FAILURE topology and workload only */
	double worse;			/* by how much the bad end is */
	char *signature;		/* of the failure: a report's hash or an outcome */
	char *failure;			/* in words */
	unsigned failed, booted;	/* of the bad end */
};

struct bisect_run {
	struct contest_site site;		/* its search path begins with the bisection's folder */
	struct series_kernels kernels;
	double alpha;			/* of one decision */
	struct bisect_question question;
};

/* What one kernel's test came to. */
struct bisect_step {
	enum bisect_mark mark;
	unsigned boots;			/* of both kernels, in all */
	double worse;			/* of BISECT_FIGURE: by how much it is worse than the good end */
	char why[400];			/* why it is skipped or undecided, or "" */
};

/* Tests the bad end, and fills @b->question; BISECT_UNKNOWN and why where the ends do not differ. */
int bisect_step_ends(struct bisect_run *b, struct bisect_step *ret, struct err *e);

/* Tests kernel @k by @b->question. */
int bisect_step_kernel(const struct bisect_run *b, size_t k, struct bisect_step *ret,
		       struct err *e);

void bisect_question_clear(struct bisect_question *q);

#endif
