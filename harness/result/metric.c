/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <string.h>
#include "lib/cleanup.h"
#include "result/metric-name.h"

static const struct {
	const char *words;
	bool derived;		/* from two columns at least */
} hows[] = {
	[METRIC_MEDIAN] = { "median of the window", false },
	[METRIC_MEAN] = { "mean of the window", false },
	[METRIC_MOST] = { "most of the window", false },
	[METRIC_MEDIAN_LESS] = { "median of the window", true },
	[METRIC_MEDIAN_LESS_SHARE] = { "median of the window", true },
	[METRIC_MEDIAN_OVER] = { "median of the window", true },
	[METRIC_MEDIAN_PLUS] = { "median of the window", true },
	[METRIC_MEDIAN_RMAP] = { "median of the window", true },
	[METRIC_MEDIAN_REGIONS] = { "median of the window", true },
	[METRIC_LAST] = { "last of the window", false },
	[METRIC_DELTA] = { "growth over the window", false },
	[METRIC_DELTA_SECTORS] = { "growth over the window", false },
	[METRIC_DELTA_OVER] = { "growth over the window", true },
	[METRIC_RATE] = { "growth a second over the window", false },
	[METRIC_RATE_PAGES] = { "growth a second over the window", false },
	[METRIC_KSM_SHARE] = { "median of the window", true },
	[METRIC_STALL_COUNT] = { "from the trace", true },
	[METRIC_STALL_TIME] = { "from the trace", true },
	[METRIC_STALL_P99] = { "from the trace", true },
	[METRIC_STALL_MAX] = { "from the trace", true },
	[METRIC_SWAP_INS] = { "from the trace", true },
	[METRIC_SWAP_IN_P50] = { "from the trace", true },
	[METRIC_SWAP_IN_P99] = { "from the trace", true },
	[METRIC_SWAP_IN_SOON] = { "from the trace", true },
};

const char *metric_kind(const struct metric_info *m)
{
	return hows[m->how].derived || strpbrk(m->column, "* ") ? "derived" : "measured";
}

json_t *metric_json(const struct metric_info *m, double v)
{
	return json_pack("{s:f, s:s, s:s, s:s, s:s}", "value", v, "unit", m->unit, "better",
			 m->better, "scale", m->scale, "kind", metric_kind(m));
}

static int derive_one(const struct samples *s, const json_t *workload, struct window w,
		      const struct metric_info *m, const char *name, json_t *metrics, struct err *e)
{
	double v;

	if (!metric_value(s, workload, name, w, &v))
		return 0;
	if (json_object_set_new(metrics, name, metric_json(m, v)))
		return err_set(e, ENOMEM, "out of memory for metric %s", name);
	return 0;
}

int metric_read(metric_reader *read, const void *of, const char *fill, json_t *metrics,
		struct err *e)
{
	for (const struct metric_info *m = metric_table; m->name; m++) {
		char name[METRIC_NAME_SIZE];
		double v;

		if (!strchr(m->name, '{') != !fill || !read(m->how, of, &v))
			continue;
		metric_expand(m->name, fill ? fill : "", name);
		if (json_object_set_new(metrics, name, metric_json(m, v)))
			return err_set(e, ENOMEM, "out of memory for metric %s", name);
	}
	return 0;
}

int metric_derive(const struct samples *s, const json_t *workload, struct window w,
		  json_t *metrics, struct err *e)
{
	char buf[METRIC_FILL_SIZE], name[METRIC_NAME_SIZE];
	const char *fill;
	int rc = 0;

	for (const struct metric_info *m = metric_table; m->name && !rc; m++)
		for (size_t i = 0; !rc && (fill = metric_fill(m, workload, i, buf)); i++)
			rc = derive_one(s, workload, w, m, metric_expand(m->name, fill, name),
					metrics, e);
	return rc;
}

void metric_print_reference(FILE *out)
{
	fputs("| metric | unit | better | scale | how | meaning |\n"
	      "| --- | --- | --- | --- | --- | --- |\n", out);
	for (const struct metric_info *m = metric_table; m->name; m++)
		fprintf(out, "| `%s` | %s | %s | %s | %s, %s | %s |\n", m->name, m->unit, m->better,
			m->scale, metric_kind(m), hows[m->how].words, m->meaning);
}
