/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include "lib/cleanup.h"
#include "lib/rng.h"
#include "stats/adjust.h"
#include "stats/paired.h"
#include "stats/shape.h"
#include "stats/signflip.h"
#include "stats/student.h"
#include "stats/summary.h"

static void assert_near(double got, double wanted, double within)
{
	if (fabs(got - wanted) > within || isnan(got))
		fail_msg("%.12g is not within %g of %.12g", got, within, wanted);
}

/* Box and Muller; the tests need no more. */
static double normal(struct rng *r)
{
	double u = (rng_below(r, 1 << 30) + 1) / 0x1p30, v = rng_below(r, 1 << 30) / 0x1p30;

	return sqrt(-2 * log(u)) * cos(2 * M_PI * v);
}

static struct signflip *make(const double *d, size_t n)
{
	struct signflip *s;
	struct err e;

	assert_int_equal(signflip_make(d, n, 1, &s, &e), 0);
	return s;
}

/* The definition, with no thought given to speed. */
static double p_by_definition(const double *d, size_t n, double theta)
{
	double seen = 0;
	size_t extreme = 0;

	for (size_t i = 0; i < n; i++)
		seen += d[i] - theta;
	for (size_t flips = 0; flips < 1UL << n; flips++) {
		double sum = 0;

		for (size_t i = 0; i < n; i++)
			sum += flips >> i & 1 ? theta - d[i] : d[i] - theta;
		extreme += fabs(sum) >= fabs(seen) - 1e-9;
	}
	return extreme / (double)(1UL << n);
}

/* Fisher, The Design of Experiments (1935), section 21: heights in eighths of an inch. */
static const double darwin[15] = { 49, -67, 8, 16, 6, 23, 28, 41, 14, 29, 56, 24, 75, 60, -48 };

static void signflip_gives_fishers_p_for_darwins_maize(void **state)
{
	cleanup_signflip struct signflip *s = make(darwin, 15);

	(void)state;
	assert_near(signflip_p(s, 0), 1726 / 32768.0, 1e-15);
}

static void signflip_counts_ties_as_extreme(void **state)
{
	static const struct { double d[5]; size_t n; double p; } cases[] = {
		{ { 1 }, 1, 1 },
		{ { 0, 0, 0 }, 3, 1 },
		{ { 1, 2, 3, 4 }, 4, 2 / 16.0 },
		{ { 1, 1, 1, 0 }, 4, 4 / 16.0 },
		{ { 1, -1 }, 2, 1 },
		{ { 0.1, 0.2, -0.3, 0.3 }, 4, 12 / 16.0 },	/* tied but for rounding */
	};
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		cleanup_signflip struct signflip *s = make(cases[i].d, cases[i].n);

		print_message("  case %zu\n", i);
		assert_near(signflip_p(s, 0), cases[i].p, 1e-15);
		assert_near(p_by_definition(cases[i].d, cases[i].n, 0), cases[i].p, 1e-15);
	}
}

static void signflip_agrees_with_its_definition_at_any_theta(void **state)
{
	struct rng r = { 7 };
	(void)state;

	for (size_t n = 2; n <= 10; n++) {
		double d[10];

		for (size_t i = 0; i < n; i++)
			d[i] = normal(&r) + 0.5;
		cleanup_signflip struct signflip *s = make(d, n);
		for (double theta = -3; theta < 4; theta += 0.37)
			assert_near(signflip_p(s, theta), p_by_definition(d, n, theta), 1e-12);
	}
}

static void signflip_interval_is_the_inversion_of_the_test(void **state)
{
	static const double alphas[] = { 0.05, 0.1, 0.2, 0.125 };
	struct rng r = { 11 };
	(void)state;

	for (size_t round = 0; round < 120; round++) {
		size_t n = 5 + round % 8;
		double d[12], lo, hi, alpha = alphas[round % 4];

		for (size_t i = 0; i < n; i++)	/* every third round has ties */
			d[i] = round % 3 ? normal(&r) : (double)rng_below(&r, 5);
		cleanup_signflip struct signflip *s = make(d, n);
		signflip_interval(s, alpha, &lo, &hi);
		if (isinf(lo)) {
			assert_true(ldexp(1, 1 - (int)n) > alpha && isinf(hi));
			continue;
		}
		assert_true(p_by_definition(d, n, lo) > alpha);
		assert_true(p_by_definition(d, n, hi) > alpha);
		assert_true(p_by_definition(d, n, lo - 1e-6) <= alpha);
		assert_true(p_by_definition(d, n, hi + 1e-6) <= alpha);
		for (double at = 0; at <= 1; at += 0.1)
			assert_true(p_by_definition(d, n, lo + at * (hi - lo)) > alpha);
	}
}

static void signflip_interval_is_unbounded_with_too_few_pairs(void **state)
{
	static const double d[] = { 1, 2, 3, 4, 5, 6 };
	double lo, hi;
	(void)state;

	for (size_t n = 1; n <= 6; n++) {
		cleanup_signflip struct signflip *s = make(d, n);

		signflip_interval(s, 0.05, &lo, &hi);
		assert_int_equal(isinf(lo) && isinf(hi), n < 6);
	}
	assert_near(lo, 1, 0);	/* 2^-5 is under 0.05 once: the smallest mean of all */
	assert_near(hi, 6, 0);
}

static void signflip_limit_at_the_rank_of_alpha_is_exact(void **state)
{
	static const double d[] = { 1, 2, 4, 8 };	/* means: 1, 1.5, 2, 7/3, ... */
	double lo, hi;
	cleanup_signflip struct signflip *s = make(d, 4);
	(void)state;

	signflip_interval(s, 0.125, &lo, &hi);	/* k = 1 */
	assert_near(lo, 1, 0);
	assert_near(hi, 8, 0);
	signflip_interval(s, 0.25, &lo, &hi);	/* k = 2 */
	assert_near(lo, 1.5, 0);
	assert_near(hi, 6, 0);
	signflip_interval(s, 0.2499, &lo, &hi);
	assert_near(lo, 1, 0);
}

static void random_flips_come_close_to_all_and_follow_the_seed(void **state)
{
	struct rng r = { 3 };
	double d[24], lo, hi, t, half, exact;
	struct err e;
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(d); i++)
		d[i] = normal(&r) + 0.4;
	cleanup_signflip struct signflip *a = make(d, 24), *b = make(d, 24), *c = NULL;
	assert_int_equal(signflip_make(d, 24, 2, &c, &e), 0);
	assert_near(signflip_p(a, 0), signflip_p(b, 0), 0);
	assert_near(signflip_p(a, 0), signflip_p(c, 0), 0.002);
	assert_true(signflip_p(a, 0) != signflip_p(c, 0));
	assert_true(signflip_p(a, -1e6) > 0);	/* never zero */

	exact = p_by_definition(d, 20, 0.1);
	cleanup_signflip struct signflip *twenty = make(d, 20);
	assert_near(signflip_p(twenty, 0.1), exact, 1e-12);

	signflip_interval(a, 0.05, &lo, &hi);
	assert_true(signflip_p(a, lo) > 0.05 && signflip_p(a, lo - 1e-6) <= 0.05);
	assert_true(signflip_p(a, hi) > 0.05 && signflip_p(a, hi + 1e-6) <= 0.05);
	t = student_quantile(0.975, 23);
	half = t * summary_sd(d, 24) / sqrt(24);
	assert_near(hi - lo, 2 * half, 0.2 * half);	/* what a t interval would say */
}

static void signflip_refuses_what_is_no_number(void **state)
{
	static const double d[] = { 1, NAN, 2 };
	struct signflip *s = NULL;
	struct err e;
	(void)state;

	assert_int_equal(signflip_make(d, 3, 1, &s, &e), -EINVAL);
	assert_int_equal(signflip_make(d, 0, 1, &s, &e), -EINVAL);
	assert_null(s);
}

static void holm_multiplies_by_the_tests_that_are_left(void **state)
{
	static const double p[] = { 0.04, 0.01, 0.03, 0.005 };
	double adj[4];
	(void)state;

	/* The textbook's example: 4 x 0.005, 3 x 0.01, 2 x 0.03, and never less than before. */
	assert_int_equal(holm_adjust(p, 4, 4, adj), 0);
	assert_near(adj[3], 0.02, 1e-12);
	assert_near(adj[1], 0.03, 1e-12);
	assert_near(adj[2], 0.06, 1e-12);
	assert_near(adj[0], 0.06, 1e-12);
	/* Two more were declared and gave nothing. */
	assert_int_equal(holm_adjust(p, 4, 6, adj), 0);
	assert_near(adj[3], 0.03, 1e-12);
	assert_near(adj[0], 0.12, 1e-12);
	assert_int_equal(holm_adjust(p, 4, 1000, adj), 0);
	assert_near(adj[0], 1, 0);
}

static void benjamini_hochberg_steps_up(void **state)
{
	static const double p[] = { 0.01, 0.02, 0.03, 0.5 };
	double adj[4];
	(void)state;

	assert_int_equal(bh_adjust(p, 4, adj), 0);
	assert_near(adj[0], 0.04, 1e-12);
	assert_near(adj[1], 0.04, 1e-12);
	assert_near(adj[2], 0.04, 1e-12);
	assert_near(adj[3], 0.5, 1e-12);
}

static void student_quantiles_are_those_of_published_tables(void **state)
{
	static const struct { double p; unsigned df; double t; } cases[] = {
		{ 0.975, 1, 12.706 }, { 0.975, 2, 4.303 },  { 0.975, 3, 3.182 },
		{ 0.975, 6, 2.447 },  { 0.975, 7, 2.365 },  { 0.995, 7, 3.499 },
		{ 0.80, 7, 0.896 },   { 0.80, 1, 1.376 },   { 0.95, 10, 1.812 },
		{ 0.999, 11, 4.025 }, { 0.9995, 4, 8.610 }, { 0.975, 30, 2.042 },
		{ 0.975, 120, 1.980 }, { 0.5, 9, 0 },       { 0.025, 6, -2.447 },
	};
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		print_message("  %g, %u\n", cases[i].p, cases[i].df);
		assert_near(student_quantile(cases[i].p, cases[i].df), cases[i].t, 0.00051);
	}
}

static void summaries_interpolate_and_divide_by_n_less_one(void **state)
{
	static const double v[] = { 4, 1, 3, 2 };
	(void)state;

	assert_near(summary_median(v, 4), 2.5, 1e-15);
	assert_near(summary_quantile(v, 4, 0.25), 1.75, 1e-15);
	assert_near(summary_quantile(v, 4, 1), 4, 0);
	assert_near(summary_mean(v, 4), 2.5, 1e-15);
	assert_near(summary_sd(v, 4), 1.2909944487358056, 1e-15);
	assert_true(isnan(summary_sd(v, 1)) && isnan(summary_median(v, 0)));
	assert_near(summary_dev(v, 4), 1.2909944487358056 / 2.5, 1e-15);
	assert_true(isnan(summary_dev(v, 1)) && isnan(summary_dev((double[]){ -1, 1 }, 2)));
}

static void drift_p_is_that_of_kendalls_exact_table(void **state)
{
	static const double rising[] = { 1, 2, 3, 4, 5, 6 }, one_off[] = { 2, 1, 3, 4, 5, 6 };
	static const double flat[] = { 3, 3, 3, 3, 3 }, mixed[] = { 3, 1, 4, 2, 6, 5 };
	(void)state;

	assert_near(shape_drift_p(rising, 6), 2 / 720.0, 1e-12);
	assert_near(shape_drift_p(one_off, 6), 2 * 6 / 720.0, 1e-12);
	assert_near(shape_drift_p(flat, 5), 1, 0);
	assert_near(shape_drift_p(mixed, 6), 2 * 98 / 720.0, 1e-12);
	assert_near(shape_drift_p(rising, 3), 1, 0);
}

static void two_modes_are_seen_and_one_is_not(void **state)
{
	/* shared/facts.md: the two modes of nginx with sleep=off. */
	static const double two[] = { 6958, 6976, 6280, 6330, 6980, 6290, 6969, 6310 };
	static const double same[] = { 0.1, 0.1, 0.1, 0.1, 0.1, 0.1 + 1e-17, 0.1 };
	struct rng r = { 5 };
	size_t alarms = 0, rounds = 4000;
	(void)state;

	assert_true(shape_is_bimodal(two, 8));
	assert_false(shape_is_bimodal(two, 5));
	assert_false(shape_is_bimodal(same, 7));
	for (size_t i = 0; i < rounds; i++) {
		double v[8];

		for (size_t j = 0; j < 8; j++)
			v[j] = normal(&r);
		alarms += shape_is_bimodal(v, 8);
	}
	print_message("  %zu false alarms of %zu\n", alarms, rounds);
	assert_true(alarms < rounds * 3 / 100);
}

static void paired_ratios_are_fractions_of_the_base(void **state)
{
	static const double base[] = { 100, 200, 100, 400, 100, 50, 10, 20 };
	double arm[8];
	struct paired_opts o = { .ratio = true, .alpha = 0.05, .family = 6 };
	struct paired r;
	struct err e;
	(void)state;

	for (size_t i = 0; i < 8; i++)
		arm[i] = base[i] * 1.1;
	assert_int_equal(paired_analyse(base, arm, 8, &o, &r, &e), 0);
	assert_near(r.change, 0.1, 1e-9);
	assert_near(r.ci[0], 0.1, 1e-9);
	assert_near(r.ci[1], 0.1, 1e-9);
	assert_near(r.p, 2 / 256.0, 0);
	assert_near(r.mde, 0, 1e-9);
	o.family = 7;	/* 7 x 2^-7 is over 0.05 */
	assert_int_equal(paired_analyse(base, arm, 8, &o, &r, &e), 0);
	assert_true(isinf(r.mde));
	arm[3] = 0;
	assert_int_equal(paired_analyse(base, arm, 8, &o, &r, &e), -EDOM);
	assert_non_null(strstr(e.msg, "above zero"));
}

/* One experiment of @n pairs with a true change of @effect standard deviations. */
static double simulated_p(struct rng *r, size_t n, double effect)
{
	double base[16], arm[16];
	struct paired_opts o = { .alpha = 0.05, .family = 1 };
	struct paired ret;
	struct err e;

	for (size_t i = 0; i < n; i++) {
		base[i] = 100;
		arm[i] = 100 + effect + normal(r);
	}
	assert_int_equal(paired_analyse(base, arm, n, &o, &ret, &e), 0);
	assert_int_equal(ret.p <= 0.05, ret.ci[0] > 0 || ret.ci[1] < 0);
	return ret.p;
}

static void a_against_a_alarms_as_often_as_alpha_allows(void **state)
{
	struct rng r = { 2026 };
	size_t alarms = 0, rounds = 4000;
	(void)state;

	for (size_t i = 0; i < rounds; i++)
		alarms += simulated_p(&r, 8, 0) <= 0.05;
	print_message("  %zu false alarms of %zu\n", alarms, rounds);
	/* 6 of 128 flips are allowed: 0.0469; four standard errors on either side. */
	assert_near(alarms / (double)rounds, 6 / 128.0, 4 * sqrt(0.0469 * 0.9531 / rounds));
}

static void the_mde_is_found_four_times_of_five(void **state)
{
	struct rng r = { 99 };
	size_t found = 0, rounds = 2000, n = 12;
	double t = student_quantile(0.975, 11) + student_quantile(0.8, 11);
	(void)state;

	for (size_t i = 0; i < rounds; i++)
		found += simulated_p(&r, n, t / sqrt(n)) <= 0.05;
	print_message("  found %zu of %zu\n", found, rounds);
	assert_near(found / (double)rounds, 0.8, 0.04);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(signflip_gives_fishers_p_for_darwins_maize),
		cmocka_unit_test(signflip_counts_ties_as_extreme),
		cmocka_unit_test(signflip_agrees_with_its_definition_at_any_theta),
		cmocka_unit_test(signflip_interval_is_the_inversion_of_the_test),
		cmocka_unit_test(signflip_interval_is_unbounded_with_too_few_pairs),
		cmocka_unit_test(signflip_limit_at_the_rank_of_alpha_is_exact),
		cmocka_unit_test(random_flips_come_close_to_all_and_follow_the_seed),
		cmocka_unit_test(signflip_refuses_what_is_no_number),
		cmocka_unit_test(holm_multiplies_by_the_tests_that_are_left),
		cmocka_unit_test(benjamini_hochberg_steps_up),
		cmocka_unit_test(student_quantiles_are_those_of_published_tables),
		cmocka_unit_test(summaries_interpolate_and_divide_by_n_less_one),
		cmocka_unit_test(drift_p_is_that_of_kendalls_exact_table),
		cmocka_unit_test(two_modes_are_seen_and_one_is_not),
		cmocka_unit_test(paired_ratios_are_fractions_of_the_base),
		cmocka_unit_test(a_against_a_alarms_as_often_as_alpha_allows),
		cmocka_unit_test(the_mde_is_found_four_times_of_five),
	};

	return cmocka_run_group_tests_name("stats", tests, NULL, NULL);
}
