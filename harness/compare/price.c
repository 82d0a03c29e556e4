/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <math.h>
#include <string.h>
#include "compare/price.h"
#include "compare/row.h"
#include "lib/cleanup.h"
#include "result/metric.h"
#include "stats/summary.h"

#define NS_PER_S 1e9
#define US_PER_S 1e6

static const char *const saved_metrics[] = { "dram_used", "workload_dram", "workload_dram_pool" };

/* What memory is paid with, besides the workload's own figures. */
static const char *const paid_metrics[] = {
	"psi_memory_some", "psi_memory_full", "ksmd_cpu",   "kswapd_cpu", "kcompactd_cpu",
	"kdamond_cpu",	   "swap_balancer_cpu", "daemons_cpu", "zram_memory", "zswap_pool",
	"ksm_rmap",	   "damon_regions_max", "nvme_written",
};

/* One metric in the pairs of a group. */
struct readings {
	double *base, *arm;	/* of @n_base and @n_arm cells that have it */
	double *less, *ratio;	/* of @n pairs where both do: base - arm; the logarithm of arm / base */
	size_t n_base, n_arm, n;
	bool has_zero;		/* somewhere there is no ratio */
	double memory[];
};

static struct readings *readings_new(const struct group *g, const char *name)
{
	size_t n = g->n_pairs;
	struct readings *r = calloc(1, sizeof(*r) + 4 * n * sizeof(double));

	if (!r)
		return NULL;
	r->base = r->memory;
	r->arm = r->base + n;
	r->less = r->arm + n;
	r->ratio = r->less + n;
	for (size_t i = 0; i < n; i++) {
		double base, arm;
		bool has_base = result_cell_value(g->pairs[i].base, name, &base);
		bool has_arm = result_cell_value(g->pairs[i].arm, name, &arm);

		if (has_base)
			r->base[r->n_base++] = base;
		if (has_arm)
			r->arm[r->n_arm++] = arm;
		if (!has_base || !has_arm)
			continue;
		r->has_zero |= base <= 0 || arm <= 0;
		r->less[r->n] = base - arm;
		r->ratio[r->n++] = base > 0 && arm > 0 ? log(arm / base) : NAN;
	}
	return r;
}

/* As stats/paired.h has the change of a ratio, so that a metric has one wherever it is printed. */
static double ratio_change(const struct readings *r)
{
	return r->has_zero ? NAN : expm1(summary_mean(r->ratio, r->n));
}

static double median_of(const struct group *g, const char *name, bool of_base)
{
	cleanup_free struct readings *r = readings_new(g, name);

	return !r ? NAN : of_base ? summary_median(r->base, r->n_base) :
				    summary_median(r->arm, r->n_arm);
}

/* Median length of the arm's windows in seconds. */
static double window_median_s(const struct group *g)
{
	cleanup_free double *v = calloc(g->n_pairs + 1, sizeof(*v));
	size_t n = 0;

	for (size_t i = 0; v && i < g->n_pairs; i++) {
		const json_t *w = json_object_get(g->pairs[i].arm->doc, "window");

		if (w)
			v[n++] = (double)(json_int_or(w, "to_ns", 0) -
					  json_int_or(w, "from_ns", 0)) / NS_PER_S;
	}
	return v ? summary_median(v, n) : NAN;
}

static json_t *saved_row(const struct group *g, const char *name, bool is_void, double total)
{
	cleanup_free struct readings *r = readings_new(g, name);
	double saved = r && !is_void ? summary_mean(r->less, r->n) : NAN;
	double share = r && !is_void ? -ratio_change(r) : NAN;

	return json_pack("{s:s, s:s, s:o, s:o, s:o, s:o, s:o}", "metric", name, "unit",
			 metric_find(name, NULL)->unit, "base_median",
			 json_real_or_null(r ? summary_median(r->base, r->n_base) : NAN), "arm_median",
			 json_real_or_null(r ? summary_median(r->arm, r->n_arm) : NAN), "saved",
			 json_real_or_null(saved), "share_of_base", json_real_or_null(share),
			 "share_of_memory", json_real_or_null(saved / total));
}

/* What a paid row is of: from the table of metrics, or from the workload's figures. */
struct paid {
	const char *name, *unit, *better, *scale, *loop;
};

static json_t *paid_row(const struct group *g, const struct paid *p, bool is_void, double window_s)
{
	cleanup_free struct readings *r = readings_new(g, p->name);
	bool is_ratio = !strcmp(p->scale, "ratio"), is_time = !strcmp(p->unit, "us") && !is_ratio;
	double arm = r ? summary_median(r->arm, r->n_arm) : NAN, change = NAN;

	if (r && !is_void)
		change = is_ratio ? ratio_change(r) : -summary_mean(r->less, r->n);
	return json_pack("{s:s, s:s, s:s, s:s, s:s*, s:o, s:o, s:o, s:o}", "metric", p->name,
			 "unit", p->unit, "better", p->better, "scale", p->scale, "loop", p->loop,
			 "base_median", json_real_or_null(r ? summary_median(r->base, r->n_base) : NAN),
			 "arm_median", json_real_or_null(arm), "change", json_real_or_null(change), "share_of_window",
			 json_real_or_null(is_time ? arm / (window_s * US_PER_S) : NAN));
}

/* Whether a latency's loop is closed is known to the cells only: it may depend on a parameter. */
static const char *loop_of(const struct group *g, const char *name)
{
	for (size_t i = 0; i < g->n_pairs; i++) {
		const json_t *m = result_cell_metric(g->pairs[i].arm, name);

		if (m)
			return json_str(m, "loop");
	}
	return NULL;
}

/* Counts follow from rates and the window; differences tell whether the work was done at all. */
static json_t *paid_rows(const struct group *g, const json_t *plan, bool is_void, double window_s)
{
	const json_t *workload = json_object_get(json_object_get(plan, "workloads"), g->workload);
	json_t *rows = json_array();
	const json_t *f;
	size_t i;

	json_array_foreach(json_object_get(workload, "figures"), i, f) {
		const char *name = json_str(f, "name");
		struct paid p = { name, json_str(f, "unit"), json_str(f, "better"),
				  json_str(f, "scale"), loop_of(g, name) };

		if (!strcmp(p.scale, "ratio") && strcmp(p.unit, "count"))
			json_array_append_new(rows, paid_row(g, &p, is_void, window_s));
	}
	for (i = 0; i < ARRAY_SIZE(paid_metrics); i++) {
		const struct metric_info *m = metric_find(paid_metrics[i], NULL);
		struct paid p = { paid_metrics[i], m->unit, m->better, m->scale, NULL };

		json_array_append_new(rows, paid_row(g, &p, is_void, window_s));
	}
	return rows;
}

json_t *price_of(const struct group *g, const json_t *plan)
{
	const char *proof = group_proof(g);
	bool is_void = !strcmp(proof, "failed");
	double total = median_of(g, "mem_total", true), window_s = window_median_s(g);
	json_t *saved = json_array();

	for (size_t i = 0; i < ARRAY_SIZE(saved_metrics); i++)
		json_array_append_new(saved, saved_row(g, saved_metrics[i], is_void, total));
	return json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:I, s:o, s:o, s:o, s:o}", "workload",
			 g->workload, "topology", g->topology, "base_kernel", g->base_kernel,
			 "arm_kernel", g->arm_kernel, "base", g->base, "arm", g->arm, "proof",
			 proof, "pairs", (json_int_t)g->n_pairs, "window_s", json_real_or_null(window_s),
			 "memory_total", json_real_or_null(total), "saved", saved, "paid",
			 paid_rows(g, plan, is_void, window_s));
}

json_t *prices_of(const struct groups *gs, const json_t *plan)
{
	json_t *all = json_array();

	for (size_t i = 0; i < gs->n; i++)
		json_array_append_new(all, price_of(&gs->v[i], plan));
	return all;
}

bool price_is_measured(const json_t *price)
{
	const json_t *row;
	size_t i;

	json_array_foreach(json_object_get(price, "saved"), i, row)
		if (json_is_number(json_object_get(row, "base_median")) &&
		    json_is_number(json_object_get(row, "arm_median")))
			return true;
	return false;
}

bool price_row_is_absent(const json_t *row)
{
	return json_is_null(json_object_get(row, "base_median")) &&
	       json_is_null(json_object_get(row, "arm_median"));
}

bool price_row_is_zero(const json_t *row)
{
	const json_t *base = json_object_get(row, "base_median");
	const json_t *arm = json_object_get(row, "arm_median");

	return json_is_number(base) && json_is_number(arm) && json_number_value(base) == 0 &&
	       json_number_value(arm) == 0;
}
