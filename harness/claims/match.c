/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>
#include "claims/match.h"
#include "lib/cleanup.h"

static const json_t *arm_find(const json_t *plan, const char *name)
{
	const json_t *arm;
	size_t i;

	json_array_foreach(json_object_get(plan, "arms"), i, arm)
		if (name ? !strcmp(json_str(arm, "name"), name)
			 : json_is_true(json_object_get(arm, "base")))
			return arm;
	return NULL;
}

/* @times: sentences about those in durations that differ, which is then no matter. NULL: it is. */
static bool same_parameters(const json_t *have, const json_t *wanted, json_t *times)
{
	json_t *parameters = json_object_get(wanted, "parameters"), *p;
	const char *name;

	json_object_foreach(parameters, name, p) {
		const json_t *mine = json_object_get(
			json_object_get(json_object_get(have, "parameters"), name), "value");
		const json_t *theirs = json_object_get(p, "value");

		if (json_equal(mine, theirs))
			continue;
		if (!times || strcmp(json_str_or(p, "unit", ""), "duration") ||
		    !json_is_integer(mine))
			return false;
		json_array_append_new(times, json_sprintf("%s %lld ms, not %lld ms", name,
							  (long long)json_integer_value(mine),
							  (long long)json_integer_value(theirs)));
	}
	return true;
}

/* @name NULL: the base. */
static bool same_arm(const json_t *have, const json_t *wanted, const char *name)
{
	const json_t *a = arm_find(have, name), *b = arm_find(wanted, name);
	const json_t *policies = json_object_get(b, "policies"), *p;
	size_t i;

	if (!a || !b || !json_equal(json_object_get(a, "policies"), policies))
		return false;
	json_array_foreach(policies, i, p) {
		const char *policy = json_string_value(p);

		if (!same_parameters(json_object_get(json_object_get(have, "policies"), policy),
				     json_object_get(json_object_get(wanted, "policies"), policy),
				     NULL))
			return false;
	}
	return true;
}

/* What options of `run` change of an experiment, whose name stays. */
static bool same_keys(const json_t *have, const json_t *wanted)
{
	static const struct {
		const char *key;
		bool is_newer; /* than results that lack it, of which none could change it */
	} keys[] = {
		{ "clock", false },
		{ "limit_ratio", false },
		{ "scale", true },
		{ "workload_scale", true },
	};

	for (size_t i = 0; i < ARRAY_SIZE(keys); i++) {
		const json_t *a = json_object_get(have, keys[i].key);
		const json_t *b = json_object_get(wanted, keys[i].key);

		if (a != b && !json_equal(a, b) && !(keys[i].is_newer && !a))
			return false;
	}
	return true;
}

/* Whether they have a topology in common that @stated allows. */
static bool same_topology(const json_t *have, const json_t *wanted, const json_t *stated)
{
	const char *only = json_str(stated, "topology"), *name;
	json_t *t;

	json_object_foreach(json_object_get(wanted, "topologies"), name, t)
		if ((!only || !strcmp(only, name)) &&
		    json_equal(t, json_object_get(json_object_get(have, "topologies"), name)))
			return true;
	return false;
}

bool match_plan(const json_t *have, const json_t *wanted, const json_t *stated, json_t **ret_times)
{
	const char *workload = json_str(stated, "workload"), *arm = json_str(stated, "arm");
	const json_t *mine = json_object_get(json_object_get(have, "workloads"), workload);
	const json_t *theirs = json_object_get(json_object_get(wanted, "workloads"), workload);
	cleanup_json json_t *times = json_array();

	if (!same_keys(have, wanted))
		return false;
	if (strcmp(json_str(have, "experiment"), json_str(wanted, "experiment"))) {
		if (!mine || !theirs || !same_parameters(mine, theirs, times) ||
		    !same_arm(have, wanted, NULL) || !same_arm(have, wanted, arm) ||
		    !same_topology(have, wanted, stated))
			return false;
	}
	*ret_times = json_incref(times);
	return true;
}

/* Whether @row or place is of the workload, arm and topology that @stated names. */
static bool is_asked(const json_t *row, const json_t *stated)
{
	static const char *const keys[] = { "workload", "arm", "topology" };

	for (size_t i = 0; i < ARRAY_SIZE(keys); i++) {
		const char *asked = json_str(stated, keys[i]);

		if (asked && strcmp(json_str(row, keys[i]), asked))
			return false;
	}
	return true;
}

const json_t *match_row(const json_t *comparison, const json_t *stated)
{
	static const char *const lists[] = { "comparisons", "diagnostics" };
	const json_t *row;
	size_t i, k;

	for (i = 0; i < ARRAY_SIZE(lists); i++)
		json_array_foreach(json_object_get(comparison, lists[i]), k, row)
			if (is_asked(row, stated) &&
			    !strcmp(json_str(row, "metric"), json_str(stated, "metric")))
				return row;
	return NULL;
}

const json_t *match_figure(const json_t *figures, const json_t *stated, const json_t **ret_place)
{
	const json_t *place, *f;
	size_t i, k;

	json_array_foreach(figures, i, place) {
		if (!is_asked(place, stated))
			continue;
		json_array_foreach(json_object_get(place, "figures"), k, f) {
			if (strcmp(json_str(f, "metric"), json_str(stated, "metric")))
				continue;
			*ret_place = place;
			return f;
		}
	}
	return NULL;
}
