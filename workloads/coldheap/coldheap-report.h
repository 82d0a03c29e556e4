/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef COLDHEAP_REPORT_H
#define COLDHEAP_REPORT_H

#include "workloads/coldheap/coldheap-load.h"
#include "workloads/coldheap/coldheap-where.h"

/* One line "histogram {...}" for each part that was accessed: latencies in ns. */
void report_histograms(const struct load_result *r, FILE *out);

/* The figures of workload.yaml, as one line of JSON; a share that nobody knows is null. */
void report_figures(const struct load_result *r, const struct where *w, uint64_t corrupt,
		    FILE *out);

#endif
