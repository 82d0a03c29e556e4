/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
#include "compare-fixture.h"
#include "history/confirm-judge.h"
#include "lib/cleanup.h"
#include "lib/rng.h"

static const struct bisect_figure rps = {
	.metric = "rps", .ratio = true, .more_is_better = true, .margin = 0.01,
};
static const struct bisect_figure p99 = {
	.metric = "p99", .ratio = true, .more_is_better = false, .margin = 0.05,
};

/* The pairs of @look, whose second has @factor times the first, give or take @scatter. */
static struct confirm_finding scattered(const struct bisect_figure *f, double factor,
					double scatter, size_t look)
{
	double base[SEQUENTIAL_PAIRS_MAX], arm[SEQUENTIAL_PAIRS_MAX];
	size_t n = sequential_pairs[look];
	struct confirm_finding ret;
	struct err e;

	for (size_t i = 0; i < n; i++) {
		base[i] = 1000 * (1 + 0.0005 * (double)(i % 3));
		arm[i] = base[i] * factor * (1 + (i % 2 ? scatter : -scatter));
	}
	if (confirm_judge(f, base, arm, n, look, &ret, &e))
		fail_msg("%s", e.msg);
	return ret;
}

static struct confirm_finding judged(const struct bisect_figure *f, double factor, size_t look)
{
	return scattered(f, factor, 0.001, look);
}

static void worse_by_more_than_the_margin_is_a_regression(void **state)
{
	struct confirm_finding f = judged(&rps, 0.975, 0);
	(void)state;

	assert_int_equal(f.verdict, CONFIRM_REGRESSION);
	assert_int_equal(f.pairs, 8);
	assert_true(fabs(f.change + 0.025) < 0.001 && f.ci[0] < f.change && f.change < f.ci[1]);
	assert_int_equal(judged(&p99, 1.08, 0).verdict, CONFIRM_REGRESSION);
}

static void what_is_as_it_was_or_better_is_none(void **state)
{
	(void)state;
	assert_int_equal(judged(&rps, 1, 0).verdict, CONFIRM_NONE);
	assert_int_equal(judged(&rps, 1.2, 0).verdict, CONFIRM_NONE);
	assert_int_equal(judged(&p99, 0.8, 0).verdict, CONFIRM_NONE);
	/* Certainly worse, certainly by less than the margin. */
	assert_int_equal(judged(&rps, 0.995, 0).verdict, CONFIRM_NONE);
	assert_int_equal(judged(&p99, 1.03, 0).verdict, CONFIRM_NONE);
}

static void while_undecided_more_pairs_are_run_and_in_the_end_nothing_is_said(void **state)
{
	(void)state;
	for (size_t look = 0; look < SEQUENTIAL_LOOKS; look++)
		assert_int_equal(scattered(&rps, 0.995, 0.02, look).verdict,
				 look + 1 < SEQUENTIAL_LOOKS ? CONFIRM_MORE : CONFIRM_UNCLEAR);
}

static void without_a_pair_nothing_is_said(void **state)
{
	struct confirm_finding f;
	struct err e;
	(void)state;

	assert_int_equal(confirm_judge(&rps, NULL, NULL, 0, 0, &f, &e), 0);
	assert_int_equal(f.verdict, CONFIRM_NO_PAIR);
}

static void a_cell_that_the_rig_failed_is_told_from_others(void **state)
{
	cleanup_copy char *dir = copy_make("quickstart");
	(void)state;

	edit_cell(dir, 2, "outcome", json_string("crashed"));
	cleanup_result struct result *crashed = load(dir);
	assert_null(confirm_rig_failure(crashed));
	edit_cell(dir, 3, "outcome", json_string("infra-error"));
	edit_cell(dir, 3, "reason", json_string("QEMU died"));
	cleanup_result struct result *failed = load(dir);
	assert_string_equal(confirm_rig_failure(failed), "QEMU died");
}

static void zero_on_a_ratio_is_refused(void **state)
{
	static const double base[8] = { 1, 1, 1, 1, 1, 1, 1, 1 },
			    arm[8] = { 1, 1, 1, 0, 1, 1, 1, 1 };
	struct confirm_finding f;
	struct err e;
	(void)state;

	assert_true(confirm_judge(&rps, base, arm, 8, 0, &f, &e) < 0);
}

/* Two kernels that are one, with scatter that a margin of 0.1 % does not hide. */
static void kernels_that_are_one_are_seldom_an_alarm(void **state)
{
	static const struct bisect_figure f = {
		.metric = "rps", .ratio = true, .more_is_better = true, .margin = 0.001,
	};
	enum { ROUNDS = 2000 };
	unsigned alarms = 0;
	(void)state;

	for (unsigned k = 0; k < ROUNDS; k++) {
		struct confirm_finding found;
		double base[8], arm[8];
		struct rng r = { k };
		struct err e;

		for (size_t i = 0; i < 8; i++) {
			base[i] = 100 + (double)rng_below(&r, 4000) / 1000;
			arm[i] = 100 + (double)rng_below(&r, 4000) / 1000;
		}
		assert_int_equal(confirm_judge(&f, base, arm, 8, 0, &found, &e), 0);
		alarms += found.verdict == CONFIRM_REGRESSION;
	}
	print_message("  %u of %u at the first look, which may spend %.4f\n", alarms, ROUNDS,
		      sequential_alpha(CONFIRM_ALPHA, 0));
	assert_true(alarms <= ROUNDS * (sequential_alpha(CONFIRM_ALPHA, 0) + 0.011));
	assert_true(alarms);	/* a test that never fires finds nothing */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(worse_by_more_than_the_margin_is_a_regression),
		cmocka_unit_test(what_is_as_it_was_or_better_is_none),
		cmocka_unit_test(while_undecided_more_pairs_are_run_and_in_the_end_nothing_is_said),
		cmocka_unit_test(without_a_pair_nothing_is_said),
		cmocka_unit_test(a_cell_that_the_rig_failed_is_told_from_others),
		cmocka_unit_test(zero_on_a_ratio_is_refused),
		cmocka_unit_test(kernels_that_are_one_are_seldom_an_alarm),
	};

	return cmocka_run_group_tests_name("confirm", tests, NULL, NULL);
}
