/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
#include "cell/heat.h"
#include "cell/policy-daemon.h"
#include "compare/fidelity.h"
#include "guest-fixture.h"

#define PLAN(heat) "{'policies': {'na': {'policy': 'na'}, 'p': {'policy': 'p'" heat "}}}"

static void only_tcg_is_swept_and_only_where_some_arm_relies_on_heat(void **state)
{
	static const struct { const char *plan; enum accel accel; bool sweeps; } cases[] = {
		{ PLAN(""), ACCEL_TCG, false },
		{ PLAN(", 'heat': 'damon'"), ACCEL_TCG, true },
		{ PLAN(", 'heat': 'damon'"), ACCEL_KVM, false },
	};
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		cleanup_json json_t *plan = json_of(cases[i].plan);

		print_message("  case %zu\n", i);
		assert_int_equal(heat_sweeps(plan, cases[i].accel), cases[i].sweeps);
	}
}

static void a_score_is_of_one_kernel_accelerator_clock_and_sweeper(void **state)
{
	cleanup_free char *swept = heat_key("0123456789abcdef0123", ACCEL_TCG, "host", true);
	cleanup_free char *bare = heat_key("0123456789abcdef0123", ACCEL_TCG, "virtual", false);
	(void)state;

	assert_string_equal(swept, "0123456789abcdef tcg host swept");
	assert_string_equal(bare, "0123456789abcdef tcg virtual bare");
}

static void what_was_not_measured_is_not_scored(void **state)
{
	cleanup_json json_t *metrics = json_of(
		"{'damon_precision': {'value': 0.9}, 'damon_recall': {'value': 1}, 'damon_lag': {'value': 2},"
		" 'rps': {'value': 5}}");
	cleanup_json json_t *wanted = json_of("{'damon': {'precision': 0.9, 'recall': 1.0, 'lag_s': 2.0}}");
	cleanup_json json_t *entry = heat_entry(metrics);
	(void)state;

	assert_true(json_equal(entry, wanted));
}

struct judged_case {
	const char *what, *policies, *scores;	/* NULL: none */
	const char *words;
};

static const char book[] =
	"{'good': {'damon': {'precision': 0.9, 'recall': 0.8, 'lag_s': 2.5}},"
	" 'blind': {'damon': {'recall': 0.0}},"
	" 'half': {'damon': {'precision': 1.0, 'recall': 0.79}}}";

#define RELIES "[{'policy': 'na'}, {'policy': 'p', 'heat': 'damon'}]"

static const struct judged_case judged_cases[] = {
	{ "good", RELIES, "{'damon': {'precision': 0.9, 'recall': 0.8, 'lag_s': 2.5, 'bar': 0.8, 'ok': true}}",
	  "; heat by damon: precision 0.90, recall 0.80, lag 2.5 s" },
	{ "blind", RELIES, "{'damon': {'recall': 0.0, 'bar': 0.8, 'ok': false}}",
	  "; HEAT BELOW ITS BAR of 0.8: heat by damon: precision 0.00, recall 0.00" },
	{ "half", RELIES, "{'damon': {'precision': 1.0, 'recall': 0.79, 'bar': 0.8, 'ok': false}}",
	  "; HEAT BELOW ITS BAR of 0.8: " },
	{ "unknown", RELIES, "{'damon': null}", "; HEAT UNSCORED: what damon calls hot" },
	{ "good", "[{'policy': 'na'}]", NULL, NULL },
};

static void figures_that_rest_on_bad_or_unknown_heat_are_marked(void **state)
{
	cleanup_json json_t *b = json_of(book);
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(judged_cases); i++) {
		const struct judged_case *c = &judged_cases[i];
		cleanup_json json_t *policies = json_of(c->policies);
		cleanup_json json_t *wanted = c->scores ? json_of(c->scores) : NULL;
		cleanup_json json_t *seen = heat_scores_from(b, c->what, policies);
		cleanup_json json_t *f = json_pack("{s:s, s:s, s:i, s:O*}", "accelerator", "tcg", "clock",
						   "host", "cpus", 2, "heat", seen);
		cleanup_free char *text = fidelity_text(f);

		print_message("  %s\n", c->what);
		assert_int_equal(!seen, !wanted);
		assert_true(!wanted || json_equal(seen, wanted));
		if (c->words)
			assert_non_null(strstr(text, c->words));
		else
			assert_null(strstr(text, "eat"));
	}
}

static void without_a_cache_everything_is_unscored(void **state)
{
	cleanup_json json_t *policies = json_of(RELIES), *wanted = json_of("{'damon': null}");
	cleanup_json json_t *seen = heat_scores_from(NULL, "good", policies);
	(void)state;

	assert_true(json_equal(seen, wanted));
}

static void the_sweeper_runs_before_the_policies_daemons_and_once(void **state)
{
	struct cell_fixture f;
	struct err e = { 0 };
	(void)state;

	fixture_open(&f, NULL, 0, "{'groups': []}",
		     "[{'policy': 'p', 'daemons': [{'name': 'damon', 'run': ['ramrig-damon']}]}]");
	f.cell.sweeps = true;
	assert_int_equal(cell_policy_daemons_start(&f.cell, &e), 0);
	assert_int_equal(asked(&f, "daemon-start"), 2);
	assert_true(strstr(f.said, "/daemons/ramrig-sweeper") < strstr(f.said, "/daemons/ramrig-damon"));
	assert_true(policy_has_daemon(f.cell.policies, "ramrig-damon"));
	assert_false(policy_has_daemon(f.cell.policies, SWEEPER));
	fixture_close(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_tcg_is_swept_and_only_where_some_arm_relies_on_heat),
		cmocka_unit_test(a_score_is_of_one_kernel_accelerator_clock_and_sweeper),
		cmocka_unit_test(what_was_not_measured_is_not_scored),
		cmocka_unit_test(figures_that_rest_on_bad_or_unknown_heat_are_marked),
		cmocka_unit_test(without_a_cache_everything_is_unscored),
		cmocka_unit_test(the_sweeper_runs_before_the_policies_daemons_and_once),
	};

	return cmocka_run_group_tests_name("heat", tests, NULL, NULL);
}
