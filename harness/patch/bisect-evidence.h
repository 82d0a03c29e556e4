/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RAMRIG_BISECT_EVIDENCE_H
#define RAMRIG_BISECT_EVIDENCE_H

#include "patch/bisect-judge.h"
#include "result/result.h"

/* What the result of a contest holds for a bisection. Pure. */

/* The figure's values in its whole pairs; arrays of @max. Returns how many there are. */
size_t evidence_pairs(const struct result *r, const struct bisect_figure *f, double *base,
		      double *patched, size_t max);

/* Every key metric of @r's plan on every topology and workload that has it; strings live as long as @r. */
size_t evidence_figures(const struct result *r, struct bisect_figure *ret, size_t max);

/* Cells that failed in one way. */
struct evidence_failure {
	const char *signature;		/* strings live as long as the result */
	const char *topology, *workload, *reason;
	unsigned failed, booted;	/* on that topology under that workload */
};

/*
 * How most of those cells of @arm failed that did; false where none did. A cell that the
 * rig failed is neither.
 */
bool evidence_failure(const struct result *r, const char *arm, struct evidence_failure *ret);

/* How often the cells of @arm ran to an end, and how often they failed as @signature says, or else. */
struct evidence_count {
	unsigned booted, alike, other;
	const char *other_reason;
};
struct evidence_count evidence_count(const struct result *r, const char *arm,
				     const char *signature);

#endif
