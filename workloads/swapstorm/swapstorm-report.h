/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SWAPSTORM_REPORT_H
#define SWAPSTORM_REPORT_H

#include <stdio.h>
#include "workloads/swapstorm/swapstorm-oracle.h"

/* What was seen. */
struct storm_report {
	const struct board *board;
	struct findings findings;
	bool balancer;			/* the kernel has one, and this is what it did */
	struct balancer_counts before, after;
	unsigned absent;
};

/* The figures of workload.yaml as one line of JSON. What has no value is null. */
void storm_report_print(const struct storm_report *r, FILE *out);

#endif
