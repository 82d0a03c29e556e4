/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RAMRIG_PRICE_H
#define RAMRIG_PRICE_H

#include "compare/group.h"

/*
 * What an arm saved of memory, by each definition of "memory used" (metric-table.c), and
 * beside it what that cost: never the one without the other. Of whole pairs, and
 * without verdict: those are of the key metrics.
 */

/*
 * A new object:
 *
 *   { "workload", "topology", "base_kernel", "arm_kernel", "base", "arm", "proof", "pairs",
 *     "window_s", "memory_total",
 *     "saved": [ { "metric", "unit", "base_median", "arm_median", "saved", "share_of_base",
 *                  "share_of_memory" } ],
 *     "paid":  [ { "metric", "unit", "better", "scale", "loop", "base_median", "arm_median",
 *                  "change", "share_of_window" } ] }
 *
 * "paid" has the figures of the workload that are ratios, but for counts, then the table of
 * price.c. "saved" is positive where the arm took less; it, "share_of_base" and "change" are
 * means over pairs, of ratios by logarithms, as in stats/paired.h. "share_of_memory" is of
 * "memory_total", MemTotal of the base. "share_of_window" is the arm's time (metrics in us) over the
 * window: of CPU time it is the share of one CPU. What was not measured is null, and so is
 * all that compares where "proof" is "failed": a policy that did not act saved nothing.
 *
 * @plan is that of the base's result.
 */
json_t *price_of(const struct group *g, const json_t *plan);

/* The same for every group: a new array. */
json_t *prices_of(const struct groups *gs, const json_t *plan);

/* Whether any definition of memory used was measured on both sides of @price. */
bool price_is_measured(const json_t *price);

/* A row of "saved" or "paid" that says nothing: in neither arm measured, or zero in both. */
bool price_row_is_absent(const json_t *row);
bool price_row_is_zero(const json_t *row);

#endif
