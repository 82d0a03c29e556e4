/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RAMRIG_METRIC_READING_H
#define RAMRIG_METRIC_READING_H

#include "result/metric.h"

/*
 * A metric, looked up in the samples of a cell: what metrics over a window and series of
 * single samples are both made of.
 */

/* The columns whose sum is taken. */
struct metric_columns {
	int *at;
	size_t n;
	bool are_named;		/* one by one: the sum takes them all; else by a pattern */
};

struct metric_reading {
	const struct metric_info *info;
	const struct samples *samples;
	const json_t *workload;
	struct metric_columns columns, others;
};

/*
 * Looks @name up. False where there is no such metric. Samples and workload must outlive
 * *ret, which the caller closes.
 */
bool metric_reading_open(const struct samples *s, const json_t *workload, const char *name,
			 struct metric_reading *ret);
void metric_reading_close(struct metric_reading *r);
#define cleanup_reading __attribute__((cleanup(metric_reading_close)))

/*
 * What sample @row says: of a state its value, of a counter what it has come to since boot.
 * Like those below, false where that is absent.
 */
bool metric_reading_row(const struct metric_reading *r, size_t row, double *ret);

/* A function of one column over a window: samples_last(), samples_delta(). */
typedef bool (*metric_column_fn)(const struct samples *s, int column, struct window w,
				 double *ret);

/* Sum of @of over the columns. One that is absent makes the sum absent: a part of it is wrong. */
bool metric_columns_sum(const struct metric_columns *c, const struct samples *s,
			metric_column_fn of, struct window w, double *ret);

/* How far the columns have grown from the sample before @row to it, in the counter's own unit. */
bool metric_columns_step(const struct metric_columns *c, const struct samples *s, size_t row,
			 double *ret);

/* What one of the column's own unit is in the metric's. */
double metric_factor(enum metric_how how);

#endif
