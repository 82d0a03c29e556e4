/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <string.h>
#include "lib/cleanup.h"
#include "result/metric-reading.h"
#include "result/series.h"

const struct series_info series_view[] = {
	{ "mem_used", "used", "free, top: used" },
	{ "mem_free", "free", "free, top, vmstat: free" },
	{ "mem_shared", "shared", "free: shared" },
	{ "mem_buff_cache", "buff/cache", "free, top: buff/cache; vmstat: buff + cache" },
	{ "mem_available", "available", "free: available; top: avail Mem" },
	{ "swap_used", "swpd", "free, top: used, of swap; vmstat: swpd" },
	{ "si", "si", "vmstat: si" },
	{ "so", "so", "vmstat: so" },
	{ "bi", "bi", "vmstat: bi" },
	{ "bo", "bo", "vmstat: bo" },
	{ "tasks_running", "r", "vmstat: r" },
	{ "tasks_blocked", "b", "vmstat: b" },
	{ "cpu_user", "us", "vmstat: us; top: us + ni" },
	{ "cpu_system", "sy", "vmstat: sy; top: sy + hi + si" },
	{ "cpu_idle", "id", "vmstat, top: id" },
	{ "cpu_iowait", "wa", "vmstat, top: wa" },
	{ NULL, NULL, NULL }
};

const char *series_column(const char *name)
{
	for (const struct series_info *s = series_view; s->metric; s++)
		if (!strcmp(s->metric, name))
			return s->column;
	return name;
}

static bool is_growth(enum metric_how how)
{
	return how == METRIC_DELTA || how == METRIC_DELTA_SECTORS;
}

/* A counter's growth a second since the sample before, or what share of others' growth it was. */
static bool reading_step(const struct metric_reading *r, size_t row, double *ret)
{
	enum metric_how how = r->info->how;
	double step, over;

	if (!metric_columns_step(&r->columns, r->samples, row, &step))
		return false;
	if (how == METRIC_DELTA_OVER) {
		if (!metric_columns_step(&r->others, r->samples, row, &over) || over <= 0)
			return false;
	} else {
		over = (double)(samples_time_ns(r->samples, row) -
				samples_time_ns(r->samples, row - 1)) / 1e9;
	}
	*ret = step * metric_factor(how) / over;
	return true;
}

static bool reading_point(const struct metric_reading *r, size_t row, double *ret)
{
	switch (r->info->how) {
	case METRIC_DELTA:
	case METRIC_DELTA_SECTORS:
	case METRIC_DELTA_OVER:
	case METRIC_RATE:
	case METRIC_RATE_PAGES:
		return reading_step(r, row, ret);
	default:
		return metric_reading_row(r, row, ret);
	}
}

static json_t *series_of(const struct metric_reading *r, const char *name)
{
	json_t *values = json_array();

	for (size_t row = 0; row < samples_count(r->samples); row++) {
		double v;

		json_array_append_new(values, reading_point(r, row, &v) ? json_real(v) : json_null());
	}
	return json_pack("{s:s, s:o, s:o}", "name", name, "unit",
			 json_sprintf(is_growth(r->info->how) ? "%s/s" : "%s", r->info->unit),
			 "values", values);
}

static bool has_values(const json_t *series)
{
	const json_t *v;
	size_t i;

	json_array_foreach(json_object_get(series, "values"), i, v)
		if (json_is_number(v))
			return true;
	return false;
}

static int series_add(const struct samples *s, const json_t *workload, const char *name,
		      bool always, json_t *list, struct err *e)
{
	cleanup_reading struct metric_reading r = { 0 };

	if (!metric_reading_open(s, workload, name, &r))
		return err_set(e, EINVAL, "there is no metric '%s' of this workload; `ramrig docs "
			       "reference` lists them", name);
	cleanup_json json_t *one = series_of(&r, name);

	if (!one)
		return err_set(e, ENOMEM, "out of memory for the series %s", name);
	if (always || has_values(one))
		json_array_append(list, one);
	return 0;
}

static const char *phase_of(int64_t t_ns, const struct window *w)
{
	return !w || t_ns < w->from_ns ? "before" : t_ns <= w->to_ns ? "measure" : "after";
}

int series_make(const struct samples *s, const json_t *workload, const struct window *window,
		const char *const *names, json_t **ret, struct err *e)
{
	json_t *times = json_array(), *phases = json_array(), *list = json_array();
	cleanup_json json_t *j = json_pack("{s:o, s:o, s:o}", "t_s", times, "phase", phases,
					   "series", list);
	int64_t zero = window ? window->from_ns : samples_time_ns(s, 0);
	int rc = 0;

	if (!j)
		return err_set(e, ENOMEM, "out of memory for series");
	for (size_t i = 0; !rc && names[i]; i++)
		rc = series_add(s, workload, names[i], true, list, e);
	for (size_t i = 0; !rc && !names[0] && series_view[i].metric; i++)
		rc = series_add(s, workload, series_view[i].metric, false, list, e);
	if (rc)
		return rc;
	for (size_t row = 0; row < samples_count(s); row++) {
		int64_t t = samples_time_ns(s, row);

		json_array_append_new(times, json_real((double)(t - zero) / 1e9));
		json_array_append_new(phases, json_string(phase_of(t, window)));
	}
	*ret = take_ptr(j);
	return 0;
}

void series_print_reference(FILE *out)
{
	fputs("| series | column | shown by |\n| --- | --- | --- |\n", out);
	for (const struct series_info *s = series_view; s->metric; s++)
		fprintf(out, "| `%s` | %s | %s |\n", s->metric, s->column, s->tools);
}
