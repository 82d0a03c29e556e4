/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <string.h>
#include "lib/cleanup.h"
#include "lib/file.h"
#include "plan/load.h"
#include "plan/parameters.h"
#include "plan/policies.h"
#include "spec/placeholder.h"

#define INCLUDE_DEPTH_MAX 8

/* One arm that is being put together. */
struct gatherer {
	const struct search *search;
	const char *scale;
	json_t *policies;	/* of all arms */
	json_t *keys, *names, *origins;	/* of this one, side by side */
	size_t origin;
};

/* Fills the placeholders of every text below @j. */
static void texts_fill(json_t *j, const json_t *parameters)
{
	const char *key;
	json_t *v;
	size_t i;

	if (json_is_string(j) && strchr(json_string_value(j), '{')) {
		cleanup_free char *filled = placeholder_fill(json_string_value(j), parameters);

		json_string_set(j, filled);
	}
	json_array_foreach(j, i, v)
		texts_fill(v, parameters);
	json_object_foreach(j, key, v)
		texts_fill(v, parameters);
}

/* What an arm may write with parameters, and so what they are filled into. */
static void policy_fill(json_t *policy)
{
	static const char *const parts[] = { "write", "cgroups", "daemons" };
	const json_t *parameters = json_object_get(policy, "parameters");

	for (size_t i = 0; i < ARRAY_SIZE(parts); i++)
		texts_fill(json_object_get(policy, parts[i]), parameters);
}

/* "NAME", or "NAME@a=1,b=2" of what @wanted sets. */
static char *policy_key(const char *name, const json_t *policy, const json_t *wanted)
{
	const json_t *parameters = json_object_get(policy, "parameters");
	char *key = path_format("%s", name);
	const char *parameter;
	json_t *unused;

	json_object_foreach((json_t *)wanted, parameter, unused) {
		cleanup_free char *before = key, *mark = path_format("{%s}", parameter);
		cleanup_free char *value = placeholder_fill(mark, parameters);

		key = path_format("%s%c%s=%s", before, before[strlen(name)] ? ',' : '@', parameter,
				  value);
	}
	return key;
}

static size_t name_find(const struct gatherer *g, const char *name)
{
	size_t i = 0;

	while (i < json_array_size(g->names) &&
	       strcmp(json_string_value(json_array_get(g->names, i)), name))
		i++;
	return i;
}

/*
 * Puts the policy at its place in the arm. One that is there already stays as it is, unless
 * parameters are set now and were not before.
 */
static int arm_take(struct gatherer *g, const char *name, const char *key, const json_t *wanted,
		    struct err *e)
{
	size_t at = name_find(g, name);

	if (at == json_array_size(g->names)) {
		json_array_append_new(g->keys, json_string(key));
		json_array_append_new(g->names, json_string(name));
		json_array_append_new(g->origins, json_integer((json_int_t)g->origin));
		return 0;
	}
	const char *before = json_string_value(json_array_get(g->keys, at));

	if (!json_object_size(wanted) || !strcmp(before, key))
		return 0;
	if (strcmp(before, name))
		return err_set(e, EINVAL, "policy '%s' stands here as '%s', and before as '%s'", name,
			       key, before);
	json_array_set_new(g->keys, at, json_string(key));
	json_array_set_new(g->origins, at, json_integer((json_int_t)g->origin));
	return 0;
}

static int policy_take(struct gatherer *g, const struct spec *from, const char *pointer,
		       const json_t *ref, unsigned depth, struct err *e)
{
	const json_t *wanted = json_object_get(ref, "parameters"), *item;
	cleanup_json json_t *loaded = json_object();
	const char *name = json_str(ref, "name");
	cleanup_spec struct spec *spec = NULL;
	char at[128];
	size_t i;

	if (depth > INCLUDE_DEPTH_MAX)
		return spec_error(from, pointer, e, "policies include each other over %d deep; does "
				  "'%s' include itself?", INCLUDE_DEPTH_MAX, name);
	int rc = plan_load_file(g->search, from, SPEC_POLICY, name, pointer, loaded, &spec, e);

	json_array_foreach(json_object_get(json_object_get(loaded, name), "include"), i, item) {
		snprintf(at, sizeof(at), "/include/%zu", i);
		if (!rc)
			rc = policy_take(g, spec, at, item, depth + 1, e);
	}
	if (rc)
		return rc;
	json_t *policy = json_object_get(loaded, name);
	const struct parameter_place place = { .file = from, .pointer = pointer, .kind = "policy",
					       .name = name };

	rc = parameters_set(&place, policy, wanted, g->scale, e);
	if (rc)
		return rc;
	cleanup_free char *key = policy_key(name, policy, wanted);

	if (arm_take(g, name, key, wanted, e))
		return spec_error(from, pointer, e, "%s", e->msg);
	policy_fill(policy);
	return json_object_set(g->policies, key, policy) ?
		err_set(e, ENOMEM, "out of memory for policy %s", name) : 0;
}

static int arm_gather(const struct search *s, const char *scale, const struct spec *experiment,
		      size_t n, json_t *arm, struct plan_policies *p, struct err *e)
{
	struct gatherer g = { .search = s, .scale = scale, .policies = p->policies, .keys = json_array(),
			      .origins = json_array() };
	cleanup_json json_t *names = json_array();
	const json_t *refs = json_object_get(arm, "policies"), *ref;
	char pointer[64];
	int rc = 0;

	g.names = names;
	json_array_append_new(p->origins, g.origins);
	json_array_foreach(refs, g.origin, ref) {
		snprintf(pointer, sizeof(pointer), "/arms/%zu/policies/%zu", n, g.origin);
		if (!rc)
			rc = policy_take(&g, experiment, pointer, ref, 0, e);
	}
	json_object_set_new(arm, "policies", g.keys);
	return rc;
}

/* Keys that an arm had for a while, until it set parameters, are of no arm. */
static void unused_drop(struct plan_policies *p)
{
	cleanup_json json_t *used = json_object();
	const json_t *arm, *key;
	const char *name;
	json_t *policy;
	size_t i, k;
	void *tmp;

	json_array_foreach(p->arms, i, arm)
		json_array_foreach(json_object_get(arm, "policies"), k, key)
			json_object_set_new(used, json_string_value(key), json_true());
	json_object_foreach_safe(p->policies, tmp, name, policy)
		if (!json_object_get(used, name))
			json_object_del(p->policies, name);
}

int plan_load_policies(const struct search *s, const struct spec *experiment, const char *scale,
		       struct plan_policies *ret, struct err *e)
{
	struct plan_policies p = {
		.policies = json_object(),
		.arms = json_deep_copy(json_object_get(spec_doc(experiment), "arms")),
		.origins = json_array(),
	};
	json_t *arm;
	int rc = 0;
	size_t i;

	json_array_foreach(p.arms, i, arm)
		if (!rc)
			rc = arm_gather(s, scale, experiment, i, arm, &p, e);
	if (rc) {
		plan_policies_clear(&p);
		return rc;
	}
	unused_drop(&p);
	*ret = p;
	return 0;
}

json_t *policies_of_arm(const json_t *plan, const char *arm_name)
{
	const json_t *all = json_object_get(plan, "policies"), *arm, *key;
	json_t *list = json_array();
	size_t i, k;

	json_array_foreach(json_object_get(plan, "arms"), i, arm) {
		if (strcmp(json_str(arm, "name"), arm_name))
			continue;
		json_array_foreach(json_object_get(arm, "policies"), k, key)
			json_array_append(list, json_object_get(all, json_string_value(key)));
	}
	return list;
}

json_t *policies_of_plan(const json_t *plan)
{
	json_t *list = json_array(), *policy;
	const char *key;

	json_object_foreach(json_object_get(plan, "policies"), key, policy)
		json_array_append(list, policy);
	return list;
}

void plan_policies_clear(struct plan_policies *p)
{
	json_decref(p->policies);
	json_decref(p->arms);
	json_decref(p->origins);
	*p = (struct plan_policies){ 0 };
}
