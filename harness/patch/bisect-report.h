/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RAMRIG_BISECT_REPORT_H
#define RAMRIG_BISECT_REPORT_H

#include "patch/bisect-step.h"

/* What a bisection has come to, and its report (docs/patches.md). Pure. */
struct bisect_report {
	const struct bisect_run *run;
	size_t n;			/* changes between the ends */
	enum bisect_mark *marks;	/* of n + 1 kernels */
	unsigned decided;		/* kernels marked good or bad, each with a chance of alpha to be wrong */
	json_t *steps;
};

void bisect_report_step(struct bisect_report *r, size_t k, const struct bisect_step *s);

/* A new object. */
json_t *bisect_report_make(const struct bisect_report *r);

#endif
