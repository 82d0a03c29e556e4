/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RAMRIG_METRIC_NAME_H
#define RAMRIG_METRIC_NAME_H

#include "result/metric.h"

/*
 * The placeholder that a name or column of the table may hold, once: "{group}",
 * "{node}", "{device}" or "{mechanism}". What stands in its place is the metric's fill, ""
 * where it has none.
 */
#define METRIC_FILL_SIZE 128
#define METRIC_NAME_SIZE 192

/* Writes @pattern with @fill in place of its placeholder to @buf, and returns that. */
const char *metric_expand(const char *pattern, const char *fill, char buf[static METRIC_NAME_SIZE]);

/*
 * The @i-th fill of @m, from 0 on, or NULL: every group of @workload, every
 * number that a node can have, every kind of device, every mechanism of stalls.
 */
const char *metric_fill(const struct metric_info *m, const json_t *workload, size_t i,
			char buf[static METRIC_FILL_SIZE]);

/* As metric_find(); @fill then is what stands in the placeholder's place. */
const struct metric_info *metric_match(const char *name, const json_t *workload,
				       char fill[static METRIC_FILL_SIZE]);

#endif
