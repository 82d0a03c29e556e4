/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <math.h>
#include <string.h>
#include "compare/group.h"
#include "compare/row.h"
#include "compare/sweep.h"
#include "lib/cleanup.h"
#include "lib/file.h"
#include "plan/policies.h"
#include "stats/pareto.h"
#include "stats/summary.h"

/* A metric as its first cell that has it describes it. */
struct axis {
	const char *name, *unit;
	bool more_is_better, is_ratio;
};

static bool axis_find(const struct result *r, const char *workload, const char *name,
		      struct axis *ret)
{
	for (size_t i = 0; i < r->n_cells; i++) {
		const json_t *m = strcmp(r->cells[i].workload, workload) ?
					  NULL :
					  result_cell_metric(&r->cells[i], name);

		if (!m)
			continue;
		*ret = (struct axis){ name, json_str(m, "unit"),
				      !strcmp(json_str(m, "better"), "more"),
				      !strcmp(json_str(m, "scale"), "ratio") };
		return true;
	}
	return false;
}

/* A key metric that is a figure of the workload, else its first figure, else any key metric, or NULL. */
static const char *cost_default(const json_t *plan, const char *workload)
{
	const json_t *figures = json_object_get(
		json_object_get(json_object_get(plan, "workloads"), workload), "figures");
	const json_t *metrics = json_object_get(plan, "metrics"), *m, *f;
	size_t i, k;

	json_array_foreach(metrics, i, m)
		json_array_foreach(figures, k, f)
			if (!strcmp(json_str(m, "name"), json_str(f, "name")))
				return json_str(m, "name");
	return json_str(json_array_get(json_array_size(figures) ? figures : metrics, 0), "name");
}

/* How much better the arm is than the base in each pair, as a difference or as a share of the base. */
static size_t gains_read(const struct group *g, const struct axis *a, bool as_share, double *ret)
{
	size_t n = 0;

	for (size_t i = 0; i < g->n_pairs; i++) {
		double base, arm, gain;

		if (!result_cell_value(g->pairs[i].base, a->name, &base) ||
		    !result_cell_value(g->pairs[i].arm, a->name, &arm) || (as_share && base <= 0))
			continue;
		gain = a->more_is_better ? arm - base : base - arm;
		ret[n++] = as_share ? gain / base : gain;
	}
	return n;
}

static struct pareto_range range_of(const double *v, size_t n)
{
	return (struct pareto_range){ summary_median(v, n), summary_quantile(v, n, 0),
				      summary_quantile(v, n, 1) };
}

static struct pareto_range negated(struct pareto_range r)
{
	return (struct pareto_range){ -r.median, -r.most, -r.least };
}

static json_t *range_json(const struct pareto_range *r)
{
	return json_pack("{s:o, s:o, s:o}", "median", json_real_or_null(r->median), "least", json_real_or_null(r->least),
			 "most", json_real_or_null(r->most));
}

/* Adds those of one policy: "POLICY.PARAMETER": { "value", "unit" }. */
static void policy_values(const json_t *policy, json_t *values)
{
	const char *name;
	json_t *p;

	json_object_foreach(json_object_get(policy, "parameters"), name, p) {
		cleanup_free char *key = path_format("%s.%s", json_str(policy, "policy"), name);

		json_object_set_new(values, key,
				    json_pack("{s:O, s:s*}", "value", json_object_get(p, "value"),
					      "unit", json_str(p, "unit")));
	}
}

/* The parameters of the policies of the arm @name. */
static json_t *arm_values(const json_t *plan, const char *name)
{
	cleanup_json json_t *policies = policies_of_arm(plan, name);
	json_t *values = json_object();
	const json_t *policy;
	size_t i;

	json_array_foreach(policies, i, policy)
		policy_values(policy, values);
	return values;
}

/* Adds to the list @differ the parameters in which @a and @b are not alike. */
static void values_compare(json_t *a, const json_t *b, json_t *differ)
{
	const char *name;
	json_t *value;

	json_object_foreach(a, name, value)
		if (!json_equal(value, json_object_get(b, name)))
			json_object_set_new(differ, name, json_true());
}

/* Names of the parameters that differ between arms but the base: { NAME: true }. */
static json_t *parameters_swept(const json_t *plan)
{
	json_t *differ = json_object(), *first = NULL;
	const json_t *arm;
	size_t i;

	json_array_foreach(json_object_get(plan, "arms"), i, arm) {
		json_t *values = json_is_true(json_object_get(arm, "base")) ?
					 NULL :
					 arm_values(plan, json_str(arm, "name"));

		if (!first) {
			first = values;
			continue;
		}
		values_compare(first, values ? values : first, differ);
		values_compare(values ? values : first, first, differ);
		json_decref(values);
	}
	json_decref(first);
	return differ;
}

/* What of an arm's parameters is swept. */
static json_t *point_values(const json_t *plan, const char *arm, json_t *swept)
{
	cleanup_json json_t *all = arm_values(plan, arm);
	json_t *values = json_object(), *unused;
	const char *name;

	json_object_foreach(swept, name, unused)
		if (json_object_get(all, name))
			json_object_set(values, name, json_object_get(all, name));
	return values;
}

/* One table in the making: all arms that have one base in one place. */
struct table {
	const struct group *groups;
	size_t n;
	struct axis saved, cost;
	bool has_saved, has_cost;
	struct pareto_point *points;	/* n + 1: the base first */
	double *share_of_base;
	enum pareto_place *places;
};

static void point_read(struct table *t, size_t i)
{
	const struct group *g = &t->groups[i];
	struct pareto_point *p = &t->points[i + 1];
	cleanup_free double *v = calloc(g->n_pairs + 1, sizeof(*v));
	bool acted = v && strcmp(group_proof(g), "failed");

	*p = (struct pareto_point){ { NAN, NAN, NAN }, { NAN, NAN, NAN } };
	t->share_of_base[i + 1] = NAN;
	if (acted && t->has_saved) {
		p->gain = range_of(v, gains_read(g, &t->saved, false, v));
		t->share_of_base[i + 1] = summary_median(v, gains_read(g, &t->saved, true, v));
	}
	if (acted && t->has_cost)
		p->cost = negated(range_of(v, gains_read(g, &t->cost, t->cost.is_ratio, v)));
}

static json_t *point_json(const struct table *t, size_t i, const json_t *plan, json_t *swept)
{
	const struct group *g = &t->groups[i ? i - 1 : 0];
	const char *arm = i ? g->arm : g->base;

	return json_pack("{s:s, s:s, s:o, s:I, s:s, s:o, s:o, s:o, s:s}", "arm", arm, "kernel",
			 i ? g->arm_kernel : g->base_kernel, "values",
			 point_values(plan, arm, swept), "pairs", (json_int_t)g->n_pairs, "proof",
			 i ? group_proof(g) : "none", "saved", range_json(&t->points[i].gain),
			 "share_of_base", json_real_or_null(t->share_of_base[i]), "cost",
			 range_json(&t->points[i].cost), "place", pareto_names[t->places[i]]);
}

static json_t *table_json(struct table *t, const json_t *plan, json_t *swept)
{
	const struct group *g = t->groups;
	json_t *points = json_array();

	for (size_t i = 0; i < t->n; i++)
		point_read(t, i);
	pareto_places(t->points, t->n + 1, t->places);
	for (size_t i = 0; i <= t->n; i++)
		json_array_append_new(points, point_json(t, i, plan, swept));
	return json_pack("{s:s, s:s, s:s, s:s, s:s, s:s*, s:s*, s:s*, s:s*, s:o}", "workload",
			 g->workload, "topology", g->topology, "kernel", g->base_kernel, "base",
			 g->base, "saved", t->saved.name, "saved_unit", t->saved.unit, "cost",
			 t->cost.name, "cost_unit", t->cost.unit, "cost_scale",
			 !t->has_cost	  ? NULL :
			 t->cost.is_ratio ? "ratio" :
					    "difference",
			 "points", points);
}

static bool same_base(const struct group *a, const struct group *b)
{
	return !strcmp(a->workload, b->workload) && !strcmp(a->topology, b->topology) &&
	       !strcmp(a->base_kernel, b->base_kernel);
}

static int table_make(const struct result *r, const struct sweep_opts *o,
		      const struct group *groups, size_t n, json_t *swept, json_t **ret,
		      struct err *e)
{
	const char *cost = o->cost ? o->cost : cost_default(r->plan, groups->workload);
	cleanup_free struct pareto_point *points = calloc(n + 1, sizeof(*points));
	cleanup_free enum pareto_place *places = calloc(n + 1, sizeof(*places));
	cleanup_free double *shares = calloc(n + 1, sizeof(*shares));
	struct table t = { .groups = groups,
			   .n = n,
			   .points = points,
			   .share_of_base = shares,
			   .places = places };

	if (!points || !places || !shares)
		return err_set(e, ENOMEM, "out of memory for the points of a sweep");
	t.saved.name = o->saved;
	t.cost.name = cost;
	t.has_saved = axis_find(r, groups->workload, o->saved, &t.saved);
	t.has_cost = cost && axis_find(r, groups->workload, cost, &t.cost);
	if (groups->n_pairs && (!t.has_saved || !t.has_cost))
		return err_set(e, EINVAL,
			       "no cell of workload %s has the metric '%s'; name one of its "
			       "result.json",
			       groups->workload,
			       !t.has_saved ? o->saved :
			       cost	    ? cost :
					      "");
	*ret = table_json(&t, r->plan, swept);
	return 0;
}

int sweep_collect(const struct result *r, const struct sweep_opts *o, json_t **ret, struct err *e)
{
	cleanup_json json_t *swept = parameters_swept(r->plan), *tables = json_array();
	cleanup_groups struct groups gs = { 0 };
	json_t *names = json_array(), *table = NULL, *unused;
	const char *name;
	int rc = groups_within(r, &gs, e);

	json_object_foreach(swept, name, unused)
		json_array_append_new(names, json_string(name));
	for (size_t i = 0, end; !rc && i < gs.n; i = end) {
		for (end = i + 1; end < gs.n && same_base(&gs.v[i], &gs.v[end]);)
			end++;
		rc = table_make(r, o, &gs.v[i], end - i, swept, &table, e);
		if (!rc)
			json_array_append_new(tables, table);
	}
	if (rc) {
		json_decref(names);
		return rc;
	}
	*ret = json_pack("{s:O, s:o, s:O}", "experiment", json_object_get(r->plan, "experiment"),
			 "parameters", names, "tables", tables);
	return 0;
}
