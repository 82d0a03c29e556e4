/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef FRAGMENT_REPORT_H
#define FRAGMENT_REPORT_H

#include <stdio.h>
#include "workloads/fragment/fragment-demand.h"
#include "workloads/fragment/fragment-index.h"
#include "workloads/lib/histogram.h"

/* What was seen: indices before the board, before and after the demands. */
struct report {
	struct zone_index fresh, before, after;
	struct demands demands;
	const struct histogram *latencies;	/* ns */
};

/*
 * The line "histogram {...}" and the figures of workload.yaml as one line of JSON.
 * What has no value, such as a share of nothing, is null.
 */
void report_print(const struct report *r, unsigned order, FILE *out);

#endif
