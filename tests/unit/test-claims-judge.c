/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include "claims/judge.h"
#include "lib/cleanup.h"
#include "lib/rng.h"
#include "stats/paired.h"

static struct claim_stated ratio(double change, double tolerance, double dev, unsigned runs)
{
	return (struct claim_stated){ .ratio = true,
				      .low = change,
				      .high = change,
				      .tolerance = tolerance,
				      .base_dev = dev,
				      .arm_dev = dev,
				      .runs = runs };
}

static void a_band_is_the_change_its_uncertainty_and_the_tolerance(void **state)
{
	struct claim_stated s = ratio(-0.418, 0.1, NAN, 0);
	struct claim_band b;
	(void)state;

	claim_band(&s, &b); /* 0.582 / 1.1 and 0.582 * 1.1 */
	assert_float_equal(b.low, 0.582 / 1.1 - 1, 1e-9);
	assert_float_equal(b.high, 0.582 * 1.1 - 1, 1e-9);
	assert_float_equal(b.vendor[0], -0.418, 1e-9);
	assert_true(isnan(b.runs_needed));
	assert_false(b.unconfirmable);

	/* Deviations of 3 % and no word of runs: at least two, 1.96 sqrt(2) 0.03 / sqrt(2). */
	s = ratio(0, 0, 0.03, 0);
	claim_band(&s, &b);
	assert_float_equal(log1p(b.high), 1.959964 * 0.03, 1e-6);
	/* Ten runs: t(0.975; 18) = 2.100922. */
	s = ratio(0, 0, 0.03, 10);
	claim_band(&s, &b);
	assert_float_equal(log1p(b.high), 2.100922 * 0.03 * sqrt(2) / sqrt(10), 1e-6);
}

static void a_difference_is_widened_in_its_unit(void **state)
{
	const struct claim_stated s = {
		.low = -0.23, .high = -0.23, .tolerance = 0.03, .base_dev = NAN, .arm_dev = NAN
	};
	struct claim_band b;
	(void)state;

	claim_band(&s, &b);
	assert_float_equal(b.low, -0.26, 1e-12);
	assert_float_equal(b.high, -0.20, 1e-12);
}

static void runs_are_those_of_two_samples(void **state)
{
	static const struct {
		double change, base_dev, arm_dev, tolerance, runs;
	} cases[] = {
		/* The mixed columns of seed 003. */
		{ 140989.81 / 152135.12 - 1, 0.2875, 0.2857, 0.05, 224 },
		{ 149332.00 / 152135.12 - 1, 0.2875, 0.2705, 0.05, 481 },
		{ 203.169 / 188.693 - 1, 0.0247, 0.2632, 0.05, 108 },
		/* 2 (1.96 + 0.84)^2 (CV / d)^2 = 2 * 7.849 * 0.01 = 0.157; two make a deviation. */
		{ 0.1, 0.01, 0.01, 0.05, 2 },
		{ 0, 0.1, 0.1, 0.1, 16 },
	};
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct claim_stated s = ratio(cases[i].change, cases[i].tolerance, 0, 0);
		struct claim_band b;

		s.base_dev = cases[i].base_dev;
		s.arm_dev = cases[i].arm_dev;
		claim_band(&s, &b);
		assert_float_equal(b.runs_needed, cases[i].runs, 0);
		assert_int_equal(b.unconfirmable, cases[i].runs > CLAIM_RUNS_MOST);
	}
}

static void what_the_vendors_own_runs_could_not_show_is_unconfirmable(void **state)
{
	struct claim_stated s = ratio(0, 0.1, 0.1, 15); /* it takes 16 */
	struct claim_band b;
	(void)state;

	claim_band(&s, &b);
	assert_true(b.unconfirmable);
	s.runs = 16;
	claim_band(&s, &b);
	assert_false(b.unconfirmable);
}

static void a_verdict_goes_by_where_the_interval_lies(void **state)
{
	static const struct {
		double low, high;
		bool unconfirmable;
		enum claim_verdict verdict;
		enum claim_why why;
	} cases[] = {
		{ -0.02, 0.02, false, CLAIM_REPRODUCED, CLAIM_WHY_INSIDE },
		{ -0.05, 0.05, false, CLAIM_REPRODUCED, CLAIM_WHY_INSIDE },
		{ 0.051, 0.2, false, CLAIM_CONTRADICTED, CLAIM_WHY_OUTSIDE },
		{ -0.3, -0.051, false, CLAIM_CONTRADICTED, CLAIM_WHY_OUTSIDE },
		{ -0.06, 0.02, false, CLAIM_INCONCLUSIVE, CLAIM_WHY_STRADDLES },
		{ -0.9, 0.9, false, CLAIM_INCONCLUSIVE, CLAIM_WHY_STRADDLES },
		{ -INFINITY, INFINITY, false, CLAIM_INCONCLUSIVE, CLAIM_WHY_UNBOUNDED },
		{ -0.02, 0.02, true, CLAIM_INCONCLUSIVE, CLAIM_WHY_VENDOR },
		{ 0.051, 0.2, true, CLAIM_CONTRADICTED, CLAIM_WHY_OUTSIDE },
	};
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		const struct claim_band b = { .low = -0.05,
					      .high = 0.05,
					      .unconfirmable = cases[i].unconfirmable };
		const struct claim_seen seen = { .ci = { cases[i].low, cases[i].high },
						 .pairs = 8 };
		enum claim_why why;

		print_message("  %g to %g\n", cases[i].low, cases[i].high);
		assert_int_equal(claim_judge(&b, &seen, &why), cases[i].verdict);
		assert_int_equal(why, cases[i].why);
	}
}

static void no_change_at_all_is_no_direction(void **state)
{
	const struct claim_stated less = { .low = -INFINITY,
					   .high = nextafter(0, -1),
					   .ratio = true,
					   .base_dev = NAN,
					   .arm_dev = NAN };
	const struct claim_seen none = { .ci = { 0, 0 }, .pairs = 8 };
	const struct claim_seen some = { .change = -0.1, .ci = { -0.2, -0.01 }, .pairs = 8 };
	struct claim_band b;
	enum claim_why why;
	(void)state;

	claim_band(&less, &b);
	assert_int_equal(claim_judge(&b, &none, &why), CLAIM_CONTRADICTED);
	assert_int_equal(claim_judge(&b, &some, &why), CLAIM_REPRODUCED);
}

static void twice_as_narrow_takes_four_times_the_pairs(void **state)
{
	const struct claim_stated s = {
		.low = 0, .high = 0, .tolerance = 10, .base_dev = NAN, .arm_dev = NAN
	};
	const struct claim_seen seen = { .change = 8, .ci = { 4, 12 }, .pairs = 8 };
	struct claim_band b;
	(void)state;

	claim_band(&s, &b);
	assert_float_equal(claim_pairs_needed(&s, &b, &seen), 32, 0);
}

static double normal(struct rng *r)
{
	double u = ((double)(rng_next(r) >> 11) + 1) * 0x1p-53;
	double v = (double)(rng_next(r) >> 11) * 0x1p-53;

	return sqrt(-2 * log(u)) * cos(2 * M_PI * v);
}

#define PAIRS 8
#define DRAWS 600

/* How many of DRAWS results of a true @change, at a CV of 4 %, get @verdict on @s. */
static unsigned count(struct rng *r, double change, const struct claim_stated *s,
		      enum claim_verdict verdict)
{
	const struct paired_opts o = { .ratio = true, .alpha = 0.05, .family = 1, .seed = 1 };
	unsigned n = 0;

	for (unsigned d = 0; d < DRAWS; d++) {
		double base[PAIRS], arm[PAIRS];
		struct claim_band b;
		struct paired p;
		enum claim_why why;
		struct err e;

		for (size_t i = 0; i < PAIRS; i++) {
			base[i] = exp(0.04 * normal(r));
			arm[i] = (1 + change) * exp(0.04 * normal(r));
		}
		assert_int_equal(paired_analyse(base, arm, PAIRS, &o, &p, &e), 0);
		const struct claim_seen seen = { p.change, { p.ci[0], p.ci[1] }, PAIRS };

		claim_band(s, &b);
		n += claim_judge(&b, &seen, &why) == verdict;
	}
	return n;
}

/* 600 draws at 5 %: 30, and 4.5 standard deviations of 5.3 more. */
#define MOST 54U

static void a_true_claim_is_hardly_ever_contradicted(void **state)
{
	struct claim_stated exact = ratio(-0.1, 0, NAN, 0), fair = ratio(-0.1, 0.1, NAN, 0);
	struct rng r = { 7 };
	(void)state;

	unsigned worst = count(&r, -0.1, &exact, CLAIM_CONTRADICTED);
	unsigned right = count(&r, -0.1, &fair, CLAIM_REPRODUCED);

	print_message("  without tolerance contradicted %u of %d; within 10 %% reproduced %u\n",
		      worst, DRAWS, right);
	assert_true(worst <= MOST);
	assert_true(right >= DRAWS * 9 / 10);
}

static void a_false_claim_is_hardly_ever_reproduced(void **state)
{
	struct claim_stated s = ratio(-0.1, 0.05, NAN, 0);
	struct rng r = { 8 };
	(void)state;

	/* The truth is on the very end of what would do, where reproducing is easiest. */
	unsigned wrong = count(&r, 0.9 * 1.05 - 1, &s, CLAIM_REPRODUCED);
	unsigned seen = count(&r, 0.1, &s, CLAIM_CONTRADICTED);

	print_message("  on the end reproduced %u of %d; far off contradicted %u\n", wrong, DRAWS,
		      seen);
	assert_true(wrong <= MOST);
	assert_true(seen >= DRAWS * 9 / 10);
}

static void of_a_claim_of_noise_nothing_is_ever_reproduced(void **state)
{
	struct claim_stated s = ratio(-0.0184, 0.05, 0.28, 0);
	struct rng r = { 9 };
	(void)state;

	assert_int_equal(count(&r, -0.0184, &s, CLAIM_REPRODUCED), 0);
	assert_int_equal(count(&r, -0.0184, &s, CLAIM_INCONCLUSIVE), DRAWS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_band_is_the_change_its_uncertainty_and_the_tolerance),
		cmocka_unit_test(a_difference_is_widened_in_its_unit),
		cmocka_unit_test(runs_are_those_of_two_samples),
		cmocka_unit_test(what_the_vendors_own_runs_could_not_show_is_unconfirmable),
		cmocka_unit_test(a_verdict_goes_by_where_the_interval_lies),
		cmocka_unit_test(no_change_at_all_is_no_direction),
		cmocka_unit_test(twice_as_narrow_takes_four_times_the_pairs),
		cmocka_unit_test(a_true_claim_is_hardly_ever_contradicted),
		cmocka_unit_test(a_false_claim_is_hardly_ever_reproduced),
		cmocka_unit_test(of_a_claim_of_noise_nothing_is_ever_reproduced),
	};

	return cmocka_run_group_tests_name("claims-judge", tests, NULL, NULL);
}
