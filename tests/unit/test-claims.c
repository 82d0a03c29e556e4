/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include "claims/cells.h"
#include "claims/match.h"
#include "claims/stated.h"
#include "claims/value.h"
#include "compare-fixture.h"
#include "spec/spec.h"

#define SAMPLES "tests/unit/data/claims"

static void search_make(struct search *s)
{
	struct err e;

	*s = (struct search){ 0 };
	assert_int_equal(search_add(s, SAMPLES, &e), 0);
	assert_int_equal(search_add(s, ".", &e), 0);
}

static json_t *claim_load(const char *name)
{
	cleanup_spec struct spec *spec = NULL;
	cleanup_free char *path = NULL;
	struct search s;
	struct err e;

	search_make(&s);
	if (search_find(&s, SPEC_CLAIM, name, &path, &e) || spec_load(SPEC_CLAIM, path, &spec, &e))
		fail_msg("%s\n%s", e.msg, e.excerpt);
	search_clear(&s);
	return json_incref((json_t *)spec_doc(spec));
}

static json_t *stated(const char *claim)
{
	cleanup_json json_t *doc = claim_load(claim);
	json_t *figures = NULL;
	struct err e;

	if (stated_collect(doc, &figures, NULL, &e))
		fail_msg("%s", e.msg);
	return figures;
}

static const json_t *find(const json_t *figures, const char *row, const char *figure)
{
	const json_t *f;
	size_t i;

	json_array_foreach(figures, i, f)
		if (!strcmp(json_str(f, "row"), row) && !strcmp(json_str(f, "figure"), figure))
			return f;
	fail_msg("no figure '%s' of '%s'", figure, row);
	return NULL;
}

static double change(const json_t *f)
{
	return json_number_value(json_array_get(json_object_get(f, "change"), 0));
}

/* The claim @name held against the result @dir, or NULL for none. */
static json_t *assessed(const char *name, const char *dir)
{
	cleanup_json json_t *claims = json_array(), *plans = NULL;
	cleanup_claim_results struct claim_results rs = { 0 };
	json_t *ret = NULL;
	struct search s;
	struct err e;

	search_make(&s);
	json_array_append_new(claims, claim_load(name));
	if (claims_plan(&s, claims, 0, &plans, &e) || (dir && claim_results_add(&rs, dir, &e)) ||
	    claims_assess(claims, plans, &rs, &ret, &e))
		fail_msg("%s", e.msg);
	search_clear(&s);
	return ret;
}

static const json_t *judged(const json_t *all, const char *row, const char *figure)
{
	return find(json_object_get(json_array_get(json_object_get(all, "claims"), 0), "figures"),
		    row, figure);
}

static void a_figure_is_read_as_it_is_printed_and_nothing_else_is(void **state)
{
	static const struct {
		const char *text;
		double low, high;
	} good[] = {
		{ "266137.58", 266137.58, 266137.58 },
		{ "-57%", -0.57, -0.57 },
		{ "+5%", 0.05, 0.05 },
		{ "-32% to -20%", -0.32, -0.20 },
		{ "0", 0, 0 },
	};
	static const char *const bad[] = { "",	   "x",		  "5 %", "1,000", "0x10",
					   "inf",  "nan",	  "-",	 "5%%",	  "-20% to -32%",
					   "1 to", "1 to 2 to 3", "1 2" };
	double low, high;
	struct err e;
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(good); i++) {
		assert_int_equal(claim_value_parse(good[i].text, true, &low, &high, &e), 0);
		assert_float_equal(low, good[i].low, 1e-6);
		assert_float_equal(high, good[i].high, 1e-6);
	}
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		print_message("  '%s'\n", bad[i]);
		assert_int_equal(claim_value_parse(bad[i], true, &low, &high, &e), -EINVAL);
	}
	assert_int_equal(claim_value_parse("1 to 2", false, &low, &high, &e), -EINVAL);
}

static void ksm_is_stated_of_what_was_used_and_of_all(void **state)
{
	cleanup_json json_t *idle = stated("ksm-idle"), *load = stated("ksm-load");
	(void)state;

	assert_int_equal(json_array_size(idle), 16);
	assert_int_equal(json_array_size(load), 8);
	assert_float_equal(change(find(idle, "10.203.10.183", "of used")), 20.6592 / 35.4688 - 1,
			   1e-6);
	assert_float_equal(change(find(idle, "10.203.10.183", "of total")),
			   (20.6592 - 35.4688) / 64, 1e-6);
	assert_string_equal(json_str(find(idle, "10.203.10.183", "of total"), "scale"),
			    "difference");
	assert_float_equal(change(find(load, "10.203.10.184", "of used")), 29.1584 / 44.0832 - 1,
			   1e-6);
}

static void a_table_of_arms_is_stated_against_its_base_row(void **state)
{
	cleanup_json json_t *figures = stated("offloading-mixed");
	const json_t *tps = find(figures, "Tencent", "TPS"),
		     *build = find(figures, "Meta-TMO", "build");
	(void)state;

	assert_int_equal(json_array_size(figures), 8);
	assert_float_equal(change(tps), 2869.0 / 2733 - 1, 1e-6);
	assert_float_equal(json_number_value(json_object_get(tps, "dev")), 0.0422, 1e-6);
	assert_float_equal(json_number_value(json_object_get(tps, "base_dev")), 0.0286, 1e-6);
	assert_string_equal(json_str(tps, "value"), "2869");
	assert_string_equal(json_str(tps, "against"), "2733");
	assert_string_equal(json_str(tps, "arm"), "multi-tier");
	assert_string_equal(json_str(build, "metric"), "kbuild_time");
}

static void the_nearest_key_counts_row_then_figure_then_claim(void **state)
{
	cleanup_json json_t *figures = stated("tmo-weaknesses"), *sample = stated("sample-stated");
	(void)state;

	assert_string_equal(
		json_str(find(figures, "reclaim holds up the workload", "direction"), "arm"),
		"tmo");
	assert_string_equal(
		json_str(find(figures, "reclaim holds up the workload", "direction"), "workload"),
		"nginx");
	assert_string_equal(json_str(find(sample, "as seen", "memory"), "metric"), "mem_used");
	assert_string_equal(json_str(find(sample, "as seen", "more time of ksmd"), "metric"),
			    "ksmd_cpu");
}

static void a_direction_leaves_no_change_out(void **state)
{
	cleanup_json json_t *sample = stated("sample-stated");
	const json_t *less = json_object_get(find(sample, "as seen", "less memory"), "change");
	const json_t *more = json_object_get(find(sample, "as seen", "more memory"), "change");
	(void)state;

	assert_true(json_is_null(json_array_get(less, 0)));
	assert_true(json_number_value(json_array_get(less, 1)) < 0);
	assert_true(json_number_value(json_array_get(more, 0)) > 0);
	assert_true(json_is_null(json_array_get(more, 1)));
}

static void ramrigs_own_claims_name_what_its_experiments_have(void **state)
{
	cleanup_json json_t *claims = json_array(), *plans = NULL, *names = NULL;
	struct search s = { 0 };
	const json_t *name;
	struct err e;
	size_t i;
	(void)state;

	assert_int_equal(search_add(&s, ".", &e), 0);
	names = search_list(&s, SPEC_CLAIM);
	assert_true(json_array_size(names) >= 15);
	json_array_foreach(names, i, name)
		json_array_append_new(claims, claim_load(json_string_value(name)));
	if (claims_plan(&s, claims, 0, &plans, &e))
		fail_msg("%s", e.msg);
	const char *experiment;
	json_t *plan;
	json_object_foreach(plans, experiment, plan)
		assert_true(json_int_or(plan, "pairs", 0) >= CLAIM_PAIRS_LEAST);
	search_clear(&s);
}

static void what_a_claim_names_and_its_experiment_lacks_is_refused(void **state)
{
	static const struct {
		const char *key, *value, *message;
	} cases[] = {
		{ "arm", "tmo", "has no arm 'tmo'" },
		{ "workload", "fleet", "has no workload 'fleet'" },
		{ "topology", "full", "has no topology 'full'" },
		{ "metric", "tps", "has no metric 'tps'" },
		{ "experiment", "nothing", "no experiment 'nothing'" },
	};
	struct search s;
	(void)state;

	search_make(&s);
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		cleanup_json json_t *claims = json_array(), *plans = NULL;
		json_t *claim = json_deep_copy(claim_load("sample"));
		struct err e;

		json_object_set_new(claim, cases[i].key, json_string(cases[i].value));
		json_array_append_new(claims, claim);
		assert_int_not_equal(claims_plan(&s, claims, 0, &plans, &e), 0);
		print_message("  %s\n", e.msg);
		assert_non_null(strstr(e.msg, cases[i].message));
	}
	search_clear(&s);
}

static void under_an_emulator_what_only_a_processor_can_tell_is_not_run(void **state)
{
	cleanup_json json_t *claims =
		json_pack("[o, o]", claim_load("tpp"), claim_load("ksm-load"));
	cleanup_json json_t *tcg = claims_experiments(claims, "tcg");
	cleanup_json json_t *kvm = claims_experiments(claims, "kvm");
	(void)state;

	assert_int_equal(json_array_size(tcg), 1);
	assert_true(json_array_has(tcg, "fleet-ksm"));
	assert_int_equal(json_array_size(kvm), 2);
	assert_true(json_array_has(kvm, "tiering"));
}

static void each_way_to_a_verdict(void **state)
{
	static const struct {
		const char *claim, *row, *figure, *verdict, *reason;
	} cases[] = {
		{ "sample", "as seen", "RPS", "reproduced", "" },
		{ "sample", "half of it", "RPS", "contradicted", "" },
		{ "sample", "a little less", "RPS", "inconclusive", "pairs would tell" },
		{ "sample", "on a processor", "RPS", "not-testable-here", "ran in an emulator" },
		{ "sample", "elsewhere", "RPS", "not-testable-here", "nobody has it" },
		{ "sample", "as seen", "noisy RPS", "inconclusive", "the vendor's own scatter" },
		{ "sample-stated", "as seen", "memory", "reproduced", "" },
		{ "sample-stated", "a range", "memory", "reproduced", "" },
		{ "sample-stated", "far off", "memory", "contradicted", "" },
		{ "sample-stated", "as seen", "less memory", "reproduced", "" },
		{ "sample-stated", "as seen", "more memory", "contradicted", "" },
		{ "sample-stated", "as seen", "more time of ksmd", "reproduced", "" },
		{ "sample-each", "no ksmd", "ksmd", "reproduced", "7 boots, from 0 to 0" },
		{ "sample-each", "no ksmd either", "ksmd", "contradicted", "7 boots, from" },
	};
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		cleanup_json json_t *all = assessed(cases[i].claim, RECORDED "quickstart");
		const json_t *f = judged(all, cases[i].row, cases[i].figure);

		print_message("  %s, %s: %s, %s\n", cases[i].row, cases[i].figure,
			      json_str(f, "verdict"), json_str(f, "reason"));
		assert_string_equal(json_str(f, "verdict"), cases[i].verdict);
		assert_non_null(strstr(json_str(f, "reason"), cases[i].reason));
	}
}

static void a_proof_that_failed_contradicts_nothing(void **state)
{
	cleanup_copy char *dir = copy_make("quickstart");
	(void)state;

	for (unsigned n = 1; n <= 14; n++)
		edit_cell(dir, n, "proof.status", json_string("failed"));
	cleanup_json json_t *all = assessed("sample-stated", dir);
	const json_t *f = judged(all, "far off", "memory");

	assert_string_equal(json_str(f, "verdict"), "not-testable-here");
	assert_non_null(strstr(json_str(f, "reason"), "its proof failed"));
	assert_int_equal(claims_exit(all), EXIT_WELL);
}

static void without_a_result_nothing_is_measured(void **state)
{
	cleanup_json json_t *all = assessed("sample", NULL);
	const json_t *f = judged(all, "as seen", "RPS");
	(void)state;

	assert_string_equal(json_str(f, "verdict"), "inconclusive");
	assert_string_equal(json_str(f, "reason"), "not measured");
	assert_true(json_is_null(json_object_get(f, "ours")));
	assert_int_equal(claims_exit(all), EXIT_WELL);
}

static void too_few_pairs_decide_nothing(void **state)
{
	cleanup_copy char *dir = copy_make("quickstart");
	(void)state;

	for (unsigned n = 5; n <= 14; n++)
		overwrite_cell(dir, n, "{");
	cleanup_json json_t *all = assessed("sample-stated", dir);
	const json_t *f = judged(all, "far off", "memory");

	assert_string_equal(json_str(f, "verdict"), "inconclusive");
	assert_non_null(strstr(json_str(f, "reason"), "it takes 6"));
}

static void less_of_what_never_was_is_no_claim_to_test(void **state)
{
	cleanup_copy char *dir = copy_make("quickstart");
	(void)state;

	set_metric(dir, "ksm", "mem_used", 0, 0);
	set_metric(dir, "na", "mem_used", 0, 0);
	cleanup_result struct result *r = load(dir);
	for (size_t i = 0; i < r->n_cells; i++)
		edit_cell(dir, r->cells[i].n, "metrics.mem_used.scale", json_string("difference"));
	edit(dir, "plan.json", "metrics.1.scale", json_string("difference"));
	cleanup_json json_t *all = assessed("sample-stated", dir);

	assert_string_equal(json_str(judged(all, "as seen", "less memory"), "reason"),
			    "there was none of it to begin with");
}

static void the_exit_code_is_that_of_the_worst(void **state)
{
	cleanup_copy char *dir = copy_make("quickstart");
	cleanup_json json_t *contradicted = assessed("sample", dir);
	(void)state;

	assert_int_equal(claims_exit(contradicted), EXIT_FINDING);
	edit_cell(dir, 1, "outcome", json_string("crashed"));
	edit_cell(dir, 1, "charged_to", json_string("kernel"));
	cleanup_json json_t *crashed = assessed("sample", dir);
	assert_int_equal(claims_exit(crashed), EXIT_KERNEL);
}

/* A plan as match_plan() looks at it. */
static json_t *plan(const char *experiment, const char *size, json_int_t warmup, const char *policy)
{
	return json_pack("{s:s, s:s, s:s, s:i, s:{s:{s:{s:{s:s, s:s}, s:{s:s, s:I}}}}, s:{s:{s:i}}, "
			 "s:{s:{s:{s:{s:s, s:i}}}}, s:[{s:s, s:b, s:[s]}, {s:s, s:b, s:[s]}]}",
			 "experiment", experiment, "clock", "host", "workload_scale", "ci",
			 "scale", 1, "workloads", "w", "parameters",
			 "size", "unit", "text", "value", size, "warmup", "unit", "duration",
			 "value", warmup, "topologies", "t", "cpus", 2, "policies", policy, "parameters",
			 "rate", "unit", "duration", "value", 1, "arms", "name", "na",
			 "base", 1, "policies", "na", "name", "arm", "base", 0, "policies", policy);
}

static void a_result_of_another_experiment_counts_where_only_times_differ(void **state)
{
	static const struct {
		const char *experiment, *size;
		int warmup;
		const char *policy;
		bool matches;
		size_t times;
	} cases[] = {
		{ "asked", "other", 9, "other", true, 0 }, /* the name says it all */
		{ "mine", "1", 1000, "tmo", true, 0 },	   { "mine", "1", 9, "tmo", true, 1 },
		{ "mine", "2", 1000, "tmo", false, 0 },	   { "mine", "1", 1000, "other", false, 0 },
	};
	cleanup_json json_t *wanted = plan("asked", "1", 1000, "tmo");
	cleanup_json json_t *figure = json_pack("{s:s, s:s}", "workload", "w", "arm", "arm");
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		cleanup_json json_t *have =
			plan(cases[i].experiment, cases[i].size, cases[i].warmup, cases[i].policy);
		cleanup_json json_t *times = NULL;

		assert_int_equal(match_plan(have, wanted, figure, &times), cases[i].matches);
		assert_int_equal(json_array_size(times), cases[i].times);
	}
}

static void another_clock_topology_limit_or_policy_is_another_matter(void **state)
{
	static const struct {
		const char *key;
		const char *value;
	} cases[] = {
		{ "clock", "\"virtual\"" },
		{ "topologies", "{\"t\": {\"cpus\": 1}}" },
		{ "limit_ratio", "0.6" },
		{ "policies", "{\"tmo\": {\"parameters\": {\"rate\": {\"unit\": \"duration\", "
			      "\"value\": 2}}}}" },
	};
	cleanup_json json_t *wanted = plan("asked", "1", 1000, "tmo");
	cleanup_json json_t *figure = json_pack("{s:s, s:s}", "workload", "w", "arm", "arm");
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		cleanup_json json_t *have = plan("mine", "1", 1000, "tmo");
		json_t *times = NULL;

		json_object_set_new(have, cases[i].key,
				    json_loads(cases[i].value, JSON_DECODE_ANY, NULL));
		assert_false(match_plan(have, wanted, figure, &times));
		assert_null(times);
	}
}

static void the_name_says_nothing_of_what_options_of_run_change(void **state)
{
	static const struct {
		const char *key, *value;
		bool matches;
	} cases[] = {
		{ "clock", "\"virtual\"", false },
		{ "limit_ratio", "0.6", false },
		{ "workload_scale", "\"full\"", false },
		{ "workload_scale", "\"ci\"", true },
		{ "scale", "4", false },
		{ "scale", "1", true },
	};
	cleanup_json json_t *wanted = plan("asked", "1", 1000, "tmo");
	cleanup_json json_t *figure = json_pack("{s:s, s:s}", "workload", "w", "arm", "arm");
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		cleanup_json json_t *have = plan("asked", "1", 1000, "tmo"), *times = NULL;

		json_object_set_new(have, cases[i].key,
				    json_loads(cases[i].value, JSON_DECODE_ANY, NULL));
		assert_int_equal(match_plan(have, wanted, figure, &times), cases[i].matches);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_figure_is_read_as_it_is_printed_and_nothing_else_is),
		cmocka_unit_test(ksm_is_stated_of_what_was_used_and_of_all),
		cmocka_unit_test(a_table_of_arms_is_stated_against_its_base_row),
		cmocka_unit_test(the_nearest_key_counts_row_then_figure_then_claim),
		cmocka_unit_test(a_direction_leaves_no_change_out),
		cmocka_unit_test(ramrigs_own_claims_name_what_its_experiments_have),
		cmocka_unit_test(what_a_claim_names_and_its_experiment_lacks_is_refused),
		cmocka_unit_test(under_an_emulator_what_only_a_processor_can_tell_is_not_run),
		cmocka_unit_test(each_way_to_a_verdict),
		cmocka_unit_test(a_proof_that_failed_contradicts_nothing),
		cmocka_unit_test(without_a_result_nothing_is_measured),
		cmocka_unit_test(too_few_pairs_decide_nothing),
		cmocka_unit_test(less_of_what_never_was_is_no_claim_to_test),
		cmocka_unit_test(the_exit_code_is_that_of_the_worst),
		cmocka_unit_test(a_result_of_another_experiment_counts_where_only_times_differ),
		cmocka_unit_test(another_clock_topology_limit_or_policy_is_another_matter),
		cmocka_unit_test(the_name_says_nothing_of_what_options_of_run_change),
	};

	return cmocka_run_group_tests_name("claims", tests, NULL, NULL);
}
