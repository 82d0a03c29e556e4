/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <math.h>
#include <string.h>
#include "lib/cleanup.h"
#include "result/metric.h"
#include "stats/summary.h"

#define PAGE_BYTES 4096.0	/* of KSM's counters, on the architectures there are */
#define PER_GROUP "{group}"
#define NAME_SIZE 160

/* Writes @text to @buf with @group in place of "{group}". */
static const char *group_expand(const char *text, const char *group, char *buf, size_t size)
{
	const char *mark = strstr(text, PER_GROUP);

	if (mark)
		snprintf(buf, size, "%.*s%s%s", (int)(mark - text), text, group,
			 mark + strlen(PER_GROUP));
	else
		snprintf(buf, size, "%s", text);
	return buf;
}

/* Whether @name is the pattern's; its group then is in @group. */
static bool name_matches(const char *pattern, const char *name, char *group, size_t size)
{
	const char *mark = strstr(pattern, PER_GROUP);

	if (!mark)
		return !strcmp(pattern, name);
	const char *tail = mark + strlen(PER_GROUP);
	size_t head_len = (size_t)(mark - pattern), tail_len = strlen(tail), len = strlen(name);

	if (len <= head_len + tail_len || memcmp(name, pattern, head_len) ||
	    strcmp(name + len - tail_len, tail))
		return false;
	snprintf(group, size, "%.*s", (int)(len - head_len - tail_len), name + head_len);
	return true;
}

static bool group_known(const json_t *workload, const char *group)
{
	const json_t *item;
	size_t i;

	json_array_foreach(json_object_get(workload, "groups"), i, item)
		if (!strcmp(json_string_value(item), group))
			return true;
	return !workload;
}

static const struct metric_info *name_find(const char *name, const json_t *workload, char *group,
					   size_t size)
{
	for (const struct metric_info *m = metric_table; m->name; m++) {
		group[0] = '\0';
		if (name_matches(m->name, name, group, size) &&
		    (!*group || group_known(workload, group)))
			return m;
	}
	return NULL;
}

const struct metric_info *metric_find(const char *name, const json_t *workload)
{
	char group[NAME_SIZE];

	return name_find(name, workload, group, sizeof(group));
}

const char *metric_kind(const struct metric_info *m)
{
	return m->how == METRIC_MEDIAN_LESS || m->how == METRIC_KSM_SHARE ? "derived" : "measured";
}

static int column_find(const struct samples *s, const char *column, const char *group)
{
	char name[NAME_SIZE];

	return column ? samples_column(s, group_expand(column, group, name, sizeof(name))) : -1;
}

/* Memory in one sample of the groups whose daemons take policies. */
static bool policy_memory(const struct samples *s, const json_t *workload, size_t row, double *ret)
{
	const json_t *group, *daemon;
	double sum = 0;
	bool any = false;
	size_t i, k;

	json_array_foreach(json_object_get(workload, "groups"), i, group) {
		bool takes = false;
		double v;

		json_array_foreach(json_object_get(workload, "daemons"), k, daemon)
			takes |= json_is_true(json_object_get(daemon, "policy")) &&
				json_equal(json_object_get(daemon, "group"), group);
		if (!takes)
			continue;
		if (!samples_value(s, row, column_find(s, "cgroup.{group}.memory",
						       json_string_value(group)), &v))
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
	int column, other;
};

static bool reading_row(const struct reading *r, size_t row, double *ret)
{
	double v, other;

	if (!samples_value(r->samples, row, r->column, &v))
		return false;
	if (r->info->how == METRIC_MEDIAN_LESS) {
		if (!samples_value(r->samples, row, r->other, &other))
			return false;
		v -= other;
	} else if (r->info->how == METRIC_KSM_SHARE) {
		if (!policy_memory(r->samples, r->workload, row, &other))
			return false;
		v *= PAGE_BYTES;
		if (v + other <= 0)
			return false;
		v /= v + other;
	}
	*ret = v;
	return true;
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
	cleanup_free double *values = NULL;

	if (r->info->how == METRIC_DELTA)
		return samples_delta(r->samples, r->column, w, ret);
	if (r->info->how == METRIC_LAST)
		return samples_last(r->samples, r->column, w, ret);
	size_t n = reading_collect(r, w, &values);

	if (!n)
		return false;
	*ret = summary_median(values, n);
	return true;
}

static bool reading_open(const struct samples *s, const json_t *workload, const char *name,
			 struct reading *ret)
{
	char group[NAME_SIZE];
	const struct metric_info *m = name_find(name, workload, group, sizeof(group));

	if (!m)
		return false;
	*ret = (struct reading){
		.info = m, .samples = s, .workload = workload,
		.column = column_find(s, m->column, group),
		.other = column_find(s, m->other, group),
	};
	return true;
}

bool metric_value(const struct samples *s, const json_t *workload, const char *name,
		  struct window w, double *ret)
{
	struct reading r;

	return reading_open(s, workload, name, &r) && reading_value(&r, w, ret);
}

bool metric_stable(const struct samples *s, const json_t *workload, const char *name,
		   struct window w, double tolerance)
{
	cleanup_free double *values = NULL;
	struct reading r;
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

static int derive_one(const struct samples *s, const json_t *workload, struct window w,
		      const char *name, json_t *metrics, struct err *e)
{
	const struct metric_info *m = metric_find(name, workload);
	double v;

	if (!metric_value(s, workload, name, w, &v))
		return 0;
	json_t *j = json_pack("{s:f, s:s, s:s, s:s, s:s}", "value", v, "unit", m->unit, "better",
			      m->better, "scale", m->scale, "kind", metric_kind(m));

	if (json_object_set_new(metrics, name, j))
		return err_set(e, ENOMEM, "out of memory for metric %s", name);
	return 0;
}

int metric_derive(const struct samples *s, const json_t *workload, struct window w,
		  json_t *metrics, struct err *e)
{
	const json_t *groups = json_object_get(workload, "groups"), *group;
	char name[NAME_SIZE];
	int rc = 0;
	size_t i;

	for (const struct metric_info *m = metric_table; m->name && !rc; m++) {
		if (!strstr(m->name, PER_GROUP)) {
			rc = derive_one(s, workload, w, m->name, metrics, e);
			continue;
		}
		json_array_foreach(groups, i, group) {
			group_expand(m->name, json_string_value(group), name, sizeof(name));
			rc = derive_one(s, workload, w, name, metrics, e);
			if (rc)
				break;
		}
	}
	return rc;
}

void metric_print_reference(FILE *out)
{
	static const char *const how[] = {
		[METRIC_MEDIAN] = "median of the window",
		[METRIC_MEDIAN_LESS] = "median of the window",
		[METRIC_LAST] = "last of the window",
		[METRIC_DELTA] = "growth over the window",
		[METRIC_KSM_SHARE] = "median of the window",
	};

	fputs("| metric | unit | better | scale | how | meaning |\n"
	      "| --- | --- | --- | --- | --- | --- |\n", out);
	for (const struct metric_info *m = metric_table; m->name; m++)
		fprintf(out, "| `%s` | %s | %s | %s | %s, %s | %s |\n", m->name, m->unit, m->better,
			m->scale, metric_kind(m), how[m->how], m->meaning);
}
