/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Verdicts held against drawn boots; tests/bench/designs.c does the same at length, beside
 * what others do.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include "lib/cleanup.h"
#include "stats/binomial.h"
#include "stats/paired.h"
#include "stats/sequential.h"
#include "stats/signflip.h"
#include "stats/student.h"
#include "stats/summary.h"
#include "tests/bench/draw.h"
#include "tests/bench/verdict.h"

#define ALPHA 0.05
#define MARGIN 0.005

static void assert_near(double got, double wanted, double within)
{
	if (fabs(got - wanted) > within || isnan(got))
		fail_msg("%.12g is not within %g of %.12g", got, within, wanted);
}

/* Four standard errors above what is allowed: one test in 30,000 fails by chance. */
static void assert_at_most(unsigned k, unsigned n, double rate)
{
	print_message("  %u of %u\n", k, n);
	assert_true(k <= n * rate + 4 * sqrt(n * rate * (1 - rate)));
}

static void changes_of(const double *base, const double *arm, size_t n, double *ret)
{
	for (size_t i = 0; i < n; i++)
		ret[i] = log(arm[i] / base[i]);
}

static void p_of_one_hypothesis_is_that_of_all_flips(void **state)
{
	static const double tied[] = { 0.1, 0.2, -0.3, 0.3, 0, 0.2 };
	struct rng r = { 4 };
	double d[SIGNFLIP_EXACT_MAX];
	struct err e;
	(void)state;

	for (size_t n = 1; n <= SIGNFLIP_EXACT_MAX; n += n < 16 ? 1 : 2) {
		struct signflip *s;

		for (size_t i = 0; i < n; i++)
			d[i] = draw_normal(&r) + 0.3;
		assert_int_equal(signflip_make(d, n, 1, &s, &e), 0);
		for (double theta = -1; theta < 2; theta += 0.24)
			assert_near(signflip_p_once(d, n, theta), signflip_p(s, theta), 1e-12);
		signflip_free(s);
	}
	for (size_t n = 1; n <= ARRAY_SIZE(tied); n++) {
		struct signflip *s;

		assert_int_equal(signflip_make(tied, n, 1, &s, &e), 0);
		for (double theta = -0.4; theta < 0.4; theta += 0.1)
			assert_near(signflip_p_once(tied, n, theta), signflip_p(s, theta), 1e-12);
		signflip_free(s);
	}
}

/* Brown, Cai and DasGupta, Statistical Science 16:101 (2001), have the formula with examples. */
static void wilsons_limits_are_those_of_the_formula(void **state)
{
	double lo, hi;
	(void)state;

	binomial_wilson(10, 100, 1.959964, &lo, &hi);
	assert_near(lo, 0.05522914, 1e-6);
	assert_near(hi, 0.17436566, 1e-6);
	binomial_wilson(0, 20, 1.959964, &lo, &hi);
	assert_near(lo, 0, 1e-12);
	assert_near(hi, 0.16112516, 1e-6);
}

static void the_looks_spend_alpha_and_no_more(void **state)
{
	double sum = 0;
	(void)state;

	for (size_t look = 0; look < SEQUENTIAL_LOOKS; look++) {
		assert_true(sequential_alpha(ALPHA, look) > 0);
		sum += sequential_alpha(ALPHA, look);
	}
	assert_near(sum, ALPHA, 1e-12);
	assert_near(sequential_alpha(ALPHA, 0), ALPHA * log(1 + (M_E - 1) * 8 / 20), 1e-12);
}

/* How the mean of 20 pairs falls, given 8 of them and no knowledge of mean and scatter. */
static double prospect_drawn(struct rng *r, double mean, double sd, const double margin[2],
			     size_t family)
{
	double own = sequential_alpha(ALPHA, SEQUENTIAL_LOOKS - 1);
	double beyond = student_quantile(1 - own / family / 2, 19) * sd / sqrt(20);
	double half = student_quantile(1 - own / 2, 19) * sd / sqrt(20);
	unsigned decided = 0, rounds = 20000;

	for (unsigned k = 0; k < rounds; k++) {
		double chi = 0, sum = 8 * mean;

		for (int i = 0; i < 7; i++) {
			double z = draw_normal(r);

			chi += z * z;
		}
		double sigma = sd * sqrt(7 / chi), theta = mean + sigma * draw_normal(r) / sqrt(8);

		for (int i = 0; i < 12; i++)
			sum += theta + sigma * draw_normal(r);
		double m = sum / 20;

		decided += fabs(m) > beyond && (m < margin[0] || m > margin[1]);
		decided += m - half > margin[0] && m + half < margin[1];
	}
	return decided / (double)rounds;
}

static void the_prospect_of_a_decision_is_what_draws_give(void **state)
{
	static const struct { double mean, sd, margin; size_t family; } cases[] = {
		{ 0.02, 0.03, 0.01, 1 }, { 0.01, 0.03, 0.01, 1 },  { 0, 0.03, 0.01, 1 },
		{ 0, 0.01, 0.01, 1 },	 { 0.03, 0.03, 0.01, 12 }, { -0.012, 0.008, 0.01, 3 },
	};
	struct rng r = { 77 };
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		const double margin[] = { -cases[i].margin, cases[i].margin };
		double formula = sequential_prospect(cases[i].mean, cases[i].sd, 8, margin, ALPHA,
						     cases[i].family);

		print_message("  case %zu: %.4f\n", i, formula);
		assert_near(formula, prospect_drawn(&r, cases[i].mean, cases[i].sd, margin,
						    cases[i].family), 0.015);
	}
	const double margin[] = { -0.01, 0.01 };
	assert_near(sequential_prospect(0.02, 0, 8, margin, ALPHA, 1), 1, 0);
	assert_true(sequential_prospect(0, 1, 8, margin, ALPHA, 1) < SEQUENTIAL_FUTILE);
}

/* An interval inside the margin, and both ends of the margin rejected, are one thing. */
static void equivalence_is_the_rejection_of_both_margins(void **state)
{
	struct rng r = { 13 };
	const struct draw d = { .cv = 0.005 };
	const struct paired_opts o = { .ratio = true, .alpha = ALPHA, .family = 1 };
	size_t seen = 0;
	(void)state;

	for (size_t round = 0; round < 400; round++) {
		double base[10], arm[10], change[10];
		struct paired p;
		struct err e;

		draw_pairs(&r, &d, 10, base, arm);
		changes_of(base, arm, 10, change);
		assert_int_equal(paired_analyse(base, arm, 10, &o, &p, &e), 0);
		bool inside = p.ci[0] >= -MARGIN && p.ci[1] <= MARGIN;

		assert_int_equal(inside,
				 signflip_p_once(change, 10, log1p(-MARGIN)) <= ALPHA &&
				 signflip_p_once(change, 10, log1p(MARGIN)) <= ALPHA);
		seen += inside;
	}
	assert_in_range(seen, 40, 360);
}

/* Whether a comparison of @n pairs claims a change: significant, and beyond the margin. */
static bool claims(const double *base, const double *arm, size_t n, double alpha)
{
	const struct paired_opts o = { .ratio = true, .alpha = alpha, .family = 1 };
	struct paired p;
	struct err e;

	assert_int_equal(paired_analyse(base, arm, n, &o, &p, &e), 0);
	return p.p <= alpha && fabs(p.change) > MARGIN;
}

static void verdicts_alarm_at_most_as_often_as_alpha_whatever_the_shape(void **state)
{
	const unsigned rounds = 1200;
	(void)state;

	for (int shape = 0; shape < DRAW_SHAPES; shape++) {
		const struct draw d = { .shape = (enum draw_shape)shape, .cv = 0.05 };
		struct rng r = { 100 + (uint64_t)shape };
		unsigned at_8 = 0, at_12 = 0;

		for (unsigned i = 0; i < rounds; i++) {
			double base[12], arm[12];

			draw_pairs(&r, &d, 12, base, arm);
			at_8 += claims(base, arm, 8, ALPHA);
			at_12 += claims(base, arm, 12, ALPHA);
		}
		print_message("  %s\n", draw_names[shape]);
		assert_at_most(at_8, rounds, ALPHA);
		assert_at_most(at_12, rounds, ALPHA);
	}
}

/* Whether some look claims a change; looks go on whatever is futile. */
static bool looks_claim(const double *change)
{
	for (size_t look = 0; look < SEQUENTIAL_LOOKS; look++) {
		size_t n = sequential_pairs[look];

		if (signflip_p_once(change, n, 0) <= sequential_alpha(ALPHA, look))
			return true;
	}
	return false;
}

static void all_looks_together_alarm_at_most_as_often_as_alpha(void **state)
{
	const unsigned rounds = 6000;
	(void)state;

	for (int shape = 0; shape < DRAW_SHAPES; shape++) {
		const struct draw d = { .shape = (enum draw_shape)shape, .cv = 0.05 };
		struct rng r = { 200 + (uint64_t)shape };
		unsigned alarms = 0;

		for (unsigned i = 0; i < rounds; i++) {
			double base[20], arm[20], change[20];

			draw_pairs(&r, &d, 20, base, arm);
			changes_of(base, arm, 20, change);
			alarms += looks_claim(change);
		}
		print_message("  %s\n", draw_names[shape]);
		assert_at_most(alarms, rounds, ALPHA);
	}
}

/* What looks cost in power, and what they save: against 20 pairs always, on the same boots. */
static void looks_take_few_pairs_where_there_is_nothing_or_much_to_be_found(void **state)
{
	static const struct { double effect, pairs_most, found_least; } cases[] = {
		{ 0, 11, 0 }, { 0.05, 8.5, 0.99 }, { 0.02, 14, 0.55 },
	};
	const unsigned rounds = 1500;
	(void)state;

	for (size_t k = 0; k < ARRAY_SIZE(cases); k++) {
		const struct draw d = { .cv = 0.02, .effect = cases[k].effect };
		struct rng r = { 300 };
		unsigned found = 0, always = 0;
		unsigned long pairs = 0;

		for (unsigned i = 0; i < rounds; i++) {
			double base[20], arm[20], change[20];
			size_t took;

			draw_pairs(&r, &d, 20, base, arm);
			changes_of(base, arm, 20, change);
			found += verdict_of_looks(change, ALPHA, MARGIN, &took) == CALL_LESS;
			always += verdict_of(change, 20, ALPHA, MARGIN) == CALL_LESS;
			pairs += took;
		}
		print_message("  -%g %%: %.1f pairs find %.1f %%, 20 find %.1f %%\n",
			      100 * cases[k].effect, (double)pairs / rounds, 100.0 * found / rounds,
			      100.0 * always / rounds);
		assert_true((double)pairs / rounds <= cases[k].pairs_most);
		assert_true(found >= cases[k].found_least * rounds);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(p_of_one_hypothesis_is_that_of_all_flips),
		cmocka_unit_test(wilsons_limits_are_those_of_the_formula),
		cmocka_unit_test(the_looks_spend_alpha_and_no_more),
		cmocka_unit_test(the_prospect_of_a_decision_is_what_draws_give),
		cmocka_unit_test(equivalence_is_the_rejection_of_both_margins),
		cmocka_unit_test(verdicts_alarm_at_most_as_often_as_alpha_whatever_the_shape),
		cmocka_unit_test(all_looks_together_alarm_at_most_as_often_as_alpha),
		cmocka_unit_test(looks_take_few_pairs_where_there_is_nothing_or_much_to_be_found),
	};

	return cmocka_run_group_tests_name("designs", tests, NULL, NULL);
}
