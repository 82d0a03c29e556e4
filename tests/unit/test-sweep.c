/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
#include "lib/cleanup.h"
#include "plan/plan.h"
#include "plan/sweep.h"

static json_t *parsed(const char *const *words, size_t n)
{
	json_t *axes = NULL;
	struct err e;

	if (sweep_parse(words, n, &axes, &e))
		fail_msg("%s", e.msg);
	return axes;
}

static json_t *json_of(const char *text)
{
	json_error_t je;
	json_t *j = json_loads(text, 0, &je);

	if (!j)
		fail_msg("%s", je.text);
	return j;
}

static void what_is_swept_is_a_parameter_of_a_policy_with_values(void **state)
{
	static const char *const words[] = { "min-free.percent=0,2,5%", "a.b.c=x" };
	cleanup_json json_t *axes = parsed(words, 2);
	cleanup_json json_t *wanted =
		json_of("[{\"policy\":\"min-free\",\"parameter\":\"percent\",\"values\":[\"0\","
			"\"2\",\"5%\"]},"
			"{\"policy\":\"a.b\",\"parameter\":\"c\",\"values\":[\"x\"]}]");
	(void)state;

	assert_true(json_equal(axes, wanted));
}

static void words_that_make_no_sense_are_refused(void **state)
{
	static const struct {
		const char *words[2], *why;
	} cases[] = {
		{ { "tmo", NULL }, "is not POLICY.PARAMETER=VALUE" },
		{ { "tmo.interval", NULL }, "is not POLICY.PARAMETER=VALUE" },
		{ { "tmo=1.5", NULL }, "is not POLICY.PARAMETER=VALUE" },
		{ { ".interval=1", NULL }, "is not POLICY.PARAMETER=VALUE" },
		{ { "tmo.=1", NULL }, "is not POLICY.PARAMETER=VALUE" },
		{ { "tmo.interval=", NULL }, "has an empty value" },
		{ { "tmo.interval=1,,2", NULL }, "has an empty value" },
		{ { "tmo.interval=1,2,1", NULL }, "has the value 1 twice" },
		{ { "tmo.interval=1", "tmo.interval=2" }, "tmo.interval is swept twice" },
		{ { "a.b=1,2,3,4,5,6,7,8,9", "a.c=1,2,3,4,5,6,7,8" }, "at most 64 combinations" },
	};
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		json_t *axes = NULL;
		struct err e;

		print_message("  %s\n", cases[i].words[0]);
		assert_int_equal(sweep_parse(cases[i].words, cases[i].words[1] ? 2 : 1, &axes, &e),
				 -EINVAL);
		assert_null(axes);
		assert_non_null(strstr(e.msg, cases[i].why));
	}
}

static void each_combination_is_an_arm_like_the_one_that_has_the_policies(void **state)
{
	static const char *const words[] = { "tmo.max_probe=1%,2%", "swap.size=1GiB,2GiB" };
	cleanup_json json_t *axes = parsed(words, 2), *arms = NULL;
	cleanup_json json_t *experiment = json_of(
		"{\"arms\":[{\"name\":\"tmo\",\"base\":false,\"policies\":[{\"name\":\"tmo\"}]},"
		"{\"name\":\"na\",\"base\":true,\"policies\":[{\"name\":\"na\"}]},"
		"{\"name\":\"both\",\"base\":false,\"kernel\":\"k\",\"policies\":[{\"name\":"
		"\"swap\"},"
		"{\"name\":\"tmo\",\"parameters\":{\"interval\":\"6s\",\"max_probe\":\"5%\"}}]}]}");
	cleanup_json json_t *third = json_of(
		"{\"name\":\"max-probe-2-+size-1gib\",\"base\":false,\"kernel\":\"k\",\"policies\":"
		"["
		"{\"name\":\"swap\",\"parameters\":{\"size\":\"1GiB\"}},"
		"{\"name\":\"tmo\",\"parameters\":{\"interval\":\"6s\",\"max_probe\":\"2%\"}}]}");
	struct err e;
	(void)state;

	assert_int_equal(sweep_arms(experiment, axes, &arms, &e), 0);
	assert_int_equal(json_array_size(arms), 5);
	assert_true(json_equal(json_array_get(arms, 0),
			       json_array_get(json_object_get(experiment, "arms"), 1)));
	assert_true(json_equal(json_array_get(arms, 3), third));
}

static void a_policy_that_no_arm_has_is_added_to_the_base(void **state)
{
	static const char *const words[] = { "min-free.percent=3" };
	cleanup_json json_t *axes = parsed(words, 1), *arms = NULL;
	cleanup_json json_t *experiment = json_of(
		"{\"arms\":[{\"name\":\"na\",\"base\":true,\"policies\":[{\"name\":\"na\"}]},"
		"{\"name\":\"ksm\",\"base\":false,\"policies\":[{\"name\":\"ksm\"}]}]}");
	cleanup_json json_t *wanted =
		json_of("{\"name\":\"percent-3\",\"base\":false,\"policies\":[{\"name\":\"na\"},"
			"{\"name\":\"min-free\",\"parameters\":{\"percent\":\"3\"}}]}");
	struct err e;
	(void)state;

	assert_int_equal(sweep_arms(experiment, axes, &arms, &e), 0);
	assert_int_equal(json_array_size(arms), 2);
	assert_true(json_equal(json_array_get(arms, 1), wanted));
}

/* Plans the golden experiment of two arms with this sweep. */
static int plan_swept(const char *word, json_t **ret, struct err *e)
{
	const char *const words[] = { word };
	cleanup_json json_t *axes = parsed(words, 1);
	const struct plan_opts o = {
		.experiment = "two-arms", .pairs = 1, .diagnostic = true, .sweep = axes
	};
	struct search s = {};

	assert_int_equal(search_add(&s, "tests/golden/plan-data", e), 0);
	int rc = plan_make(&s, &o, ret, e);
	search_clear(&s);
	return rc;
}

static void a_plan_of_a_sweep_has_the_base_and_a_policy_for_each_value(void **state)
{
	cleanup_json json_t *plan = NULL;
	struct err e;
	(void)state;

	if (plan_swept("reserve.percent=1,4", &plan, &e))
		fail_msg("%s", e.msg);
	const json_t *arms = json_object_get(plan, "arms"),
		     *policies = json_object_get(plan, "policies");

	assert_int_equal(json_array_size(arms), 3);
	assert_int_equal(json_array_size(json_object_get(plan, "cells")), 3);
	assert_true(json_is_true(json_object_get(json_array_get(arms, 0), "base")));
	assert_string_equal(json_str(json_array_get(arms, 2), "name"), "percent-4");
	const json_t *four = json_object_get(policies, "reserve@percent=4");

	assert_int_equal(
		json_int_or(json_object_get(json_object_get(four, "parameters"), "percent"),
			    "value", 0),
		4);
	/* An arm that is no point is left out, and with it what only it has. */
	assert_null(json_object_get(policies, "merge"));
}

static void what_a_sweep_cannot_set_is_an_error_at_the_experiments_arms(void **state)
{
	static const struct {
		const char *word, *why;
	} cases[] = {
		{ "reserve.nothing=1", "has no parameter 'nothing'" },
		{ "reserve.percent=1,x", "'x' is not" },
		{ "nowhere.percent=1", "no policy 'nowhere'" },
	};
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		json_t *plan = NULL;
		struct err e;

		print_message("  %s\n", cases[i].word);
		assert_int_equal(plan_swept(cases[i].word, &plan, &e), -EINVAL);
		assert_non_null(strstr(e.msg, "two-arms.yaml:7:3: "));
		assert_non_null(strstr(e.msg, cases[i].why));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_swept_is_a_parameter_of_a_policy_with_values),
		cmocka_unit_test(words_that_make_no_sense_are_refused),
		cmocka_unit_test(each_combination_is_an_arm_like_the_one_that_has_the_policies),
		cmocka_unit_test(a_policy_that_no_arm_has_is_added_to_the_base),
		cmocka_unit_test(a_plan_of_a_sweep_has_the_base_and_a_policy_for_each_value),
		cmocka_unit_test(what_a_sweep_cannot_set_is_an_error_at_the_experiments_arms),
	};

	return cmocka_run_group_tests_name("sweep", tests, NULL, NULL);
}
