/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include "lib/cleanup.h"
#include "lib/clock.h"
#include "lib/rng.h"
#include "plan/arms.h"
#include "plan/family.h"
#include "plan/load.h"
#include "plan/plan.h"
#include "plan/policies.h"
#include "plan/sweep.h"
#include "plan/versus.h"
#include "stats/sequential.h"

#define CELLS_MAX 100000

/* One comparison's place: everything of it but the arm. */
struct group {
	const char *kernel, *topology, *workload;
};

static int cell_add(json_t *cells, unsigned pair, const struct group *g, const json_t *arm,
		    uint64_t seed, struct err *e)
{
	const char *own = json_str(arm, "kernel");
	char text[24];

	snprintf(text, sizeof(text), "%" PRIu64, seed);
	json_t *cell = json_pack("{s:I, s:I, s:s, s:s, s:s, s:s, s:s}",
				 "n", (json_int_t)json_array_size(cells) + 1,
				 "pair", (json_int_t)pair, "kernel", own ? own : g->kernel,
				 "topology", g->topology, "workload", g->workload,
				 "arm", json_str(arm, "name"), "seed", text);

	if (json_array_append_new(cells, cell))
		return err_set(e, ENOMEM, "out of memory for the plan");
	return 0;
}

/* One pair of one group: every arm once, in an order drawn from @r, one seed for all. */
static int pair_add(json_t *cells, unsigned pair, const struct group *g, const json_t *arms,
		    struct rng *r, struct err *e)
{
	size_t n = json_array_size(arms);
	uint64_t seed = rng_next(r);
	cleanup_free size_t *order = calloc(n, sizeof(*order));
	int rc = 0;

	if (!order)
		return err_set(e, ENOMEM, "out of memory for the plan");
	for (size_t i = 0; i < n; i++)
		order[i] = i;
	for (size_t i = n; i > 1; i--) {	/* Fisher and Yates */
		size_t k = rng_below(r, i), tmp = order[k];

		order[k] = order[i - 1];
		order[i - 1] = tmp;
	}
	for (size_t i = 0; i < n && !rc; i++)
		rc = cell_add(cells, pair, g, json_array_get(arms, order[i]), seed, e);
	return rc;
}

/* Everything that is loaded for a plan, and what the options leave of the experiment. */
struct draft {
	struct spec *experiment;
	const json_t *doc;
	json_t *group_kernels;	/* array: those that make groups, whatever kernels arms bring */
	struct plan_policies gathered;	/* the arms as the experiment has them, and their policies */
	json_t *image, *kernels, *topologies, *workloads, *arms, *metrics, *cells;
	unsigned pairs;
	int64_t seed;
	const char *clock, *workload_scale;
	double limit_ratio;	/* 0: no limits */
	unsigned scale;
	bool diagnostic, sequential;
	unsigned long groups, family;
};

static void draft_clear(struct draft *d)
{
	json_t *parts[] = { d->group_kernels, d->image, d->kernels, d->topologies, d->workloads,
			    d->arms, d->metrics, d->cells };

	for (size_t i = 0; i < ARRAY_SIZE(parts); i++)
		json_decref(parts[i]);
	plan_policies_clear(&d->gathered);
	spec_free(d->experiment);
}

static int sequential_choose(const struct plan_opts *o, struct draft *d, struct err *e)
{
	bool asked = json_is_true(json_object_get(d->doc, "sequential"));

	if (asked && json_is_true(json_object_get(d->doc, "diagnostic")))
		return spec_error(d->experiment, "/sequential", e, "a diagnostic experiment has no "
				  "verdicts for looks to decide: leave 'sequential' or 'diagnostic' "
				  "out");
	if (asked && json_int_or(d->doc, "pairs", 0) != SEQUENTIAL_PAIRS_MAX)
		return spec_error(d->experiment, "/pairs", e, "a sequential experiment is looked at "
				  "after 8, 12, 16 and 20 pairs: say 'pairs: %d'",
				  SEQUENTIAL_PAIRS_MAX);
	d->sequential = (o->sequential || (asked && !o->pairs)) && !o->versus && !d->diagnostic;
	if (d->sequential)
		d->pairs = SEQUENTIAL_PAIRS_MAX;
	return 0;
}

/* What the options leave of the experiment: loading must know it. */
static int draft_choose(const struct plan_opts *o, struct draft *d, struct err *e)
{
	d->doc = spec_doc(d->experiment);
	d->pairs = o->pairs ? o->pairs : (unsigned)json_int_or(d->doc, "pairs", 0);
	d->seed = o->has_seed ? o->seed : json_int_or(d->doc, "seed", 0);
	d->clock = o->clock ? o->clock : json_str(d->doc, "clock");
	d->scale = o->scale ? o->scale : (unsigned)json_int_or(d->doc, "scale", 1);
	d->workload_scale = o->workload_scale ? o->workload_scale
					      : json_str(d->doc, "workload_scale");
	d->limit_ratio = o->limit_ratio ? o->limit_ratio :
		json_number_value(json_object_get(json_object_get(d->doc, "memory"), "limit_ratio"));
	d->diagnostic = o->diagnostic ||
			(!o->versus && json_is_true(json_object_get(d->doc, "diagnostic")));
	if (strcmp(d->clock, "host") && strcmp(d->clock, "virtual"))
		return err_set(e, EINVAL, "the clock '%s' is not host or virtual", d->clock);
	return sequential_choose(o, d, e);
}

/* A limit needs a group to lie on. */
static int limits_check(const struct draft *d, struct err *e)
{
	const json_t *item;
	size_t i;

	if (!d->limit_ratio)
		return 0;
	json_array_foreach(json_object_get(d->doc, "workloads"), i, item) {
		const char *name = json_str(item, "name");
		const json_t *w = json_object_get(d->workloads, name);
		char pointer[64];

		snprintf(pointer, sizeof(pointer), "/workloads/%zu/name", i);
		if (!json_array_size(json_object_get(w, "limited")))
			return spec_error(d->experiment, pointer, e, "workload '%s' says of none of "
					  "its groups that it is 'limited', so a limit_ratio has "
					  "nothing to limit", name);
	}
	return 0;
}

static int draft_load(const struct search *s, const struct plan_opts *o, struct draft *d,
		      struct err *e)
{
	const struct topology_wish w = {
		.scale = d->scale,
		.clock = !strcmp(d->clock, "virtual") ? CLOCK_VIRTUAL : CLOCK_HOST,
		.site = o->site,
	};
	int rc = plan_load_kernels(s, d->experiment, o, &d->kernels, e);

	if (!rc)
		rc = plan_load_topologies(s, d->experiment, &w, &d->topologies, e);
	if (!rc)
		rc = plan_load_workloads(s, d->experiment, d->workload_scale, &d->workloads, e);
	if (!rc)
		rc = limits_check(d, e);
	if (!rc)
		rc = plan_load_policies(s, d->experiment, d->workload_scale, &d->gathered, e);
	if (!rc)
		rc = plan_check_arms(s, d->experiment, d->topologies, &d->gathered,
				     d->limit_ratio > 0, e);
	if (!rc)
		rc = plan_metrics(d->experiment, d->workloads, &d->metrics, e);
	if (!rc)
		rc = plan_load_image(s, d->experiment, d->workloads, &d->image, e);
	return rc;
}

/* The arms as the plan holds them: "kernel" is always there, null for none of its own. */
static int arms_make(const struct plan_opts *o, struct draft *d, struct err *e)
{
	const json_t *arms = d->gathered.arms;
	json_t *arm;
	size_t i;

	if (o->versus)
		return versus_arms(o->versus, arms, &d->arms, e);
	d->arms = json_deep_copy(arms);
	json_array_foreach(d->arms, i, arm)
		if (!json_object_get(arm, "kernel"))
			json_object_set_new(arm, "kernel", json_null());
	return 0;
}

/*
 * Pair 0: one boot of the base arm for each topology and workload, without limits,
 * which tells how much memory the workload takes there.
 */
static int peaks_add(struct draft *d, const struct rng *seeds, struct err *e)
{
	const char *kernel = json_string_value(json_array_get(d->group_kernels, 0));
	const char *topology, *workload;
	struct rng r = *seeds;	/* more or fewer of these change no seed of a pair */
	const json_t *arm, *base = NULL;
	json_t *t, *w;
	size_t i;

	json_array_foreach(d->arms, i, arm)
		if (json_is_true(json_object_get(arm, "base")))
			base = arm;
	json_object_foreach(d->topologies, topology, t)
	json_object_foreach(d->workloads, workload, w) {
		const struct group g = { kernel, topology, workload };
		int rc = cell_add(d->cells, 0, &g, base, rng_next(&r), e);

		if (rc)
			return rc;
	}
	return 0;
}

static int cells_make(struct draft *d, struct err *e)
{
	const char *topology, *workload;
	json_t *kernel, *t, *w;
	struct rng r = { .state = (uint64_t)d->seed };
	size_t k;

	d->cells = json_array();
	if (d->limit_ratio) {
		int rc = peaks_add(d, &r, e);

		if (rc)
			return rc;
	}
	for (unsigned pair = 1; pair <= d->pairs; pair++) {
		json_array_foreach(d->group_kernels, k, kernel)
		json_object_foreach(d->topologies, topology, t)
		json_object_foreach(d->workloads, workload, w) {
			const struct group g = { json_string_value(kernel), topology, workload };
			int rc = pair_add(d->cells, pair, &g, d->arms, &r, e);

			if (rc)
				return rc;
		}
	}
	return 0;
}

static int draft_count(const struct plan_opts *o, struct draft *d, struct err *e)
{
	const char *own = o->versus ? o->versus->base : o->kernel;
	size_t workloads, arms;

	if (arms_make(o, d, e) ||
	    (o->versus && versus_narrow(o->versus, d->arms, d->topologies, d->workloads,
					d->gathered.policies, d->metrics, e)))
		return -e->code;
	d->group_kernels = own ? json_pack("[s]", own) :
				 json_incref(json_object_get(d->doc, "kernels"));
	workloads = json_object_size(d->workloads);
	arms = json_array_size(d->arms);
	d->groups = json_array_size(d->group_kernels) * json_object_size(d->topologies) * workloads;
	d->family = plan_family(d->metrics, workloads) * (arms - 1) * (d->groups / workloads);

	if (d->pairs > CELLS_MAX / (d->groups * arms))
		return spec_error(d->experiment, "/pairs", e, "%u pairs of %lu groups and %zu arms "
				  "are over %d cells", d->pairs, d->groups, arms, CELLS_MAX);
	int rc = d->diagnostic ? 0 : d->sequential ? plan_check_looks(d->experiment, d->family, e) :
		 plan_check_power(d->experiment, d->family, d->pairs, o->pairs, e);
	if (rc)
		return rc;
	return cells_make(d, e);
}

static json_t *draft_pack(const struct plan_opts *o, const struct draft *d)
{
	char now[21];

	clock_utc(now);
	return json_pack("{s:i, s:s, s:s, s:s, s:s, s:I, s:s, s:I, s:I, s:O, s:O, s:O, s:O, s:b, "
			 "s:s, s:O, s:O, s:O, s:O, s:O, s:O, s:O, s:I, s:O, s:s, s:o*, s:o*}",
			 "schema", 1, "ramrig", o->version ? o->version : "",
			 "created", o->created ? o->created : now,
			 "experiment", json_str(d->doc, "experiment"),
			 "summary", json_str(d->doc, "summary"),
			 "seed", (json_int_t)d->seed, "clock", d->clock,
			 "scale", (json_int_t)d->scale,
			 "pairs", (json_int_t)d->pairs,
			 "alpha", json_object_get(d->doc, "alpha"),
			 "sample_hz", json_object_get(d->doc, "sample_hz"),
			 "trace", json_object_get(d->doc, "trace"),
			 "trace_buffer", json_object_get(d->doc, "trace_buffer"),
			 "diagnostic", d->diagnostic,
			 "connect", o->connect ? o->connect : "qemu:///embed",
			 "image", d->image, "kernels", d->kernels, "topologies", d->topologies,
			 "policies", d->gathered.policies, "workloads", d->workloads, "arms", d->arms,
			 "metrics", d->metrics, "family", (json_int_t)d->family,
			 "cells", d->cells, "workload_scale", d->workload_scale,
			 "limit_ratio", d->limit_ratio ? json_real(d->limit_ratio) : NULL,
			 "sequential", d->sequential ? json_true() : NULL);
}

static int experiment_load(const struct search *s, const struct plan_opts *o, struct spec **ret,
			   struct err *e)
{
	cleanup_free char *path = NULL;
	int rc;

	if (o->text)
		return spec_load_text(SPEC_EXPERIMENT, o->experiment, o->text, strlen(o->text), ret, e);
	rc = search_find(s, SPEC_EXPERIMENT, o->experiment, &path, e);
	if (!rc)
		rc = spec_load(SPEC_EXPERIMENT, path, ret, e);
	if (!rc && o->sweep)
		rc = sweep_reload(path, o->sweep, ret, e);
	return rc;
}

int plan_make(const struct search *s, const struct plan_opts *given, json_t **ret_plan,
	      struct err *e)
{
	__attribute__((cleanup(draft_clear))) struct draft d = {};
	struct plan_opts own = *given;
	const struct plan_opts *o = &own;
	struct plan_versus twins;

	int rc = experiment_load(s, o, &d.experiment, e);
	if (rc)
		return rc;
	if (o->versus && o->versus->twin) {
		twins = *o->versus;
		twins.base = twins.base ? twins.base : versus_kernel(spec_doc(d.experiment));
		twins.patched = twins.base;
		own.versus = &twins;
	}
	rc = draft_choose(o, &d, e);
	if (!rc)
		rc = draft_load(s, o, &d, e);
	if (!rc)
		rc = draft_count(o, &d, e);
	if (rc)
		return rc;
	json_t *plan = draft_pack(o, &d);
	if (!plan)
		return err_set(e, ENOMEM, "out of memory for the plan of '%s'", o->experiment);
	*ret_plan = plan;
	return 0;
}
