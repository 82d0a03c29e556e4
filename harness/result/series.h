/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RAMRIG_SERIES_H
#define RAMRIG_SERIES_H

#include <stdio.h>
#include "lib/json.h"
#include "result/metric.h"

/*
 * Metrics over time: a value for each sample of a cell. samples.jsonl is all they are made of,
 * so they are made when they are asked for, and stand nowhere a second time.
 *
 * Of a state (memory in use) a series has each sample's value; of a counter its growth a second
 * since the sample before, so the first sample has none. Definitions are those of metrics.
 */

/* The memory view: what top, free and vmstat of procps 4 show, by the names of metrics. */
struct series_info {
	const char *metric;
	const char *column;	/* as a table's head has it: vmstat's word, or free's */
	const char *tools;	/* where a person knows it from */
};

extern const struct series_info series_view[];	/* ends with a NULL metric */

/* As a table's head has the metric @name: its column in the view, else the name itself. */
const char *series_column(const char *name);

/*
 * Makes the series of @names (NULL-ended; with none, those of the view that the samples hold):
 *
 *   { "t_s": [...], "phase": ["before"|"measure"|"after", ...],
 *     "series": [ { "name", "unit", "values": [number or null, ...] } ] }
 *
 * Times count from the start of @window, or where that is NULL (the cell did not get there)
 * from the first sample. -EINVAL where one of @names is no metric of @workload; -ENOMEM.
 */
int series_make(const struct samples *s, const json_t *workload, const struct window *window,
		const char *const *names, json_t **ret, struct err *e);

/* Writes the table of the view as Markdown: the reference in docs/. */
void series_print_reference(FILE *out);

#endif
