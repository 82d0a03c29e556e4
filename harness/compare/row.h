/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RAMRIG_ROW_H
#define RAMRIG_ROW_H

#include <stdint.h>
#include "compare/group.h"
#include "stats/paired.h"

/* One metric of one group: what was seen, and what that says. */
struct row {
	const struct group *group;
	const json_t *fidelity;	/* of the group; not owned */
	const char *metric;	/* strings live as long as the results */
	const char *unit;
	const char *better;
	const char *scale;	/* as analysed */
	const char *kind;	/* "measured", "derived", "modelled", or NULL: never seen */
	const char *loop;	/* "closed", "open", or NULL: does not depend on it, or never seen */
	const char *proof;	/* "ok", "failed", "none" */
	bool key;		/* one of the plan's key metrics */
	bool judged;		/* has a verdict: key, and the plan is no diagnostic one */
	bool waits;		/* for the first look of a sequential plan: no verdict yet */
	const json_t *looks;	/* of a sequential plan (compare/looks.h), else NULL; not owned */
	double margin;		/* NAN without one */
	double alpha;
	size_t family;
	size_t n;		/* pairs in which both cells have the metric */
	bool analysed;		/* stats below are filled */
	struct paired stats;
	double p_adjusted;
};

struct row_opts {
	double alpha;
	size_t family;
	uint64_t seed;
	bool judged;
};

/* Merges the proofs of a group's counted cells; the base arm's counts only when it failed. */
const char *group_proof(const struct group *g);

/*
 * Fills @ret for the key metric @plan_metric of the plan. Not enough data, or
 * data without a ratio, is no error: @ret is then not analysed, and *ret_why
 * (which the caller decrefs) is a string that says why, else NULL. -EINVAL when
 * cells disagree about what the metric is.
 */
int row_key(const struct group *g, const json_t *plan_metric, const struct row_opts *o,
	    struct row *ret, json_t **ret_why, struct err *e);

/* The same for any other metric the cells have, without verdict or margin. */
int row_diagnostic(const struct group *g, const char *metric, const struct row_opts *o,
		   struct row *ret, struct err *e);

/*
 * The key row @r once more, from pairs up to number @pair_max only and at level @alpha.
 * p_adjusted and looks are left to be set.
 */
int row_upto(const struct row *r, unsigned pair_max, double alpha, const struct row_opts *o,
	     struct row *ret, struct err *e);

/* @v, a number of @r, as a new JSON number; null where it is none, or the row has no numbers. */
json_t *row_number(const struct row *r, double v);

/* What the test says; 1 of a row without a number, which is a test that found nothing. */
double row_p(const struct row *r);

/* Once p_adjusted stands: the verdict of a judged row. */
enum verdict row_verdict(const struct row *r);

/* The object of "comparisons" or "diagnostics" (docs/statistics.md). */
json_t *row_json(const struct row *r);

#endif
