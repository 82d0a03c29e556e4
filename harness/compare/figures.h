/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RAMRIG_COMPARE_FIGURES_H
#define RAMRIG_COMPARE_FIGURES_H

#include "result/result.h"

/*
 * What a result measured, without comparing anything: for each kernel, topology,
 * workload and arm the median of its boots, and the least and the greatest.
 */

/*
 * Sets *ret to a new array, in the order of the plan, of
 *
 *   { "workload", "topology", "kernel", "arm", "boots", "window_s", "wall_s", "fidelity",
 *     "figures": [ { "metric", "unit", "median", "least", "most", "mean", "dev", "boots",
 *                    "loop", "calibration" } ] }
 *
 * and, for every arm but the base, "price" (compare/price.h; of whole pairs) of cells that are ok
 * and not of pair 0. "window_s" (guest time) and "wall_s" (of
 * the whole cell) are medians; "dev" is the standard deviation of boots over their mean, null of
 * fewer than two or a mean of 0; "boots" of a figure is in how many it was there;
 * "loop" is "closed" or "open", of latencies only, and "calibration" as known_mark()
 * (calibrate/known.h) has it, of those that are shown without @all only.
 * @all: every metric; else the workload's own figures, the plan's key metrics,
 * and what they used of memory.
 */
int figures_collect(const struct result *r, bool all, json_t **ret, struct err *e);

/* Whether that is one of them: what of @workload is shown without being asked for. */
bool figures_shows(const json_t *plan, const char *workload, const char *name);

#endif
