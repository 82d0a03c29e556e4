/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include "compare/text.h"
#include "lib/cleanup.h"
#include "lib/file.h"
#include "report/parts.h"
#include "result/metric-name.h"
#include "result/series.h"
#include "stats/lttb.h"
#include "stats/summary.h"

#define NS_PER_S 1e9
#define NAMES_MAX 128

/* What is drawn over time, in this order: memory, pressure, swap, tiers, merging, CPU time. */
static const char *const drawn[] = {
	"dram_used", "workload_dram", "mem_available", "zram_memory", "zswap_pool",
	"psi_memory_some", "psi_memory_full", "psi_io_some",
	"swap_used", "swap_{device}_used", "si", "so",
	"node{node}_used", "demoted", "promoted",
	"ksm_pages_sharing",
	"cpu_system", "ksmd_cpu", "kswapd_cpu", "kdamond_cpu", "swap_balancer_cpu", "daemons_cpu",
};

/* Units of series that text_step() does not know: what an axis is in, and how much that is. */
static const struct {
	const char *unit, *shown;
	double size;
} units[] = {
	{ "us/s", "% of the time", 1e4 },
	{ "share", "%", 0.01 },
};

/* The metrics' names, which last as long as this. */
struct names {
	size_t n;
	const char *v[NAMES_MAX + 1];	/* NULL-ended */
	char text[NAMES_MAX][METRIC_NAME_SIZE];
};

static const struct metric_info *info_of(const char *pattern)
{
	for (const struct metric_info *m = metric_table; m->name; m++)
		if (!strcmp(m->name, pattern))
			return m;
	return NULL;
}

static void names_fill(struct names *ret, const json_t *workload)
{
	char fill[METRIC_FILL_SIZE];

	ret->n = 0;
	for (size_t i = 0; i < ARRAY_SIZE(drawn); i++) {
		const struct metric_info *m = info_of(drawn[i]);
		const char *part;

		for (size_t k = 0; m && ret->n < NAMES_MAX &&
				   (part = metric_fill(m, workload, k, fill)); k++) {
			ret->v[ret->n] = metric_expand(drawn[i], part, ret->text[ret->n]);
			ret->n++;
		}
	}
	ret->v[ret->n] = NULL;
}

/* Six figures are more than a chart can show. */
static json_t *rounded(double v)
{
	char text[32];

	snprintf(text, sizeof(text), "%.6g", v);
	return json_real(strtod(text, NULL));
}

/* The points that are there, as arrays; returns how many. */
static size_t points_read(const json_t *t_s, const json_t *values, double *x, double *y)
{
	const json_t *v;
	size_t i, n = 0;

	json_array_foreach(values, i, v) {
		if (!json_is_number(v))
			continue;
		x[n] = json_number_value(json_array_get(t_s, i));
		y[n++] = json_number_value(v);
	}
	return n;
}

/* Beside @t_s where there are few enough, else with times of its own. NULL: no sample has it. */
static json_t *series_json(const json_t *t_s, const json_t *values, double *ret_most)
{
	size_t all = json_array_size(values), picked[REPORT_POINTS], i;
	cleanup_free double *x = calloc(2 * all + 1, sizeof(*x));
	double *y = x + all, most = 0;
	const json_t *v;

	if (!x)
		return NULL;
	size_t n = points_read(t_s, values, x, y);

	if (!n)
		return NULL;
	for (i = 0; i < n; i++)
		most = fmax(most, fabs(y[i]));
	if (most == 0)
		return json_pack("{s:b, s:[o, o], s:[i, i]}", "zero", true, "t", rounded(x[0]),
				 rounded(x[n - 1]), "v", 0, 0);
	*ret_most = fmax(*ret_most, most);
	json_t *list = json_array();
	if (all > REPORT_POINTS) {
		json_t *t = json_array();

		n = lttb_pick(x, y, n, REPORT_POINTS, picked);
		for (i = 0; i < n; i++) {
			json_array_append_new(t, rounded(x[picked[i]]));
			json_array_append_new(list, rounded(y[picked[i]]));
		}
		return json_pack("{s:o, s:o}", "t", t, "v", list);
	}
	json_array_foreach(values, i, v)
		json_array_append_new(list, json_is_number(v) ? rounded(json_number_value(v)) :
								json_null());
	return json_pack("{s:o}", "v", list);
}

/* What is said of a metric once, however many cells have it. */
static void metric_describe(json_t *metrics, const char *name, const char *unit, double most)
{
	const json_t *known = json_object_get(metrics, name);
	const struct metric_info *m = metric_find(name, NULL);
	const char *shown;
	double size;

	most = fmax(most, json_number_value(json_object_get(known, "most")));
	size = text_step(unit, most, &shown);
	for (size_t i = 0; i < ARRAY_SIZE(units); i++) {
		if (strcmp(units[i].unit, unit))
			continue;
		shown = units[i].shown;
		size = units[i].size;
	}
	json_object_set_new(metrics, name, json_pack("{s:s, s:s, s:f, s:f}", "meaning",
						     m ? m->meaning : "", "unit", shown, "size",
						     size, "most", most));
}

/* One node holds what the machine does: its use is of interest beside another's. */
static bool has_one_node(const json_t *plan, const char *topology)
{
	const json_t *t = json_object_get(json_object_get(plan, "topologies"), topology);

	return json_array_size(json_object_get(t, "nodes")) == 1;
}

/* The times of the samples, for series that have none of their own; none where all have. */
static json_t *times_json(const json_t *t_s)
{
	json_t *t = json_array();
	const json_t *v;
	size_t i;

	json_array_foreach(t_s, i, v) {
		if (json_array_size(t_s) <= REPORT_POINTS)
			json_array_append_new(t, rounded(json_number_value(v)));
	}
	return t;
}

static int cell_series(const struct result *r, const struct result_cell *c, json_t *metrics,
		       json_t **ret, struct err *e)
{
	cleanup_free char *path = path_format("%s/cells/%04u/samples.jsonl", r->dir, c->n);
	const json_t *workloads = json_object_get(r->plan, "workloads");
	const json_t *workload = json_object_get(workloads, c->workload);
	const json_t *w = json_object_get(c->doc, "window"), *one;
	struct window window = { json_int_or(w, "from_ns", 0), json_int_or(w, "to_ns", 0) };
	cleanup_samples struct samples *s = NULL;
	cleanup_free struct names *names = calloc(1, sizeof(*names));
	cleanup_json json_t *series = NULL, *kept = json_object();
	bool alone = has_one_node(r->plan, c->topology);
	size_t i;

	if (!names)
		return err_set(e, ENOMEM, "out of memory for series");
	names_fill(names, workload);
	int rc = samples_load(path, &s, e);
	if (!rc)
		rc = series_make(s, workload, w ? &window : NULL, names->v, &series, e);
	if (rc)
		return rc;
	json_array_foreach(json_object_get(series, "series"), i, one) {
		const char *name = json_str(one, "name");
		double most = 0;

		if (alone && !strncmp(name, "node", strlen("node")))
			continue;
		json_t *drawable = series_json(json_object_get(series, "t_s"),
					       json_object_get(one, "values"), &most);

		if (!drawable)
			continue;
		json_object_set_new(kept, name, drawable);
		metric_describe(metrics, name, json_str(one, "unit"), most);
	}
	double to_s = w ? (double)(window.to_ns - window.from_ns) / NS_PER_S : NAN;

	*ret = json_pack("{s:s, s:i, s:o, s:o, s:O}", "arm", c->arm, "pair", (int)c->pair, "to_s",
			 json_real_or_null(to_s), "t", times_json(json_object_get(series, "t_s")),
			 "series", kept);
	return 0;
}

/* Whether this cell's series are there, or could be made; @missing says why not. */
static bool cell_add(const struct result *r, const struct result_cell *c, json_t *to)
{
	cleanup_free char *key = path_format("%u", c->n);
	json_t *cells = json_object_get(to, "cells"), *series = NULL;
	struct err e;

	if (json_object_get(cells, key))
		return true;
	if (!cell_series(r, c, json_object_get(to, "metrics"), &series, &e)) {
		json_object_set_new(cells, key, series);
		return true;
	}
	cleanup_free char *why = path_format("cell %u: %s", c->n, e.msg);
	json_array_append_new(json_object_get(to, "missing"), json_sentence(why));
	return false;
}

static double value_of(const struct result_cell *c, const char *metric)
{
	double v;

	return result_cell_value(c, metric, &v) ? v : NAN;
}

/* The cell of @g that is nearest to its arm's median of @metric; the first where none has it. */
static const struct result_cell *median_cell(const struct group *g, bool base, const char *metric)
{
	cleanup_free double *v = calloc(g->n_pairs + 1, sizeof(*v));
	const struct result_cell *best = base ? g->pairs[0].base : g->pairs[0].arm;
	double median, nearest = INFINITY;
	size_t n = 0;

	for (size_t i = 0; v && i < g->n_pairs; i++) {
		double x = value_of(base ? g->pairs[i].base : g->pairs[i].arm, metric);

		if (isfinite(x))
			v[n++] = x;
	}
	median = v ? summary_median(v, n) : NAN;
	for (size_t i = 0; i < g->n_pairs; i++) {
		const struct result_cell *c = base ? g->pairs[i].base : g->pairs[i].arm;
		double off = fabs(value_of(c, metric) - median);

		if (off < nearest) {
			nearest = off;
			best = c;
		}
	}
	return best;
}

/* Rates that the workload tells once, of the two cells: a series of them is nowhere. */
static json_t *levels_of(const json_t *workload, const struct result_cell *base,
			 const struct result_cell *arm)
{
	json_t *all = json_array();
	const json_t *f;
	size_t i;

	json_array_foreach(json_object_get(workload, "figures"), i, f) {
		const char *name = json_str(f, "name"), *unit = json_str(f, "unit");
		double b, a;

		if (!name || !unit || strcmp(unit, "1/s"))
			continue;
		b = value_of(base, name);
		a = value_of(arm, name);
		if (isfinite(b) && isfinite(a))
			json_array_append_new(all, json_pack("{s:s, s:s, s:f, s:f}", "metric", name,
							     "unit", unit, "base", b, "arm", a));
	}
	return all;
}

static void group_add(const struct report *r, const struct group *g, json_t *to)
{
	const json_t *rows = json_object_get(r->comparison, "comparisons"), *row = NULL;
	const json_t *workload = json_object_get(json_object_get(r->result->plan, "workloads"),
						 g->workload);
	size_t i;

	json_array_foreach(rows, i, row)
		if (part_is_of(row, g))
			break;
	if (!row || !g->n_pairs)
		return;
	const char *by = json_str(row, "metric");
	const struct result_cell *base = median_cell(g, true, by), *arm = median_cell(g, false, by);

	if (!cell_add(r->result, base, to) || !cell_add(r->result, arm, to))
		return;
	json_array_append_new(json_object_get(to, "groups"),
			      json_pack("{s:i, s:s, s:i, s:i, s:o}", "row", (int)i, "by", by,
					"base", (int)base->n, "arm", (int)arm->n, "levels",
					levels_of(workload, base, arm)));
}

json_t *part_over_time(const struct report *r, const struct groups *gs)
{
	json_t *to = json_pack("{s:{}, s:{}, s:[], s:[]}", "metrics", "cells", "groups", "missing");

	for (size_t i = 0; i < gs->n && i < REPORT_SERIES_GROUPS; i++)
		group_add(r, &gs->v[i], to);
	json_object_set_new(to, "left_out",
			    json_integer(gs->n > REPORT_SERIES_GROUPS ?
						 (json_int_t)(gs->n - REPORT_SERIES_GROUPS) : 0));
	return to;
}
