/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RAMRIG_COMPARE_SWEEP_H
#define RAMRIG_COMPARE_SWEEP_H

#include "result/result.h"

/* What each arm of a result saves, against what it costs. Pure. */

struct sweep_opts {
	const char *saved;	/* the metric of which less, or more if that is better, is gain */
	const char *cost;	/* NULL: the first key metric that is a figure of the workload, or
				 * its first figure, or the first key metric */
};

/*
 * Sets *ret to a new object
 *
 *   { "experiment", "parameters": ["POLICY.PARAMETER"],
 *     "tables": [ { "workload", "topology", "kernel", "base", "saved", "saved_unit", "cost",
 *                   "cost_unit", "cost_scale", "points": [
 *       { "arm", "kernel", "values": { "POLICY.PARAMETER": { "value", "unit" } }, "pairs", "proof",
 *         "saved": { "median", "least", "most" }, "share_of_base",
 *         "cost":  { "median", "least", "most" },
 *         "place": "front|unclear|dominated|absent" } ] } ] }
 *
 * "parameters" are those that differ between the arms. The first point is the base, which
 * saves and costs nothing. "saved" is of each pair the difference in the metric's unit,
 * positive where the arm is better; "cost" of each pair how much worse the arm is: of ratios a share of the
 * base, else in the metric's unit. Null is what was not seen, or what no policy did: its
 * proof failed. "place" is stats/pareto.h's. -EINVAL where cells
 * are ok and none has a metric of @o.
 */
int sweep_collect(const struct result *r, const struct sweep_opts *o, json_t **ret, struct err *e);

#endif
