/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef FILES_REPORT_H
#define FILES_REPORT_H

#include "workloads/files/files-resident.h"
#include "workloads/files/files-run.h"

/* "hot 400 files: 1,100 of 1,200 pages in memory", one line for each part. */
void report_resident(const struct pool *p, const struct resident *hot, const struct resident *cold,
		     FILE *out);

/* One line "histogram {...}" for each thing that was done: latencies in ns. */
void report_files_histograms(const struct files_result *r, FILE *out);

/*
 * The figures of workload.yaml, as one line of JSON; one that nothing was measured for is
 * null.
 */
void report_files_figures(const struct files_result *r, const struct resident *hot,
			  const struct resident *cold, uint64_t corrupt, FILE *out);

#endif
