/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <math.h>
#include <string.h>
#include "lib/cleanup.h"
#include "result/metric-name.h"
#include "stats/summary.h"

#define PAGE_BYTES 4096.0	/* of KSM's counters, on the architectures there are */
#define SECTOR_BYTES 512.0	/* of block devices' counters, whatever their own sectors are */

/* The columns whose sum a metric is made of. */
struct columns {
	int *at;
	size_t n;
};

static void columns_find(const struct samples *s, const char *pattern, const char *fill,
			 struct columns *ret)
{
	char name[METRIC_NAME_SIZE];

	*ret = (struct columns){ 0 };
	if (pattern)
		ret->n = samples_match(s, metric_expand(pattern, fill, name), &ret->at);
}

/* A device that is not swapped to has no value, and takes nothing from the others' sum. */
static bool columns_row(const struct columns *c, const struct samples *s, size_t row, double *ret)
{
	double sum = 0, v;
	bool any = false;

	for (size_t i = 0; i < c->n; i++) {
		if (!samples_value(s, row, c->at[i], &v))
			continue;
		sum += v;
		any = true;
	}
	*ret = sum;
	return any;
}

typedef bool (*column_fn)(const struct samples *s, int column, struct window w, double *ret);

/*
 * The sum over the columns that have ever had a value. One of them that cannot
 * say what it did in this window makes the sum absent: a part of a sum is wrong.
 */
static bool columns_sum(const struct columns *c, const struct samples *s, column_fn of,
			struct window w, double *ret)
{
	static const struct window always = { 0, INT64_MAX };
	double sum = 0, v;
	bool any = false;

	for (size_t i = 0; i < c->n; i++) {
		if (!samples_last(s, c->at[i], always, &v))
			continue;
		if (!of(s, c->at[i], w, &v))
			return false;
		sum += v;
		any = true;
	}
	*ret = sum;
	return any;
}

/* Memory in one sample of the groups whose daemons take policies. */
static bool policy_memory(const struct samples *s, const json_t *workload, size_t row, double *ret)
{
	const json_t *group, *daemon;
	double sum = 0;
	bool any = false;
	size_t i, k;

	json_array_foreach(json_object_get(workload, "groups"), i, group) {
		char name[METRIC_NAME_SIZE];
		bool takes = false;
		double v;

		json_array_foreach(json_object_get(workload, "daemons"), k, daemon)
			takes |= json_is_true(json_object_get(daemon, "policy")) &&
				json_equal(json_object_get(daemon, "group"), group);
		if (!takes)
			continue;
		metric_expand("cgroup.{group}.memory", json_string_value(group), name);
		if (!samples_value(s, row, samples_column(s, name), &v))
			return false;
		sum += v;
		any = true;
	}
	*ret = sum;
	return any;
}

/* One metric, looked up, ready to be read row by row. */
struct reading {
	const struct metric_info *info;
	const struct samples *samples;
	const json_t *workload;
	struct columns columns, others;
};

static void reading_close(struct reading *r)
{
	free(r->columns.at);
	free(r->others.at);
}
#define cleanup_reading __attribute__((cleanup(reading_close)))

/* What the metric's way makes of a sample's value and its other one. */
static bool value_combine(enum metric_how how, double v, double other, double *ret)
{
	double part = v, whole = other;

	switch (how) {
	case METRIC_KSM_SHARE:
		part = v * PAGE_BYTES;
		whole = other + part;
		break;
	case METRIC_MEDIAN_LESS_SHARE:
		part = v - other;
		whole = v;
		break;
	case METRIC_MEDIAN_OVER:
		break;
	default:
		*ret = v - other;
		return true;
	}
	if (whole <= 0)
		return false;
	*ret = part / whole;
	return true;
}

static bool reading_row(const struct reading *r, size_t row, double *ret)
{
	enum metric_how how = r->info->how;
	double v, other = 0;
	bool has_other = true;

	if (!columns_row(&r->columns, r->samples, row, &v))
		return false;
	if (how == METRIC_KSM_SHARE)
		has_other = policy_memory(r->samples, r->workload, row, &other);
	else if (r->info->other)
		has_other = columns_row(&r->others, r->samples, row, &other);
	return has_other && value_combine(how, v, other, ret);
}

/* Collects the values of @w; the caller frees *ret_values. Returns how many. */
static size_t reading_collect(const struct reading *r, struct window w, double **ret_values)
{
	size_t first, end, n = 0;

	samples_rows(r->samples, w, &first, &end);
	double *values = calloc(end - first + 1, sizeof(*values));

	for (size_t row = first; values && row < end; row++)
		n += reading_row(r, row, &values[n]);
	*ret_values = values;
	return n;
}

static bool reading_value(const struct reading *r, struct window w, double *ret)
{
	enum metric_how how = r->info->how;
	cleanup_free double *values = NULL;

	if (how == METRIC_DELTA || how == METRIC_DELTA_SECTORS) {
		if (!columns_sum(&r->columns, r->samples, samples_delta, w, ret))
			return false;
		*ret *= how == METRIC_DELTA_SECTORS ? SECTOR_BYTES : 1;
		return true;
	}
	if (how == METRIC_LAST)
		return columns_sum(&r->columns, r->samples, samples_last, w, ret);
	size_t n = reading_collect(r, w, &values);

	if (!n)
		return false;
	*ret = how == METRIC_MEAN ? summary_mean(values, n) : summary_median(values, n);
	return true;
}

static bool reading_open(const struct samples *s, const json_t *workload, const char *name,
			 struct reading *ret)
{
	char fill[METRIC_FILL_SIZE];
	const struct metric_info *m = metric_match(name, workload, fill);

	if (!m)
		return false;
	*ret = (struct reading){ .info = m, .samples = s, .workload = workload };
	columns_find(s, m->column, fill, &ret->columns);
	columns_find(s, m->other, fill, &ret->others);
	return true;
}

bool metric_value(const struct samples *s, const json_t *workload, const char *name,
		  struct window w, double *ret)
{
	cleanup_reading struct reading r = { 0 };

	return reading_open(s, workload, name, &r) && reading_value(&r, w, ret);
}

bool metric_stable(const struct samples *s, const json_t *workload, const char *name,
		   struct window w, double tolerance)
{
	cleanup_free double *values = NULL;
	cleanup_reading struct reading r = { 0 };
	size_t first, end;
	double mean = 0;

	samples_rows(s, w, &first, &end);
	if (!first || !reading_open(s, workload, name, &r))	/* !first: younger than the window */
		return false;
	size_t n = reading_collect(&r, w, &values);

	if (n < 2 || n != end - first)
		return false;
	for (size_t i = 0; i < n; i++)
		mean += values[i] / (double)n;
	for (size_t i = 0; i < n; i++)
		if (fabs(values[i] - mean) > tolerance * fabs(mean))
			return false;
	return true;
}
