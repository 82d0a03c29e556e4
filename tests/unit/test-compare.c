/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include "compare-fixture.h"
#include "compare/render.h"

static void every_key_of_the_design_is_there(void **state)
{
	static const char *const keys[] = {
		"workload", "topology", "base_kernel", "arm_kernel", "base", "arm", "metric",
		"unit", "better", "scale", "pairs", "base_median", "arm_median", "change", "ci",
		"p", "p_adjusted", "family", "margin", "mde", "verdict", "proof", "fidelity",
	};
	cleanup_json json_t *j = compared(RECORDED "quickstart", NULL);
	const json_t *lists[] = { json_object_get(j, "comparisons"),
				  json_object_get(j, "diagnostics") };
	(void)state;

	for (size_t l = 0; l < ARRAY_SIZE(lists); l++) {
		const json_t *r;
		size_t i;

		assert_int_equal(json_array_size(lists[l]), 2);
		json_array_foreach(lists[l], i, r) {
			for (size_t k = 0; k < ARRAY_SIZE(keys); k++)
				assert_non_null(json_object_get(r, keys[k]));
		}
	}
	for (int o = 0; o < OUTCOME_COUNT; o++)
		assert_non_null(json_object_get(json_object_get(j, "cells"),
						outcome_table[o].name));
}

static void verdicts_follow_change_margin_and_direction(void **state)
{
	static const struct {
		const char *metric;
		double factor, scatter;
		const char *verdict;
		enum exit_code exit;
	} cases[] = {
		{ "rps", 1.10, 0.001, "improvement", EXIT_WELL },
		{ "rps", 0.90, 0.001, "regression", EXIT_FINDING },
		{ "rps", 1.03, 0.001, "equivalent", EXIT_WELL },	/* p is as small */
		{ "rps", 1.00, 0.001, "equivalent", EXIT_WELL },
		{ "rps", 1.00, 0.05, "inconclusive", EXIT_WELL },
		{ "rps", 0.951, 0.01, "inconclusive", EXIT_WELL },	/* within, perhaps beyond */
		{ "mem_used", 1.10, 0.0001, "regression", EXIT_FINDING },
		{ "mem_used", 0.90, 0.0001, "improvement", EXIT_WELL },
	};
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		cleanup_copy char *dir = copy_make("quickstart");

		print_message("  %s x %g\n", cases[i].metric, cases[i].factor);
		set_metric(dir, "na", cases[i].metric, 1000, 0);
		set_metric(dir, "ksm", cases[i].metric, 1000 * cases[i].factor, cases[i].scatter);
		cleanup_json json_t *j = compared(dir, NULL);
		const json_t *r = row(j, "comparisons", cases[i].metric);
		assert_string_equal(json_str(r, "verdict"), cases[i].verdict);
		assert_int_equal(compare_exit(j, true), cases[i].exit);
		assert_true(fabs(number(r, "change") - (cases[i].factor - 1)) < 0.02);
	}
}

static void an_adjusted_p_above_alpha_is_no_improvement(void **state)
{
	cleanup_copy char *dir = copy_make("quickstart");
	(void)state;

	set_metric(dir, "na", "rps", 1000, 0);
	set_metric(dir, "ksm", "rps", 1100, 0.001);
	edit(dir, "plan.json", "family", json_integer(4));
	cleanup_json json_t *j = compared(dir, NULL);
	const json_t *r = row(j, "comparisons", "rps");
	assert_true(number(r, "p") == 2 / 128.0);
	assert_true(number(r, "p_adjusted") == 4 * 2 / 128.0);
	assert_int_equal(json_int_or(r, "family", 0), 4);
	assert_string_equal(json_str(r, "verdict"), "inconclusive");
	assert_true(warned(j, "7 pairs can show nothing in a family of 4: it takes 8"));
	assert_true(json_is_null(json_object_get(r, "mde")));	/* 7 pairs find nothing of 4 */
}

static void a_plan_that_declares_too_small_a_family_is_not_believed(void **state)
{
	cleanup_copy char *dir = copy_make("quickstart");
	(void)state;

	edit(dir, "plan.json", "family", json_integer(1));
	cleanup_json json_t *j = compared(dir, NULL);
	assert_int_equal(json_int_or(row(j, "comparisons", "rps"), "family", 0), 2);
	assert_true(warned(j, "declares a family of 1"));
}

static void a_failed_proof_leaves_no_number(void **state)
{
	static const char *const nulls[] = { "change", "ci", "p", "p_adjusted", "mde" };
	cleanup_copy char *dir = copy_make("quickstart");
	cleanup_result struct result *r = load(dir);
	(void)state;

	for (size_t i = 0; i < r->n_cells; i++) {
		if (r->cells[i].pair == 4 && !strcmp(r->cells[i].arm, "ksm"))
			edit_cell(dir, r->cells[i].n, "proof.status", json_string("failed"));
	}
	cleanup_json json_t *j = compared(dir, NULL);
	const json_t *rows[] = { row(j, "comparisons", "mem_used"),
				 row(j, "diagnostics", "p99") };
	assert_string_equal(json_str(rows[0], "verdict"), "no-effect-possible");
	assert_string_equal(json_str(rows[0], "proof"), "failed");
	for (size_t i = 0; i < 2 * ARRAY_SIZE(nulls); i++)
		assert_true(json_is_null(json_object_get(rows[i % 2], nulls[i / 2])));
	assert_null(strchr(strchr(json_str(j, "sentence"), ':'), '%'));
	assert_int_equal(compare_exit(j, false), EXIT_WELL);
	assert_int_equal(compare_exit(j, true), EXIT_FINDING);
}

static void a_proof_that_failed_in_the_base_counts_too(void **state)
{
	cleanup_copy char *dir = copy_make("quickstart");
	cleanup_result struct result *r = load(dir);
	(void)state;

	for (size_t i = 0; i < r->n_cells; i++) {
		if (!strcmp(r->cells[i].arm, "na"))
			edit_cell(dir, r->cells[i].n, "proof.status", json_string("failed"));
	}
	cleanup_json json_t *j = compared(dir, NULL);
	assert_string_equal(json_str(row(j, "comparisons", "rps"), "verdict"),
			    "no-effect-possible");
	assert_true(warned(j, "the proof of the base arm 'na' failed"));
}

static void cells_that_differ_in_fidelity_are_refused(void **state)
{
	static const struct { const char *path, *value; } cases[] = {
		{ "fidelity.accelerator", "\"kvm\"" },
		{ "fidelity.clock", "\"virtual\"" },
		{ "fidelity.cpus", "4" },
		{ "fidelity.nodes.1", "\"cxl: device-emulated\"" },
	};
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		cleanup_copy char *dir = copy_make("quickstart");
		struct err e;

		print_message("  %s\n", cases[i].path);
		edit_cell(dir, 6, cases[i].path,
			  json_loads(cases[i].value, JSON_DECODE_ANY, NULL));
		assert_int_equal(refused(dir, NULL, &e), -EINVAL);
		assert_non_null(strstr(e.msg, "cell 6"));
	}
}

static void a_swap_device_of_one_arm_is_no_difference_in_fidelity(void **state)
{
	cleanup_copy char *dir = copy_make("quickstart");
	cleanup_result struct result *r = load(dir);
	(void)state;

	for (size_t i = 0; i < r->n_cells; i++) {
		if (!strcmp(r->cells[i].arm, "ksm"))
			edit_cell(dir, r->cells[i].n, "fidelity.swaps.zram0",
				  json_string("host-bound"));
	}
	cleanup_json json_t *j = compared(dir, NULL);
	const json_t *f = json_object_get(row(j, "comparisons", "rps"), "fidelity");
	assert_string_equal(json_str(json_object_get(f, "swaps"), "zram0"), "host-bound");
}

static void only_whole_pairs_count(void **state)
{
	cleanup_copy char *dir = copy_make("quickstart");
	(void)state;

	edit_cell(dir, 1, "metrics.rps", NULL);
	edit_cell(dir, 3, "outcome", json_string("workload-failed"));
	overwrite_cell(dir, 5, "{");
	cleanup_json json_t *j = compared(dir, NULL);
	assert_int_equal(json_int_or(row(j, "comparisons", "rps"), "pairs", 0), 4);
	assert_int_equal(json_int_or(row(j, "comparisons", "mem_used"), "pairs", 0), 5);
	const json_t *ci = json_object_get(row(j, "comparisons", "rps"), "ci");
	assert_true(json_is_null(json_array_get(ci, 0)) && json_is_null(json_array_get(ci, 1)));
	assert_int_equal(json_int_or(json_object_get(j, "cells"), "not-done", 0), 1);
	assert_int_equal(compare_exit(j, false), EXIT_FINDING);
}

static void a_key_metric_nobody_has_is_a_test_that_found_nothing(void **state)
{
	cleanup_copy char *dir = copy_make("quickstart");
	(void)state;

	edit(dir, "plan.json", "metrics.0.name", json_string("unseen"));
	cleanup_json json_t *j = compared(dir, NULL);
	const json_t *r = row(j, "comparisons", "unseen");
	assert_int_equal(json_int_or(r, "pairs", -1), 0);
	assert_string_equal(json_str(r, "verdict"), "inconclusive");
	assert_true(json_is_null(json_object_get(r, "p")));
	assert_true(warned(j, "unseen of ksm against na"));
	/* The other still pays for it. */
	r = row(j, "comparisons", "mem_used");
	assert_true(number(r, "p_adjusted") == 2 * number(r, "p"));
	assert_int_equal(compare_exit(j, false), EXIT_RIG);
}

static void a_metric_of_other_workloads_is_not_asked_of_this_one(void **state)
{
	cleanup_copy char *dir = copy_make("quickstart");
	size_t all = 0, asked = 0, i;
	const json_t *r;

	(void)state;
	cleanup_json json_t *before = compared(dir, NULL);
	all = json_array_size(json_object_get(before, "comparisons"));
	edit(dir, "plan.json", "metrics.0.workloads", json_pack("[s]", "store"));
	cleanup_json json_t *after = compared(dir, NULL);
	json_array_foreach(json_object_get(after, "comparisons"), i, r) {
		assert_string_not_equal(json_str(r, "metric"), "rps");
		asked++;
	}
	assert_int_equal(asked, all - 1);
}

static void a_ratio_of_zero_is_not_made_up(void **state)
{
	cleanup_copy char *dir = copy_make("quickstart");
	(void)state;

	edit_cell(dir, 2, "metrics.rps.value", json_real(0));
	edit_cell(dir, 2, "metrics.p99.value", json_real(0));
	cleanup_json json_t *j = compared(dir, NULL);
	assert_true(warned(j, "has no ratio"));
	assert_string_equal(json_str(row(j, "comparisons", "rps"), "verdict"), "inconclusive");
	assert_true(json_is_null(json_object_get(row(j, "comparisons", "rps"), "change")));
	assert_string_equal(json_str(row(j, "diagnostics", "p99"), "scale"), "difference");
}

static void cells_that_disagree_about_a_unit_are_refused(void **state)
{
	cleanup_copy char *dir = copy_make("quickstart");
	struct err e;
	(void)state;

	edit_cell(dir, 2, "metrics.rps.unit", json_string("1/min"));
	assert_int_equal(refused(dir, NULL, &e), -EINVAL);
	assert_non_null(strstr(e.msg, "cell 2 gives metric 'rps' in 1/min"));
}

static void an_open_and_a_closed_loop_are_not_compared(void **state)
{
	cleanup_copy char *dir = copy_make("quickstart"), *other = copy_make("quickstart");
	struct err e;
	(void)state;

	set_loop(dir, "rps", "closed");
	set_loop(other, "rps", "open");
	assert_int_equal(refused(dir, other, &e), -EINVAL);
	assert_non_null(strstr(e.msg, "is of an open loop, in cells before it of a closed loop"));
	edit_cell(dir, 2, "metrics.rps.loop", NULL);
	assert_int_equal(refused(dir, NULL, &e), -EINVAL);
}

static void exit_codes_follow_the_worst_that_holds(void **state)
{
	static const struct { const char *outcome; enum exit_code exit; } cases[] = {
		{ "crashed", EXIT_KERNEL },
		{ "hung", EXIT_KERNEL },
		{ "nonconforming", EXIT_KERNEL },
		{ "workload-failed", EXIT_FINDING },
		{ "infra-error", EXIT_RIG },
		{ "ok", EXIT_WELL },
	};
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		cleanup_copy char *dir = copy_make("quickstart");

		print_message("  %s\n", cases[i].outcome);
		edit_cell(dir, 14, "outcome", json_string(cases[i].outcome));
		cleanup_json json_t *j = compared(dir, NULL);
		assert_int_equal(compare_exit(j, false), cases[i].exit);
	}
}

static void a_diagnostic_plan_gets_no_verdict(void **state)
{
	cleanup_copy char *dir = copy_make("quickstart");
	cleanup_free char *text = NULL;
	struct render_opts o = { .width = 80 };
	struct err e;
	(void)state;

	edit(dir, "plan.json", "diagnostic", json_true());
	edit(dir, "plan.json", "family", json_integer(0));
	cleanup_json json_t *j = compared(dir, NULL);
	const json_t *r = row(j, "comparisons", "mem_used");
	assert_true(json_is_null(json_object_get(r, "verdict")));
	assert_string_equal(json_str(r, "label"), "differs");
	assert_string_equal(json_str(r, "adjustment"), "benjamini-hochberg");
	assert_non_null(strstr(json_str(j, "sentence"), "no verdict"));
	assert_int_equal(compare_render(j, &o, &text, &e), 0);
	assert_int_equal(compare_exit(j, true), EXIT_WELL);
}

static void a_drift_and_two_modes_are_named(void **state)
{
	cleanup_copy char *dir = copy_make("quickstart");
	cleanup_result struct result *r = load(dir);
	(void)state;

	for (size_t i = 0; i < r->n_cells; i++) {
		const struct result_cell *c = &r->cells[i];
		bool arm = !strcmp(c->arm, "ksm");

		edit_cell(dir, c->n, "metrics.rps.value",
			  json_real(arm ? 1000 + c->pair * 10 : 1000));
		edit_cell(dir, c->n, "metrics.mem_used.value",
			  json_real(arm && c->pair % 2 ? 2e8 + c->pair : 3e8 + c->pair));
	}
	cleanup_json json_t *j = compared(dir, NULL);
	assert_true(warned(j, "the change of rps (ksm against na) drifts"));
	assert_true(warned(j, "mem_used falls into two groups"));
	assert_true(json_is_true(json_object_get(row(j, "comparisons", "mem_used"), "bimodal")));
	assert_true(json_is_false(json_object_get(row(j, "comparisons", "rps"), "bimodal")));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_key_of_the_design_is_there),
		cmocka_unit_test(verdicts_follow_change_margin_and_direction),
		cmocka_unit_test(an_adjusted_p_above_alpha_is_no_improvement),
		cmocka_unit_test(a_plan_that_declares_too_small_a_family_is_not_believed),
		cmocka_unit_test(a_failed_proof_leaves_no_number),
		cmocka_unit_test(a_proof_that_failed_in_the_base_counts_too),
		cmocka_unit_test(cells_that_differ_in_fidelity_are_refused),
		cmocka_unit_test(a_swap_device_of_one_arm_is_no_difference_in_fidelity),
		cmocka_unit_test(only_whole_pairs_count),
		cmocka_unit_test(a_key_metric_nobody_has_is_a_test_that_found_nothing),
		cmocka_unit_test(a_metric_of_other_workloads_is_not_asked_of_this_one),
		cmocka_unit_test(a_ratio_of_zero_is_not_made_up),
		cmocka_unit_test(cells_that_disagree_about_a_unit_are_refused),
		cmocka_unit_test(an_open_and_a_closed_loop_are_not_compared),
		cmocka_unit_test(exit_codes_follow_the_worst_that_holds),
		cmocka_unit_test(a_diagnostic_plan_gets_no_verdict),
		cmocka_unit_test(a_drift_and_two_modes_are_named),
	};

	return cmocka_run_group_tests_name("compare", tests, NULL, NULL);
}
