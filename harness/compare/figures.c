/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <string.h>
#include "calibrate/known.h"
#include "compare/figures.h"
#include "compare/price.h"
#include "lib/cleanup.h"
#include "lib/file.h"
#include "stats/summary.h"

#define NS_PER_S 1e9
#define MS_PER_S 1e3

/* The boots of one kernel, topology, workload and arm. */
struct place {
	const struct result *result;
	const struct result_cell **cells;
	size_t n;
};

static bool same_place(const struct result_cell *a, const struct result_cell *b)
{
	return !strcmp(a->workload, b->workload) && !strcmp(a->topology, b->topology) &&
	       !strcmp(a->kernel, b->kernel) && !strcmp(a->arm, b->arm);
}

static bool counts(const struct result_cell *c)
{
	return c->pair && c->outcome == OUTCOME_OK;
}

typedef bool (*reading_fn)(const struct result_cell *c, const char *name, double *ret);

static bool read_window(const struct result_cell *c, const char *name, double *ret)
{
	const json_t *w = json_object_get(c->doc, "window");

	(void)name;
	*ret = (double)(json_int_or(w, "to_ns", 0) - json_int_or(w, "from_ns", 0)) / NS_PER_S;
	return w != NULL;
}

static bool read_wall(const struct result_cell *c, const char *name, double *ret)
{
	(void)name;
	*ret = (double)result_wall_ms(c->doc) / MS_PER_S;
	return json_object_get(c->doc, "phases") != NULL;
}

/* The values of @p's boots that have one; the caller frees *ret. */
static size_t place_read(const struct place *p, reading_fn read, const char *name, double **ret)
{
	double *values = calloc(p->n + 1, sizeof(*values));
	size_t n = 0;

	for (size_t i = 0; values && i < p->n; i++)
		n += read(p->cells[i], name, &values[n]);
	*ret = values;
	return n;
}

static json_t *place_median(const struct place *p, reading_fn read)
{
	cleanup_free double *values = NULL;
	size_t n = place_read(p, read, NULL, &values);

	return n ? json_real(summary_median(values, n)) : json_null();
}

static json_t *figure_of(const struct place *p, const char *name, const json_t *metric)
{
	cleanup_free double *values = NULL;
	size_t n = place_read(p, result_cell_value, name, &values);

	if (!n)
		return NULL;
	return json_pack("{s:s, s:s, s:f, s:f, s:f, s:f, s:o, s:I, s:s*}", "metric", name, "unit",
			 json_str(metric, "unit"), "median", summary_median(values, n), "least",
			 summary_quantile(values, n, 0), "most", summary_quantile(values, n, 1),
			 "mean", summary_mean(values, n), "dev",
			 json_real_or_null(summary_dev(values, n)),
			 "boots", (json_int_t)n, "loop", json_str(metric, "loop"));
}

static bool is_memory_used(const char *name)
{
	static const char *const names[] = { "mem_used", "dram_used", "workload_dram",
					     "workload_dram_pool" };

	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		if (!strcmp(names[i], name))
			return true;
	return false;
}

bool figures_shows(const json_t *plan, const char *workload, const char *name)
{
	const json_t *doc = json_object_get(json_object_get(plan, "workloads"), workload);

	return json_array_find(json_object_get(doc, "figures"), "name", name) ||
	       json_array_find(json_object_get(plan, "metrics"), "name", name) || is_memory_used(name);
}

/* What this arm saved and paid against the base, or NULL for the base itself. */
static json_t *place_price(const struct place *p, const struct groups *gs)
{
	const struct result_cell *c = p->cells[0];

	for (size_t i = 0; i < gs->n; i++) {
		const struct group *g = &gs->v[i];

		if (!strcmp(g->workload, c->workload) && !strcmp(g->topology, c->topology) &&
		    !strcmp(g->arm_kernel, c->kernel) && !strcmp(g->arm, c->arm))
			return price_of(g, p->result->plan);
	}
	return NULL;
}

static json_t *place_json(const struct place *p, const struct groups *gs, bool all)
{
	const struct result_cell *c = p->cells[0];
	cleanup_json json_t *names = json_object();
	json_t *figures = json_array(), *m;
	const char *name;

	for (size_t i = 0; i < p->n; i++)
		json_object_update_missing(names, p->cells[i]->about);
	json_object_foreach(names, name, m) {
		bool wanted = figures_shows(p->result->plan, c->workload, name);
		json_t *f = all || wanted ? figure_of(p, name, m) : NULL;

		if (f && wanted)
			json_object_set_new(f, "calibration",
					    known_mark(p->result->plan, c->topology, c->workload,
						       c->kernel, name));
		if (f)
			json_array_append_new(figures, f);
	}
	return json_pack("{s:s, s:s, s:s, s:s, s:I, s:o, s:o, s:O, s:o, s:o*}", "workload",
			 c->workload, "topology", c->topology, "kernel", c->kernel, "arm", c->arm, "boots",
			 (json_int_t)p->n, "window_s", place_median(p, read_window), "wall_s",
			 place_median(p, read_wall), "fidelity", json_object_get(c->doc, "fidelity"),
			 "figures", figures, "price", place_price(p, gs));
}

int figures_collect(const struct result *r, bool all, json_t **ret, struct err *e)
{
	cleanup_free const struct result_cell **cells = calloc(r->n_cells + 1, sizeof(*cells));
	cleanup_free bool *taken = calloc(r->n_cells + 1, sizeof(*taken));
	cleanup_json json_t *list = json_array();
	cleanup_groups struct groups groups = { 0 };
	int rc = groups_within(r, &groups, e);

	if (rc)
		return rc;
	for (size_t i = 0; cells && taken && i < r->n_cells; i++) {
		struct place p = { .result = r, .cells = cells };

		for (size_t k = i; k < r->n_cells; k++)
			if (!taken[k] && counts(&r->cells[k]) &&
			    same_place(&r->cells[i], &r->cells[k]))
				cells[p.n++] = &r->cells[k];
		for (size_t k = 0; k < p.n; k++)
			taken[cells[k] - r->cells] = true;
		if (p.n && json_array_append_new(list, place_json(&p, &groups, all)))
			return err_set(e, ENOMEM, "out of memory for the figures of %s", r->dir);
	}
	if (!cells || !taken)
		return err_set(e, ENOMEM, "out of memory for the figures of %s", r->dir);
	*ret = take_ptr(list);
	return 0;
}
