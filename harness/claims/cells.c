/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "claims/cells.h"
#include "claims/stated.h"
#include "compare/compare.h"
#include "compare/figures.h"
#include "contest/contest.h"
#include "lib/cleanup.h"
#include "lib/file.h"
#include "plan/plan.h"
#include "result/metric.h"

static int plan_one(const struct search *s, const char *experiment, unsigned pairs, json_t **ret,
		    struct err *e)
{
	struct plan_opts o = {
		.experiment = experiment,
		.pairs = pairs,
		.connect = "",
		.version = RAMRIG_VERSION,
	};
	json_t *plan = NULL;
	int rc = plan_make(s, &o, &plan, e);

	if (!rc && !pairs && json_int_or(plan, "pairs", 0) < CLAIM_PAIRS_LEAST) {
		json_decref(plan);
		o.pairs = CLAIM_PAIRS_LEAST;
		rc = plan_make(s, &o, &plan, e);
	}
	if (!rc)
		*ret = plan;
	return rc;
}

/* Whether the plan has what the figure of a claim asks of it. */
static int figure_check(const json_t *plan, const json_t *stated, struct err *e)
{
	const char *experiment = json_str(stated, "experiment"), *arm = json_str(stated, "arm");
	const char *name = json_str(stated, "workload"), *metric = json_str(stated, "metric");
	const char *topology = json_str(stated, "topology");
	const json_t *workload = json_object_get(json_object_get(plan, "workloads"), name);

	if (!json_array_find(json_object_get(plan, "arms"), "name", arm))
		return err_set(e, EINVAL, "the experiment '%s' has no arm '%s'", experiment, arm);
	if (!workload)
		return err_set(e, EINVAL, "the experiment '%s' has no workload '%s'", experiment,
			       name);
	if (topology && !json_object_get(json_object_get(plan, "topologies"), topology))
		return err_set(e, EINVAL, "the experiment '%s' has no topology '%s'", experiment,
			       topology);
	if (!json_array_find(json_object_get(workload, "figures"), "name", metric) &&
	    !metric_find(metric, workload))
		return err_set(e, EINVAL, "the workload '%s' has no metric '%s'", name, metric);
	return 0;
}

static int claim_plan(const struct search *s, const json_t *claim, unsigned pairs, json_t *plans,
		      struct err *e)
{
	cleanup_json json_t *figures = NULL;
	const json_t *stated;
	size_t i;
	int rc = stated_collect(claim, &figures, NULL, e);

	json_array_foreach(figures, i, stated) {
		const char *experiment = json_str(stated, "experiment");
		json_t *plan = NULL;

		if (rc || json_str(stated, "not_testable"))
			continue;
		if (!json_object_get(plans, experiment)) {
			rc = plan_one(s, experiment, pairs, &plan, e);
			if (!rc)
				json_object_set_new(plans, experiment, plan);
		}
		if (!rc)
			rc = figure_check(json_object_get(plans, experiment), stated, e);
		if (rc)
			err_prefix(e,
				   "claim '%s', row '%s', figure '%s': ", json_str(claim, "claim"),
				   json_str(stated, "row"), json_str(stated, "figure"));
	}
	return rc;
}

int claims_plan(const struct search *s, const json_t *claims, unsigned pairs, json_t **ret,
		struct err *e)
{
	cleanup_json json_t *plans = json_object();
	const json_t *claim;
	size_t i;

	json_array_foreach(claims, i, claim)
		if (claim_plan(s, claim, pairs, plans, e))
			return -e->code;
	*ret = json_incref(plans);
	return 0;
}

json_t *claims_experiments(const json_t *claims, const char *accelerator)
{
	bool emulated = strcmp(accelerator, "kvm");
	json_t *names = json_array();
	const json_t *claim, *stated;
	size_t i, k;

	json_array_foreach(claims, i, claim) {
		cleanup_json json_t *figures = NULL, *one = json_array();
		struct err unreadable;

		if (stated_collect(claim, &figures, NULL, &unreadable))
			continue;
		json_array_foreach(figures, k, stated)
			if (!json_str(stated, "not_testable") &&
			    !(emulated && json_array_size(json_object_get(stated, "needs"))))
				json_array_append(one, json_object_get(stated, "experiment"));
		json_strings_merge(names, one);
	}
	return names;
}

static int results_take(struct claim_results *rs, struct result *r, struct err *e)
{
	struct claim_result one = { .dir = r->dir, .plan = r->plan };
	json_t *comparison = NULL, *figures = NULL;
	int rc = compare_results(r, NULL, &comparison, e);

	if (!rc)
		rc = figures_collect(r, true, &figures, e);
	if (!rc) {
		struct claim_result *v = realloc(rs->v, (rs->n + 1) * sizeof(*v));
		struct result **loaded = realloc(rs->loaded, (rs->n + 1) * sizeof(*loaded));

		if (v)
			rs->v = v;
		if (loaded)
			rs->loaded = loaded;
		if (!v || !loaded)
			rc = err_set(e, ENOMEM, "out of memory for %s", r->dir);
	}
	if (rc) {
		json_decref(comparison);
		json_decref(figures);
		return rc;
	}
	one.comparison = comparison;
	one.figures = figures;
	rs->v[rs->n] = one;
	rs->loaded[rs->n++] = r;
	return 0;
}

int claim_results_add(struct claim_results *rs, const char *dir, struct err *e)
{
	cleanup_result struct result *r = NULL;
	int rc = result_load(dir, &r, e);

	if (!rc)
		rc = results_take(rs, r, e);
	if (!rc)
		take_ptr(r);
	return rc;
}

int claim_results_run(struct claim_results *rs, const struct contest_site *site,
		      const char *experiment, unsigned pairs, const char *dir, struct err *e)
{
	const struct plan_opts o = { .experiment = experiment, .pairs = pairs };
	cleanup_result struct result *r = NULL;
	cleanup_contest struct contest c = { 0 };
	int rc = contest_open(site, dir, &o, &c, e);

	if (!rc)
		rc = contest_run(site, &c, 0, NULL, &r, e);
	if (!rc)
		rc = results_take(rs, r, e);
	if (!rc)
		take_ptr(r);
	return rc;
}

void claim_results_clear(struct claim_results *rs)
{
	for (size_t i = 0; i < rs->n; i++) {
		json_decref((json_t *)rs->v[i].comparison);
		json_decref((json_t *)rs->v[i].figures);
		result_free(rs->loaded[i]);
	}
	free(rs->v);
	free(rs->loaded);
	*rs = (struct claim_results){ 0 };
}
