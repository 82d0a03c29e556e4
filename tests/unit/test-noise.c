/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a pool of boots of one arm tells of noise, and how many pairs an effect then takes. */
#include <errno.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "calibrate/noise.h"
#include "lib/cleanup.h"
#include "plan/plan.h"
#include "stats/paired.h"
#include "stats/signflip.h"
#include "tests/bench/draw.h"

#define POOL 12

static void assert_near(double got, double wanted, double within)
{
	if (fabs(got - wanted) > within || isnan(got))
		fail_msg("%.12g is not within %g of %.12g", got, within, wanted);
}

/* The boots of a pool in the order a1 b1 a2 b2 ... */
static int measure(const double *a, const double *b, size_t n, double margin, struct noise *ret)
{
	const struct noise_opts o = { .ratio = true, .margin = margin, .seed = 1 };
	double boots[2 * POOL];
	struct err e;

	for (size_t i = 0; i < n; i++) {
		boots[2 * i] = a[i];
		boots[2 * i + 1] = b[i];
	}
	return noise_measure(&(struct noise_pool){ a, b, n, boots }, &o, ret, &e);
}

static void noise_is_what_its_definitions_say(void **state)
{
	static const double a[] = { 100, 101, 99, 100 }, b[] = { 102, 100, 100, 98 };
	struct noise n;
	(void)state;

	assert_int_equal(measure(a, b, 4, 0.005, &n), 0);
	assert_near(n.mean, 100, 1e-12);
	assert_near(n.cv, sqrt(10 / 7.0) / 100, 1e-12);	/* squares: 0 4 1 0 1 0 0 4 */
	/* The products of neighbours: 0 2 0 0 0 0 0. */
	assert_near(n.lag1, 0.2, 1e-12);
	double d[] = { log(1.02), log(100 / 101.0), log(100 / 99.0), log(0.98) }, mean = 0, sq = 0;
	for (int i = 0; i < 4; i++)
		mean += d[i] / 4;
	for (int i = 0; i < 4; i++)
		sq += (d[i] - mean) * (d[i] - mean);
	assert_near(n.sd, sqrt(sq / 3), 1e-12);
	assert_false(n.bimodal);
	assert_int_equal(n.redraws, 0);	/* 4 pairs can alarm in no way */
	assert_int_equal(measure(a, b, 1, 0.005, &n), -EINVAL);
	static const double none[] = { 1, 0, 1, 1 };
	assert_int_equal(measure(none, b, 4, 0.005, &n), -EDOM);
}

static void pool_draw(struct rng *r, double cv, double shift, double *a, double *b)
{
	for (int i = 0; i < POOL; i++) {
		a[i] = 100 * (1 + cv * draw_normal(r));
		b[i] = 100 * (1 + cv * draw_normal(r)) * (1 + shift);
	}
}

static void arms_that_differ_alarm_in_every_comparison_that_is_redrawn(void **state)
{
	struct rng r = { 5 };
	double a[POOL], b[POOL];
	struct noise n;
	(void)state;

	pool_draw(&r, 0.001, 0.02, a, b);
	assert_int_equal(measure(a, b, POOL, 0.005, &n), 0);
	assert_int_equal(n.redraws, NOISE_REDRAWS);
	assert_int_equal(n.redraw_pairs, NOISE_PAIRS);
	assert_int_equal(n.alarms, NOISE_REDRAWS);
	assert_int_equal(n.called, NOISE_REDRAWS);
	pool_draw(&r, 0.0001, 0.002, a, b);	/* surely, but less than the margin */
	assert_int_equal(measure(a, b, POOL, 0.005, &n), 0);
	assert_int_equal(n.alarms, NOISE_REDRAWS);
	assert_int_equal(n.called, 0);
	assert_false(noise_is_valid_virtual(&n));
}

static void arms_that_are_alike_seldom_fail(void **state)
{
	const unsigned pools = 3000;
	struct rng r = { 6 };
	unsigned over = 0, alarms = 0, valid = 0;
	(void)state;

	for (unsigned i = 0; i < pools; i++) {
		double a[POOL], b[POOL];
		struct noise n;

		pool_draw(&r, 0.001, 0, a, b);
		assert_int_equal(measure(a, b, POOL, 0.005, &n), 0);
		alarms += n.alarms;
		over += n.alarms > NOISE_VALID_ALARMS;
		valid += noise_is_valid_virtual(&n);
	}
	print_message("  %u of %u pools have more than %d alarms; %.2f %% of comparisons alarm; %u are "
		      "valid\n", over, pools, NOISE_VALID_ALARMS,
		      100.0 * alarms / pools / NOISE_REDRAWS, valid);
	assert_near(alarms / (double)pools / NOISE_REDRAWS, 6 / 128.0, 0.01);
	assert_true(over < pools / 5);
	assert_true(valid > pools * 3 / 4);
}

static void the_virtual_clock_is_valid_by_scatter_modes_and_alarms(void **state)
{
	static const struct { struct noise n; bool valid; } cases[] = {
		{ { .cv = 0.002, .redraws = 40, .alarms = 5 }, true },
		{ { .cv = 0.0021, .redraws = 40, .alarms = 5 }, false },
		{ { .cv = 0.001, .redraws = 40, .alarms = 6 }, false },
		{ { .cv = 0.001, .redraws = 40, .alarms = 1, .called = 1 }, false },
		{ { .cv = 0.001, .redraws = 40, .bimodal = true }, false },
		{ { .cv = 0.001, .redraws = 0 }, false },
		{ { .cv = NAN, .redraws = 40 }, false },
	};
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		print_message("  case %zu\n", i);
		assert_int_equal(noise_is_valid_virtual(&cases[i].n), cases[i].valid);
	}
}

/* What the formula asks for, the test finds four times of five, or nearly. */
static void the_pairs_that_are_needed_find_the_effect(void **state)
{
	static const double effects[] = { 0.7, 1.0, 1.4 };	/* in standard deviations */
	struct rng r = { 8 };
	(void)state;

	for (size_t k = 0; k < ARRAY_SIZE(effects); k++) {
		unsigned n = paired_needed(effects[k], 1, 0.05, 1), found = 0, rounds = 3000;

		n = n < plan_pairs_needed(1, 0.05) ? plan_pairs_needed(1, 0.05) : n;
		for (unsigned i = 0; i < rounds; i++) {
			double d[SIGNFLIP_EXACT_MAX];

			for (unsigned j = 0; j < n; j++)
				d[j] = effects[k] + draw_normal(&r);
			found += signflip_p_once(d, n, 0) <= 0.05;
		}
		print_message("  %g: %u pairs find %.1f %%\n", effects[k], n, 100.0 * found / rounds);
		assert_true(found > rounds * 74 / 100);
	}
	assert_int_equal(paired_needed(0.001, 1, 0.05, 1), 0);
	assert_int_equal(paired_needed(1, 0, 0.05, 1), 2);
	assert_true(paired_needed(1, 1, 0.05, 10) > paired_needed(1, 1, 0.05, 1));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(noise_is_what_its_definitions_say),
		cmocka_unit_test(arms_that_differ_alarm_in_every_comparison_that_is_redrawn),
		cmocka_unit_test(arms_that_are_alike_seldom_fail),
		cmocka_unit_test(the_virtual_clock_is_valid_by_scatter_modes_and_alarms),
		cmocka_unit_test(the_pairs_that_are_needed_find_the_effect),
	};

	return cmocka_run_group_tests_name("noise", tests, NULL, NULL);
}
