/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RAMRIG_HISTORY_TREND_H
#define RAMRIG_HISTORY_TREND_H

#include "history/db.h"
#include "lib/json.h"

/*
 * A trend: one metric of one kernel (by its name), topology, workload and arm of one experiment
 * over nights. Figures of another host, accelerator, clock, number of CPUs, way in which memory is
 * slow, or setup (history/setup.h) are another trend. The unit is the night, whose value is the
 * median of its boots: boots of one night share the state that the host was in.
 */
struct trend_wish {		/* NULL: any */
	const char *experiment, *kernel, *topology, *workload, *arm, *metric, *host;
	bool watched; /* only key metrics of the last plan that had them: those have a margin */
};

/*
 * Sets *ret to the trends that @w asks for, in order of workload, topology, arm, kernel and
 * metric:
 *
 *   { "trend": id, "experiment", "kernel", "topology", "workload", "arm", "metric", "unit", "scale",
 *     "better", "margin" (or null), "accelerator", "clock", "cpus", "host", "setup",
 *     "nights": [{ "night", "started", "release", "hash", "boots", "median", "least", "most" }] }
 *
 * with the nights by their time. The caller decrefs it.
 */
int trend_load(struct history *h, const struct trend_wish *w, json_t **ret, struct err *e);

#endif
