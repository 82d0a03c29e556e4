/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RAMRIG_CLAIM_MATCH_H
#define RAMRIG_CLAIM_MATCH_H

#include <stdbool.h>
#include "lib/json.h"

/*
 * Whether a result has the cells that a figure of a claim asks for. Pure.
 *
 * A result of the experiment that the claim names has them, unless it was run on another clock, with
 * other memory limits or other scales, for which `run` has options. One of another
 * experiment has them where besides the workload has the same parameters, but for times (of a
 * warm-up, of a window), base and arm have the same policies with the same parameters, and the
 * topology is the same.
 */

/*
 * @have is the plan of a result, @wanted that of the claim's experiment, @stated a figure
 * (claims/stated.h). *ret_times, a new reference, is an array of sentences about times that differ.
 */
bool match_plan(const json_t *have, const json_t *wanted, const json_t *stated, json_t **ret_times);

/*
 * The row of "comparisons" or "diagnostics" that compares what @stated asks for, or NULL; the first
 * of several, such as of two topologies where @stated names none.
 */
const json_t *match_row(const json_t *comparison, const json_t *stated);

/* The figure of @figures (compare/figures.h) that @stated asks for, and its place; or NULL. */
const json_t *match_figure(const json_t *figures, const json_t *stated, const json_t **ret_place);

#endif
