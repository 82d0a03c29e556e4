/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
#include "lib/cleanup.h"
#include "lib/rng.h"
#include "patch/bisect-evidence.h"
#include "patch/bisect-judge.h"
#include "stats/binomial.h"

#define ALPHA 0.0125	/* of one decision among four */

static void looks_spend_alpha_and_no_more(void **state)
{
	double sum = 0;
	(void)state;

	for (size_t i = 0; i < SEQUENTIAL_LOOKS; i++)
		sum += sequential_alpha(0.05, i);
	assert_true(fabs(sum - 0.05) < 1e-12);
	/* 0.05 ln(1 + (e - 1) 0.4) */
	assert_true(fabs(sequential_alpha(0.05, 0) - 0.026157) < 1e-6);
}

static void limits_and_tests_of_counts_are_those_of_the_tables(void **state)
{
	(void)state;
	/* Clopper and Pearson: 8 of 10 at 95 % is 0.4439 to 0.9748; 1 of 20 begins at 0.0013. */
	assert_true(fabs(binomial_lower(8, 10, 0.025) - 0.4439) < 1e-4);
	assert_true(fabs(binomial_lower(1, 20, 0.025) - 0.0013) < 1e-4);
	assert_true(fabs(binomial_lower(8, 8, 0.025) - pow(0.025, 1.0 / 8)) < 1e-12);
	assert_true(binomial_lower(0, 8, 0.025) == 0);
	/* Fisher: 5 of 5 against 0 of 5, and 3 of 8 against 0 of 8. */
	assert_true(fabs(fisher_all_on_one_side(5, 5, 5) - 1.0 / 252) < 1e-12);
	assert_true(fabs(fisher_all_on_one_side(3, 8, 8) - 0.1) < 1e-12);
	assert_true(fisher_all_on_one_side(0, 8, 8) == 1);
}

/* Bisects a series of @n whose patch @culprit did it; -1 for kernels that cannot be tested. */
static unsigned search(size_t n, size_t culprit, const char *untestable, enum bisect_mark *marks)
{
	unsigned decided = 0;
	size_t k;

	for (size_t i = 0; i <= n; i++)
		marks[i] = MARK_UNTESTED;
	marks[0] = MARK_GOOD;
	marks[n] = MARK_BAD;
	while (bisect_next(marks, n, &k)) {
		assert_int_equal(marks[k], MARK_UNTESTED);
		marks[k] = untestable && strchr(untestable, (int)('0' + k)) ? MARK_SKIPPED :
			   k >= culprit ? MARK_BAD : MARK_GOOD;
		decided += marks[k] != MARK_SKIPPED;
	}
	return decided;
}

static void every_culprit_is_found_in_the_number_of_tests_that_is_told(void **state)
{
	enum bisect_mark marks[65];
	(void)state;

	for (size_t n = 1; n <= 64; n++) {
		for (size_t culprit = 1; culprit <= n; culprit++) {
			unsigned decided = search(n, culprit, NULL, marks);
			struct bisect_suspects s = bisect_suspects(marks, n);

			assert_int_equal(s.first, culprit);
			assert_int_equal(s.last, culprit);
			assert_true(decided + 1 <= bisect_tests(n));
		}
	}
	assert_int_equal(bisect_tests(1), 1);
	assert_int_equal(bisect_tests(8), 4);
	assert_int_equal(bisect_tests(9), 5);
}

static void kernels_that_cannot_be_tested_leave_all_that_they_hide_suspect(void **state)
{
	static const struct { const char *untestable; size_t culprit, first, last; } cases[] = {
		{ "4", 4, 4, 5 },		/* nobody can tell 4 from 5 */
		{ "4", 5, 4, 5 },
		{ "4", 6, 6, 6 },
		{ "1234567", 3, 1, 8 },
		{ "345", 2, 2, 2 },
		{ "345", 4, 3, 6 },
	};
	enum bisect_mark marks[9];
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		search(8, cases[i].culprit, cases[i].untestable, marks);
		struct bisect_suspects s = bisect_suspects(marks, 8);

		print_message("  %s untestable, patch %zu\n", cases[i].untestable, cases[i].culprit);
		assert_int_equal(s.first, cases[i].first);
		assert_int_equal(s.last, cases[i].last);
	}
}

static const struct bisect_figure rate = { .metric = "rps", .ratio = true, .more_is_better = true,
					   .margin = 0.01 };
static const struct bisect_figure wait = { .metric = "wait", .margin = 3 };

/* What @n pairs say that differ by @change (and a hair, so that no two are alike). */
static enum bisect_mark judge(const struct bisect_figure *f, double change, size_t look, double line,
			      double *ret_worse)
{
	double base[20], arm[20];
	size_t n = sequential_pairs[look];
	enum bisect_mark mark = MARK_COUNT;
	struct err e = {};

	for (size_t i = 0; i < n; i++) {
		base[i] = 100;
		arm[i] = f->ratio ? 100 * (1 + change + 0.0001 * (double)i)
				  : 100 + change + 0.0001 * (double)i;
	}
	assert_int_equal(bisect_judge_figure(f, base, arm, n, line, ALPHA, look, &mark, ret_worse,
					     &e), 0);
	return mark;
}

static void a_bad_end_must_be_worse_by_more_than_the_margin(void **state)
{
	double worse;
	(void)state;

	assert_int_equal(judge(&rate, -0.10, 0, 0, &worse), MARK_BAD);
	assert_true(worse > 0.1 && worse < 0.11);		/* on logarithms */
	assert_int_equal(judge(&rate, +0.10, 0, 0, &worse), MARK_MORE);
	assert_int_equal(judge(&rate, -0.005, 0, 0, &worse), MARK_MORE);
	assert_int_equal(judge(&rate, -0.005, 3, 0, &worse), MARK_UNDECIDED);
	assert_int_equal(judge(&wait, +5, 0, 0, &worse), MARK_BAD);
	assert_int_equal(judge(&wait, -5, 0, 0, &worse), MARK_MORE);
	assert_int_equal(judge(&wait, +2, 3, 0, &worse), MARK_UNDECIDED);
}

static void a_kernel_is_held_against_the_line_between_the_ends(void **state)
{
	double worse, line = -log(0.9) / 2;
	(void)state;

	assert_int_equal(judge(&rate, -0.10, 0, line, &worse), MARK_BAD);
	assert_int_equal(judge(&rate, 0, 0, line, &worse), MARK_GOOD);
	assert_int_equal(judge(&rate, +0.10, 0, line, &worse), MARK_GOOD);
	/* Half of it, as where two patches share it: the pairs lie on both sides of the line. */
	assert_int_equal(judge(&rate, exp(-line) - 1 - 0.0005, 0, line, &worse), MARK_MORE);
	assert_int_equal(judge(&rate, exp(-line) - 1 - 0.0009, 3, line, &worse), MARK_UNDECIDED);
	assert_int_equal(judge(&wait, 5, 0, 2.5, &worse), MARK_BAD);
	assert_int_equal(judge(&wait, 0, 0, 2.5, &worse), MARK_GOOD);
}

static void a_figure_without_a_ratio_is_an_error(void **state)
{
	const double base[8] = { 1, 1, 1, 1, 1, 1, 1, 1 }, arm[8] = { 0 };
	enum bisect_mark mark = MARK_COUNT;
	double worse = -1;
	struct err e = {};
	(void)state;

	assert_int_equal(bisect_judge_figure(&rate, base, arm, 8, 0, ALPHA, 0, &mark, &worse, &e),
			 -EDOM);
	assert_int_equal(mark, MARK_COUNT);
	assert_true(worse == -1);
}

/* Twelve throws less six: near enough to a normal deviate. */
static double noise(struct rng *r)
{
	double sum = -6;

	for (int i = 0; i < 12; i++)
		sum += (double)(rng_next(r) >> 11) / (double)(1ULL << 53);
	return sum;
}

/* How one kernel whose figure is @change off, with scatter @sd, is marked after @looks. */
static enum bisect_mark sequentially(struct rng *r, double change, double sd, double line,
				     size_t looks, unsigned *ret_pairs)
{
	double base[20], arm[20], worse;
	enum bisect_mark mark = MARK_MORE;
	struct err e = {};

	for (size_t look = 0; mark == MARK_MORE && look < looks; look++) {
		*ret_pairs = sequential_pairs[look];
		for (size_t i = look ? sequential_pairs[look - 1] : 0; i < *ret_pairs; i++) {
			base[i] = 100 * exp(sd * noise(r));
			arm[i] = 100 * exp(sd * noise(r) - change);
		}
		assert_int_equal(bisect_judge_figure(&rate, base, arm, *ret_pairs, line, ALPHA,
						     look, &mark, &worse, &e), 0);
	}
	return mark;
}

#define RUNS 4000
#define QUICK 2		/* looks: those at more pairs take seconds in thousands */

static void wrong_marks_are_as_rare_as_alpha_says(void **state)
{
	static const struct { const char *what; double change, line; enum bisect_mark wrong; } cases[] = {
		{ "two equal ends called different", 0, 0, MARK_BAD },
		{ "a kernel on the line called bad", 0.05, 0.05, MARK_BAD },
		{ "a kernel on the line called good", 0.05, 0.05, MARK_GOOD },
	};
	struct rng r = { .state = 20261124 };
	unsigned pairs;
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		unsigned wrong = 0;

		for (int run = 0; run < RUNS; run++)
			wrong += sequentially(&r, cases[i].change, 0.05, cases[i].line, QUICK,
					      &pairs) == cases[i].wrong;
		print_message("  %s: %.4f\n", cases[i].what, (double)wrong / RUNS);
		/* Four deviations above alpha. */
		assert_true(wrong <= RUNS * ALPHA + 4 * sqrt(RUNS * ALPHA));
	}
}

static void more_pairs_are_taken_only_while_undecided(void **state)
{
	struct rng r = { .state = 7 };
	unsigned pairs, decided = 0, most = 0;
	(void)state;

	assert_int_equal(sequentially(&r, 0.5, 0.001, 0.25, SEQUENTIAL_LOOKS, &pairs), MARK_BAD);
	assert_int_equal(pairs, 8);
	assert_int_equal(sequentially(&r, 0, 0.001, 0.25, SEQUENTIAL_LOOKS, &pairs), MARK_GOOD);
	assert_int_equal(pairs, 8);
	/* Noise as large as the distance to the line: eight pairs do not decide, twenty mostly do. */
	for (int i = 0; i < 10; i++) {
		decided += sequentially(&r, 0.3, 0.1, 0.15, SEQUENTIAL_LOOKS, &pairs) == MARK_BAD;
		most = pairs > most ? pairs : most;
	}
	assert_in_range(decided, 7, 10);
	assert_in_range(most, 12, 20);
}

static void a_clean_kernel_is_booted_until_the_bad_end_would_have_failed(void **state)
{
	(void)state;
	/* It failed always: a few boots tell. Once in 20: hundreds do. */
	assert_in_range(bisect_clean_boots(8, 8, ALPHA), 5, 9);
	assert_in_range(bisect_clean_boots(1, 20, ALPHA), 1000, 100000);
	for (unsigned k = 2; k <= 8; k++)
		assert_true(bisect_clean_boots(k, 8, ALPHA) < bisect_clean_boots(k - 1, 8, ALPHA));
	assert_true(bisect_ends_differ(8, 8, ALPHA));
	assert_true(bisect_ends_differ(6, 8, ALPHA));
	assert_false(bisect_ends_differ(3, 8, ALPHA));
	assert_false(bisect_ends_differ(0, 8, ALPHA));
}

/* A result of three pairs on one topology; @outcomes: a letter a cell, pair by pair, base first. */
struct fake {
	struct result r;
	struct result_cell cells[6];
};

static void fake_make(struct fake *f, const char *outcomes)
{
	static const struct { char letter; enum outcome outcome; const char *report, *proof; } kinds[] = {
		{ '.', OUTCOME_OK, NULL, NULL },	{ 'P', OUTCOME_CRASHED, "aaaa", NULL },
		{ 'Q', OUTCOME_CRASHED, "bbbb", NULL },	{ 'H', OUTCOME_HUNG, NULL, NULL },
		{ 'I', OUTCOME_INFRA_ERROR, NULL, NULL }, { '-', OUTCOME_COUNT, NULL, NULL },
		{ 'F', OUTCOME_OK, NULL, "failed" },
	};

	*f = (struct fake){ .r = { .n_cells = 6, .cells = f->cells } };
	f->r.plan = json_pack("{s:i, s:{s:{}}, s:{s:{}, s:{}}, s:[{s:s, s:s, s:s, s:f, s:[s]}, "
			      "{s:s, s:s, s:s, s:f}]}", "pairs", 3, "topologies", "zram", "workloads",
			      "nginx", "heap", "metrics", "name", "rps", "better", "more", "scale",
			      "ratio", "margin", 0.01, "workloads", "nginx", "name", "used", "better",
			      "less", "scale", "difference", "margin", 5.0);
	for (unsigned i = 0; i < 6; i++) {
		size_t k = 0;

		while (kinds[k].letter != outcomes[i])
			k++;
		f->cells[i] = (struct result_cell){
			.n = i + 1, .pair = i / 2 + 1, .kernel = "k", .topology = "zram",
			.workload = "nginx", .arm = i % 2 ? "patched" : "base",
			.outcome = kinds[k].outcome,
		};
		if (outcomes[i] == '-')
			continue;
		result_cell_set(&f->cells[i],
				json_pack("{s:s, s:s*, s:{s:s}, s:{s:{s:f}}}", "reason", "measure: it did",
					  "report", kinds[k].report, "proof", "status",
					  kinds[k].proof ? kinds[k].proof : "none", "metrics", "rps",
					  "value", 100.0 + i));
	}
}

static void fake_drop(struct fake *f)
{
	json_decref(f->r.plan);
	for (size_t i = 0; i < 6; i++)
		result_cell_clear(&f->cells[i]);
}

static void figures_come_from_whole_pairs_alone(void **state)
{
	struct bisect_figure f[8];
	double base[3], patched[3];
	struct fake x;
	(void)state;

	fake_make(&x, "...P..");
	/* rps of nginx, used of both. */
	assert_int_equal(evidence_figures(&x.r, f, 8), 3);
	assert_string_equal(f[0].metric, "rps");
	assert_true(f[0].ratio && f[0].more_is_better && f[0].margin == 0.01);
	assert_true(!f[1].ratio && !f[1].more_is_better);
	assert_int_equal(evidence_figures(&x.r, f, 2), 2);
	assert_int_equal(evidence_pairs(&x.r, &f[0], base, patched, 3), 2);
	assert_true(base[0] == 100 && patched[0] == 101 && base[1] == 104 && patched[1] == 105);
	assert_int_equal(evidence_pairs(&x.r, &f[0], base, patched, 1), 1);
	assert_int_equal(evidence_pairs(&x.r, &f[1], base, patched, 3), 0);
	fake_drop(&x);

	/* A policy that did not act makes no figure. */
	fake_make(&x, "..F..F");
	assert_int_equal(evidence_figures(&x.r, f, 8), 3);
	assert_int_equal(evidence_pairs(&x.r, &f[0], base, patched, 3), 1);
	fake_drop(&x);
}

static void a_failure_is_known_again_by_its_report(void **state)
{
	static const struct {
		const char *outcomes, *signature;
		unsigned failed, booted, other;
	} cases[] = {
		{ "......", NULL, 0, 0, 0 },
		{ ".P.P.P", "aaaa", 3, 3, 0 },
		{ ".Q.P.P", "aaaa", 2, 3, 1 },
		{ ".H.H.P", "hung", 2, 3, 1 },
		{ ".P.I.-", "aaaa", 1, 1, 0 },
		{ "P.....", NULL, 0, 0, 0 },	/* the good end's */
		{ ".I.-..", NULL, 0, 0, 0 },
	};
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct evidence_failure f = { 0 };
		struct fake x;

		print_message("  %s\n", cases[i].outcomes);
		fake_make(&x, cases[i].outcomes);
		assert_int_equal(evidence_failure(&x.r, "patched", &f), cases[i].signature != NULL);
		if (cases[i].signature) {
			struct evidence_count n = evidence_count(&x.r, "patched", f.signature);

			assert_string_equal(f.signature, cases[i].signature);
			assert_int_equal(f.failed, cases[i].failed);
			assert_int_equal(f.booted, cases[i].booted);
			assert_int_equal(n.booted, cases[i].booted);
			assert_int_equal(n.alike, cases[i].failed);
			assert_int_equal(n.other, cases[i].other);
			assert_int_equal(evidence_count(&x.r, "base", f.signature).alike, 0);
		}
		fake_drop(&x);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(looks_spend_alpha_and_no_more),
		cmocka_unit_test(limits_and_tests_of_counts_are_those_of_the_tables),
		cmocka_unit_test(every_culprit_is_found_in_the_number_of_tests_that_is_told),
		cmocka_unit_test(kernels_that_cannot_be_tested_leave_all_that_they_hide_suspect),
		cmocka_unit_test(a_bad_end_must_be_worse_by_more_than_the_margin),
		cmocka_unit_test(a_kernel_is_held_against_the_line_between_the_ends),
		cmocka_unit_test(a_figure_without_a_ratio_is_an_error),
		cmocka_unit_test(wrong_marks_are_as_rare_as_alpha_says),
		cmocka_unit_test(more_pairs_are_taken_only_while_undecided),
		cmocka_unit_test(figures_come_from_whole_pairs_alone),
		cmocka_unit_test(a_failure_is_known_again_by_its_report),
		cmocka_unit_test(a_clean_kernel_is_booted_until_the_bad_end_would_have_failed),
	};

	return cmocka_run_group_tests_name("bisect", tests, NULL, NULL);
}
