/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <ctype.h>
#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include "lib/cleanup.h"
#include "lib/file.h"
#include "plan/sweep.h"

static bool list_has(const json_t *list, const char *text)
{
	const json_t *item;
	size_t i;

	json_array_foreach(list, i, item)
		if (!strcmp(json_string_value(item), text))
			return true;
	return false;
}

/* "a,b,c" */
static int values_parse(const char *word, const char *text, json_t **ret, struct err *e)
{
	cleanup_json json_t *values = json_array();

	for (size_t len;; text += len + 1) {
		len = strcspn(text, ",");
		cleanup_free char *value = strndup(text, len);

		if (!len)
			return err_set(e, EINVAL, "'%s' has an empty value", word);
		if (list_has(values, value))
			return err_set(e, EINVAL, "'%s' has the value %s twice", word, value);
		json_array_append_new(values, json_string(value));
		if (!text[len])
			break;
	}
	*ret = take_ptr(values);
	return 0;
}

static int axis_parse(const char *word, json_t *axes, struct err *e)
{
	const char *equals = strchr(word, '='),
		   *dot = equals ? memrchr(word, '.', (size_t)(equals - word)) : NULL;
	json_t *values = NULL;
	const json_t *other;
	size_t i;

	if (!dot || dot == word || dot + 1 == equals)
		return err_set(e, EINVAL, "'%s' is not POLICY.PARAMETER=VALUE,VALUE,...", word);
	json_array_foreach(axes, i, other)
		if (!strncmp(json_str(other, "word"), word, (size_t)(equals - word) + 1))
			return err_set(e, EINVAL, "%.*s is swept twice", (int)(equals - word),
				       word);
	if (values_parse(word, equals + 1, &values, e))
		return -e->code;
	json_array_append_new(axes, json_pack("{s:s, s:s%, s:s%, s:o}", "word", word, "policy",
					      word, (size_t)(dot - word), "parameter", dot + 1,
					      (size_t)(equals - dot - 1), "values", values));
	return 0;
}

int sweep_parse(const char *const *words, size_t n, json_t **ret, struct err *e)
{
	cleanup_json json_t *axes = json_array();
	size_t arms = 1, i;
	json_t *axis;

	for (i = 0; i < n; i++)
		if (axis_parse(words[i], axes, e))
			return -e->code;
	json_array_foreach(axes, i, axis) {
		json_object_del(axis, "word");
		arms *= json_array_size(json_object_get(axis, "values"));
		if (arms > SWEEP_ARMS_MAX)
			return err_set(e, EINVAL, "a sweep has at most %d combinations of values",
				       SWEEP_ARMS_MAX);
	}
	*ret = take_ptr(axes);
	return 0;
}

/* An arm's policy stands by its name, or as { "name", "parameters" }. */
static const char *policy_name(const json_t *policy)
{
	const char *name = json_string_value(policy);

	return name ? name : json_str(policy, "name");
}

static size_t policy_find(const json_t *policies, const char *name)
{
	size_t i;

	for (i = 0; i < json_array_size(policies); i++)
		if (!strcmp(policy_name(json_array_get(policies, i)), name))
			break;
	return i;
}

static bool arm_has_all(const json_t *arm, const json_t *axes)
{
	const json_t *policies = json_object_get(arm, "policies"), *axis;
	size_t i;

	json_array_foreach(axes, i, axis)
		if (policy_find(policies, json_str(axis, "policy")) == json_array_size(policies))
			return false;
	return true;
}

static const json_t *arm_base(const json_t *arms)
{
	const json_t *arm, *base = NULL;
	size_t i;

	json_array_foreach(arms, i, arm)
		if (json_is_true(json_object_get(arm, "base")))
			base = arm;
	return base;
}

/* The arm that the points differ from in nothing but their parameters. */
static const json_t *arm_model(const json_t *arms, const json_t *base, const json_t *axes)
{
	const json_t *arm;
	size_t i;

	json_array_foreach(arms, i, arm)
		if (arm != base && arm_has_all(arm, axes))
			return arm;
	return base;
}

static void parameter_set(json_t *policies, const char *policy, const char *parameter,
			  const char *value)
{
	size_t at = policy_find(policies, policy);
	const json_t *old = json_array_get(policies, at);
	json_t *parameters = json_deep_copy(json_object_get(old, "parameters"));
	json_t *set = json_pack("{s:s, s:o}", "name", policy, "parameters",
				parameters ? parameters : json_object());

	json_object_set_new(json_object_get(set, "parameters"), parameter, json_string(value));
	if (old)
		json_array_set_new(policies, at, set);
	else
		json_array_append_new(policies, set);
}

/* Appends "parameter-value" to *name, with nothing but what a name may hold. */
static void name_append(char **name, const char *parameter, const char *value)
{
	char *longer =
		path_format("%s%s%s-%s", *name ? *name : "", *name ? "+" : "", parameter, value);

	free(*name);
	*name = longer;
	for (char *c = longer; *c; c++) {
		*c = (char)tolower((unsigned char)*c);
		if (!isalnum((unsigned char)*c) && !strchr(".+-", *c))
			*c = '-';
	}
}

/* The arm of the @n-th combination. */
static json_t *point_make(const json_t *model, const json_t *axes, size_t n)
{
	json_t *arm = json_deep_copy(model), *policies = json_object_get(arm, "policies");
	cleanup_free char *name = NULL;
	size_t below = 1, i;
	const json_t *axis;

	json_array_foreach(axes, i, axis)
		below *= json_array_size(json_object_get(axis, "values"));
	json_array_foreach(axes, i, axis) {
		const json_t *values = json_object_get(axis, "values");

		below /= json_array_size(values);
		const char *value = json_string_value(
			json_array_get(values, n / below % json_array_size(values)));

		parameter_set(policies, json_str(axis, "policy"), json_str(axis, "parameter"),
			      value);
		name_append(&name, json_str(axis, "parameter"), value);
	}
	json_object_set_new(arm, "name", json_string(name));
	json_object_set_new(arm, "base", json_false());
	return arm;
}

int sweep_arms(const json_t *experiment, const json_t *axes, json_t **ret, struct err *e)
{
	const json_t *arms = json_object_get(experiment, "arms"), *base = arm_base(arms), *axis;
	const json_t *model = arm_model(arms, base, axes);
	cleanup_json json_t *points = json_pack("[O]", base);
	size_t n = 1, i;

	json_array_foreach(axes, i, axis)
		n *= json_array_size(json_object_get(axis, "values"));
	for (i = 0; points && i < n; i++)
		json_array_append_new(points, point_make(model, axes, i));
	if (json_array_size(points) != n + 1)
		return err_set(e, ENOMEM, "out of memory for the arms of a sweep");
	*ret = take_ptr(points);
	return 0;
}

int sweep_reload(const char *path, const json_t *axes, struct spec **spec, struct err *e)
{
	cleanup_json json_t *arms = NULL;
	struct spec *swept = NULL;

	int rc = sweep_arms(spec_doc(*spec), axes, &arms, e);
	if (rc)
		return rc;
	cleanup_free char *text = json_dumps(arms, JSON_COMPACT);

	if (!text)
		return err_set(e, ENOMEM, "out of memory for the arms of a sweep");
	rc = spec_load_replaced(SPEC_EXPERIMENT, path, "arms", text, &swept, e);
	if (rc)
		return rc;
	spec_free(*spec);
	*spec = swept;
	return 0;
}
