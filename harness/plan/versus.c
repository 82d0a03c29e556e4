/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <string.h>
#include "lib/cleanup.h"
#include "plan/versus.h"
#include "spec/nearest.h"

/* The arm called @name, or the base arm. */
static const json_t *arm_find(const json_t *arms, const char *name)
{
	const json_t *arm;
	size_t i;

	json_array_foreach(arms, i, arm) {
		if (name ? !strcmp(json_str(arm, "name"), name)
			 : json_is_true(json_object_get(arm, "base")))
			return arm;
	}
	return NULL;
}

const char *versus_kernel(const json_t *experiment)
{
	const char *own = json_str(arm_find(json_object_get(experiment, "arms"), NULL), "kernel");

	return own ? own : json_string_value(json_array_get(json_object_get(experiment, "kernels"), 0));
}

static int arm_unknown(const char *name, const json_t *arms, struct err *e)
{
	struct nearest near = { .written = name };
	const json_t *arm;
	char hint[100];
	size_t i;

	json_array_foreach(arms, i, arm)
		nearest_offer(&near, json_str(arm, "name"));
	return err_set(e, EINVAL, "the experiment has no arm '%s'%s", name,
		       nearest_hint(&near, hint, sizeof(hint)));
}

int versus_arms(const struct plan_versus *v, const json_t *arms, json_t **ret, struct err *e)
{
	const json_t *like = arm_find(arms, v->policies_of);
	json_t *policies = json_object_get(like, "policies");

	if (!like)
		return arm_unknown(v->policies_of, arms, e);
	*ret = json_pack("[{s:s, s:b, s:O, s:s}, {s:s, s:b, s:O, s:s}]",
			 "name", v->twin ? PLAN_TWIN_A : PLAN_BASE, "base", true, "policies",
			 policies, "kernel", v->base, "name", v->twin ? PLAN_TWIN_B : PLAN_PATCHED,
			 "base", false, "policies", policies, "kernel", v->patched);
	return *ret ? 0 : err_set(e, ENOMEM, "out of memory for two arms");
}

/* Leaves only @name in @map, where a name is given. */
static int keep_one(json_t *map, const char *name, const char *what, struct err *e)
{
	const char *key;
	json_t *value;
	void *tmp;

	if (!name)
		return 0;
	if (!json_object_get(map, name))
		return err_set(e, EINVAL, "the experiment has no %s '%s'", what, name);
	json_object_foreach_safe(map, tmp, key, value) {
		if (strcmp(key, name))
			json_object_del(map, key);
	}
	return 0;
}

static bool list_has(const json_t *list, const char *name)
{
	const json_t *item;
	size_t i;

	json_array_foreach(list, i, item) {
		if (!strcmp(json_string_value(item), name))
			return true;
	}
	return false;
}

static void keep_policies(const json_t *arms, json_t *policies)
{
	const json_t *used = json_object_get(json_array_get(arms, 0), "policies");
	const char *name;
	json_t *policy;
	void *tmp;

	json_object_foreach_safe(policies, tmp, name, policy) {
		if (!list_has(used, name))
			json_object_del(policies, name);
	}
}

static void keep_metrics(const struct plan_versus *v, json_t *metrics)
{
	for (size_t i = json_array_size(metrics); i-- > 0;) {
		json_t *m = json_array_get(metrics, i), *asked = json_object_get(m, "workloads");

		if ((v->metric && strcmp(json_str(m, "name"), v->metric)) ||
		    (v->workload && asked && !list_has(asked, v->workload)))
			json_array_remove(metrics, i);
		else if (v->workload)
			json_object_del(m, "workloads");
	}
}

int versus_narrow(const struct plan_versus *v, const json_t *arms, json_t *topologies,
		  json_t *workloads, json_t *policies, json_t *metrics, struct err *e)
{
	int rc = keep_one(topologies, v->topology, "topology", e);

	if (!rc)
		rc = keep_one(workloads, v->workload, "workload", e);
	if (rc)
		return rc;
	keep_policies(arms, policies);
	keep_metrics(v, metrics);
	if (!json_array_size(metrics) && !v->twin)
		return err_set(e, EINVAL, "%s%s is no key metric of the experiment%s%s",
			       v->metric ? "" : "there", v->metric ? v->metric : "",
			       v->workload ? " for workload " : "", v->workload ? v->workload : "");
	return 0;
}
