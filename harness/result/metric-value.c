/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <math.h>
#include "lib/cleanup.h"
#include "result/metric-reading.h"
#include "stats/summary.h"

/* Collects the values of @w; the caller frees *ret_values. Returns how many. */
static size_t reading_collect(const struct metric_reading *r, struct window w, double **ret_values)
{
	size_t first, end, n = 0;

	samples_rows(r->samples, w, &first, &end);
	double *values = calloc(end - first + 1, sizeof(*values));

	for (size_t row = first; values && row < end; row++)
		n += metric_reading_row(r, row, &values[n]);
	*ret_values = values;
	return n;
}

/* What the metric's way makes of the samples' values: their median, unless it says otherwise. */
static bool reading_summary(const struct metric_reading *r, struct window w, double *ret)
{
	cleanup_free double *values = NULL;
	size_t n = reading_collect(r, w, &values);

	if (!n)
		return false;
	switch (r->info->how) {
	case METRIC_MEAN:
		*ret = summary_mean(values, n);
		break;
	case METRIC_MOST:
		*ret = summary_quantile(values, n, 1);
		break;
	default:
		*ret = summary_median(values, n);
	}
	return true;
}

/* A counter's growth over @w, in the metric's unit. */
static bool reading_growth(const struct metric_reading *r, struct window w, double *ret)
{
	if (!metric_columns_sum(&r->columns, r->samples, samples_delta, w, ret))
		return false;
	*ret *= metric_factor(r->info->how);
	return true;
}

/* The same of one counter over that of others. */
static bool reading_growth_over(const struct metric_reading *r, struct window w, double *ret)
{
	double growth, others;

	if (!reading_growth(r, w, &growth) ||
	    !metric_columns_sum(&r->others, r->samples, samples_delta, w, &others) || others <= 0)
		return false;
	*ret = growth / others;
	return true;
}

static bool reading_value(const struct metric_reading *r, struct window w, double *ret)
{
	switch (r->info->how) {
	case METRIC_LAST:
		return metric_columns_sum(&r->columns, r->samples, samples_last, w, ret);
	case METRIC_DELTA:
	case METRIC_DELTA_SECTORS:
		return reading_growth(r, w, ret);
	case METRIC_RATE:
	case METRIC_RATE_PAGES:
		if (w.to_ns <= w.from_ns || !reading_growth(r, w, ret))
			return false;
		*ret /= (double)(w.to_ns - w.from_ns) / 1e9;
		return true;
	case METRIC_DELTA_OVER:
		return reading_growth_over(r, w, ret);
	default:
		return reading_summary(r, w, ret);
	}
}

bool metric_value(const struct samples *s, const json_t *workload, const char *name,
		  struct window w, double *ret)
{
	cleanup_reading struct metric_reading r = { 0 };

	return metric_reading_open(s, workload, name, &r) && reading_value(&r, w, ret);
}

bool metric_stable(const struct samples *s, const json_t *workload, const char *name,
		   struct window w, double tolerance)
{
	cleanup_free double *values = NULL;
	cleanup_reading struct metric_reading r = { 0 };
	size_t first, end;
	double mean = 0;

	samples_rows(s, w, &first, &end);
	if (!first || !metric_reading_open(s, workload, name, &r))	/* !first: younger than the window */
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
