/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>
#include "lib/cleanup.h"
#include "result/metric-name.h"
#include "result/metric-reading.h"

#define PAGE_BYTES 4096.0	/* of the kernel's counters, on the architectures there are */
#define PAGE_KIB (PAGE_BYTES / 1024)
#define RMAP_ITEM_BYTES 64.0	/* struct ksm_rmap_item of 64-bit machines, mm/ksm.c */
#define REGION_BYTES 56.0	/* struct damon_region of 64-bit machines, include/linux/damon.h */
#define SECTOR_BYTES 512.0	/* of block devices' counters, whatever their own sectors are */

double metric_factor(enum metric_how how)
{
	switch (how) {
	case METRIC_DELTA_SECTORS:
		return SECTOR_BYTES;
	case METRIC_RATE_PAGES:
		return PAGE_KIB;
	case METRIC_MEDIAN_RMAP:
		return RMAP_ITEM_BYTES;
	case METRIC_MEDIAN_REGIONS:
		return REGION_BYTES;
	default:
		return 1;
	}
}

/* Adds the columns that match one @pattern. False where none does. */
static bool columns_add(struct metric_columns *c, const struct samples *s, const char *pattern)
{
	cleanup_free int *found = NULL;
	size_t n = samples_match(s, pattern, &found);
	int *at = n ? reallocarray(c->at, c->n + n, sizeof(*at)) : NULL;

	if (!at)
		return false;
	memcpy(at + c->n, found, n * sizeof(*at));
	c->at = at;
	c->n += n;
	return true;
}

/* Of columns that are named one by one, none is found unless all are, or @any will do. */
static void columns_find(const struct samples *s, const char *patterns, const char *fill, bool any,
			 struct metric_columns *ret)
{
	char pattern[METRIC_NAME_SIZE], name[METRIC_NAME_SIZE];
	bool all = true;

	*ret = (struct metric_columns){ .are_named = patterns && strchr(patterns, ' ') && !any };
	for (size_t len; patterns && *patterns; patterns += len + (patterns[len] == ' ')) {
		len = strcspn(patterns, " ");
		snprintf(pattern, sizeof(pattern), "%.*s", (int)len, patterns);
		all &= columns_add(ret, s, metric_expand(pattern, fill, name));
	}
	if (!all && !any)
		ret->n = 0;
}

/* A device that is not swapped to has no value, and takes nothing from the others' sum. */
static bool columns_row(const struct metric_columns *c, const struct samples *s, size_t row,
			double *ret)
{
	double sum = 0, v;
	bool any = false;

	for (size_t i = 0; i < c->n; i++) {
		if (samples_value(s, row, c->at[i], &v)) {
			sum += v;
			any = true;
		} else if (c->are_named) {
			return false;
		}
	}
	*ret = sum;
	return any;
}

bool metric_columns_sum(const struct metric_columns *c, const struct samples *s,
			metric_column_fn of, struct window w, double *ret)
{
	static const struct window always = { 0, INT64_MAX };
	double sum = 0, v;
	bool any = false;

	for (size_t i = 0; i < c->n; i++) {
		if (!c->are_named && !samples_last(s, c->at[i], always, &v))
			continue;	/* never had a value: not of this machine */
		if (!of(s, c->at[i], w, &v))
			return false;
		sum += v;
		any = true;
	}
	*ret = sum;
	return any;
}

bool metric_columns_step(const struct metric_columns *c, const struct samples *s, size_t row,
			 double *ret)
{
	double sum = 0, from, to;
	bool any = false;

	for (size_t i = 0; row && i < c->n; i++) {
		bool has_from = samples_value(s, row - 1, c->at[i], &from);
		bool has_to = samples_value(s, row, c->at[i], &to);

		if (!c->are_named && !has_from && !has_to)
			continue;
		if (!has_from || !has_to || to < from)
			return false;
		sum += to - from;
		any = true;
	}
	*ret = sum;
	return any;
}

/* Whether the policies are for a daemon of @group. */
static bool group_takes_policies(const json_t *workload, const json_t *group)
{
	const json_t *daemon;
	size_t i;

	json_array_foreach(json_object_get(workload, "daemons"), i, daemon)
		if (json_is_true(json_object_get(daemon, "policy")) &&
		    json_equal(json_object_get(daemon, "group"), group))
			return true;
	return false;
}

/* Memory in one sample of the groups whose daemons take policies. */
static bool policy_memory(const struct metric_reading *r, size_t row, double *ret)
{
	const json_t *group;
	double sum = 0, v;
	bool any = false;
	size_t i;

	json_array_foreach(json_object_get(r->workload, "groups"), i, group) {
		char name[METRIC_NAME_SIZE];

		if (!group_takes_policies(r->workload, group))
			continue;
		metric_expand("cgroup.{group}.memory", json_string_value(group), name);
		if (!samples_value(r->samples, row, samples_column(r->samples, name), &v))
			return false;
		sum += v;
		any = true;
	}
	*ret = sum;
	return any;
}

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
	case METRIC_MEDIAN_PLUS:
		*ret = v + other;
		return true;
	default:
		*ret = (v - other) * metric_factor(how);
		return true;
	}
	if (whole <= 0)
		return false;
	*ret = part / whole;
	return true;
}

bool metric_reading_row(const struct metric_reading *r, size_t row, double *ret)
{
	enum metric_how how = r->info->how;
	double v, other = 0;
	bool has_other = true;

	if (!columns_row(&r->columns, r->samples, row, &v))
		return false;
	if (how == METRIC_KSM_SHARE)
		has_other = policy_memory(r, row, &other);
	else if (r->info->other)
		has_other = columns_row(&r->others, r->samples, row, &other) ||
			    how == METRIC_MEDIAN_PLUS;
	return has_other && value_combine(how, v, other, ret);
}

bool metric_reading_open(const struct samples *s, const json_t *workload, const char *name,
			 struct metric_reading *ret)
{
	char fill[METRIC_FILL_SIZE];
	const struct metric_info *m = metric_match(name, workload, fill);

	if (!m)
		return false;
	*ret = (struct metric_reading){ .info = m, .samples = s, .workload = workload };
	columns_find(s, m->column, fill, false, &ret->columns);
	columns_find(s, m->other, fill, m->how == METRIC_MEDIAN_PLUS, &ret->others);
	return true;
}

void metric_reading_close(struct metric_reading *r)
{
	free(r->columns.at);
	free(r->others.at);
}
