/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <cmocka.h>
#include "lib/cleanup.h"
#include "lib/rng.h"
#include "stats/changepoint.h"
#include "stats/student.h"

#define NIGHTS 60

static void assert_near(double got, double wanted, double within)
{
	if (fabs(got - wanted) > within || isnan(got))
		fail_msg("%.12g is not within %g of %.12g", got, within, wanted);
}

static double uniform(struct rng *r)
{
	return (double)(rng_below(r, 1 << 30) + 1) / (0x1p30 + 1);
}

static double normal(struct rng *r)
{
	return sqrt(-2 * log(uniform(r))) * cos(2 * M_PI * uniform(r));
}

/* Both with a standard deviation of 1. */
static double laplace(struct rng *r)
{
	double u = uniform(r) - 0.5;

	return -copysign(log(1 - 2 * fabs(u)) / M_SQRT2, u);
}

static double student3(struct rng *r)
{
	double a = normal(r), b = normal(r), c = normal(r);

	return normal(r) / sqrt((a * a + b * b + c * c) / 3) / sqrt(3);
}

/*
 * Annual flow of the Nile at Aswan, 1871 to 1970; Cobb, Biometrika 65:243 (1978): a change in
 * 1898.
 */
static const double nile[100] = {
	1120, 1160, 963,  1210, 1160, 1160, 813,  1230, 1370, 1140, 995,  935,  1110, 994,  1020,
	960,  1180, 799,  958,	1140, 1100, 1210, 1150, 1250, 1260, 1220, 1030, 1100, 774,  840,
	874,  694,  940,  833,	701,  916,  692,  1020, 1050, 969,  831,  726,	456,  824,  702,
	1120, 1100, 832,  764,	821,  768,  845,  864,	862,  698,  845,  744,	796,  1040, 759,
	781,  865,  845,  944,	984,  897,  822,  1010, 771,  676,  649,  846,	812,  742,  801,
	1040, 860,  874,  848,	890,  744,  749,  838,	1050, 918,  986,  797,	923,  975,  815,
	1020, 906,  901,  1170, 912,  746,  919,  718,	714,  740,
};

static void the_nile_changes_after_1898_and_only_then(void **state)
{
	struct changepoint found[100];
	(void)state;

	assert_int_equal(changepoint_find(nile, 100, CHANGEPOINT_ALPHA, found), 1);
	assert_int_equal(1871 + found[0].at, 1899);
	/* By an integral of Student's density, in another program. */
	assert_near(found[0].t, -8.71376895651, 1e-9);
	assert_near(found[0].p, 7.3646519e-12, 2e-13);
}

static void a_change_worked_by_hand(void **state)
{
	/* Means 1.5 and 11.5, sum of squares 1.5, so t = 10 / sqrt(1.5 / 4 (1 / 4 + 1 / 2)). */
	static const double v[] = { 1, 2, 1, 2, 11, 12 };
	struct changepoint found[6];
	(void)state;

	assert_int_equal(changepoint_find(v, 6, 0.01, found), 1);
	assert_int_equal(found[0].at, 4);
	assert_near(found[0].t, 10 / sqrt(1.5 / 4 * 0.75), 1e-12);
	assert_near(found[0].p, 2.3292004806e-4, 1e-12);
	assert_int_equal(changepoint_find(v, 6, 2.3292e-4, found), 0);
}

/* Worsley, JASA 74:365 (1979): what the greatest t of n normal values exceeds by chance. */
static void p_is_not_smaller_than_worsleys_table_says(void **state)
{
	static const struct { unsigned n; double t[3]; } table[] = {
		{ 10, { 3.14, 3.66, 4.93 } }, { 15, { 2.97, 3.36, 4.32 } },
		{ 20, { 2.90, 3.28, 4.13 } }, { 30, { 2.86, 3.19, 3.86 } },
		{ 50, { 2.87, 3.16, 3.79 } },
	};
	static const double alphas[] = { 0.1, 0.05, 0.01 };
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
		for (size_t k = 0; k < ARRAY_SIZE(alphas); k++) {
			double one = 1 - student_within(table[i].t[k], table[i].n - 2);
			double ours = (table[i].n - 1) * one;

			print_message("  n %u: %g by the table, at most %.4f here\n", table[i].n,
				      alphas[k], ours);
			assert_true(ours >= 0.95 * alphas[k]);	/* the table has three digits */
			assert_true(ours <= 3 * alphas[k]);
		}
	}
}

static void what_does_not_change_has_no_change(void **state)
{
	static const double same[] = { 8000, 8000, 8000, 8000, 8000, 8000, 8000 };
	static const double rounded[] = { 0.1 + 0.2, 0.3, 0.3, 0.3, 0.3, 0.3, 0.3 };
	static const double few[] = { 1, 1, 1, 100 };
	struct changepoint found[8];
	(void)state;

	assert_int_equal(changepoint_find(same, 7, 0.01, found), 0);
	assert_int_equal(changepoint_find(rounded, 7, 0.01, found), 0);
	assert_int_equal(changepoint_find(few, 4, 0.01, found), 0);
	assert_int_equal(changepoint_find(few, 0, 0.01, found), 0);
}

static void a_step_without_scatter_is_certain(void **state)
{
	static const double v[] = { 8000, 8000, 8000, 8000, 8001, 8001 };
	struct changepoint found[6];
	(void)state;

	assert_int_equal(changepoint_find(v, 6, 0.01, found), 1);
	assert_int_equal(found[0].at, 4);
	assert_true(isinf(found[0].t) && found[0].t > 0);
	assert_near(found[0].p, 0, 0);
}

static void several_changes_come_in_order_of_place(void **state)
{
	/* The greater one, which is cut first, is once the last and once the first. */
	static const double levels[2][3] = { { 0, 10, -4 }, { -4, 10, 0 } };
	struct rng r = { 5 };
	struct changepoint found[45];
	double v[45];
	(void)state;

	for (size_t k = 0; k < 2; k++) {
		for (size_t i = 0; i < 45; i++)
			v[i] = normal(&r) + levels[k][i / 15];
		assert_int_equal(changepoint_find(v, 45, CHANGEPOINT_ALPHA, found), 2);
		assert_int_equal(found[0].at, 15);
		assert_int_equal(found[1].at, 30);
		assert_true(found[0].t > 0 && found[1].t < 0);
	}
}

static void one_bad_night_is_no_new_level(void **state)
{
	struct rng r = { 9 };
	struct changepoint found[31];
	double v[31];
	(void)state;

	for (size_t i = 0; i < 31; i++)
		v[i] = normal(&r) + (i == 20 ? -8 : 0);
	/* As it is the newest it may be a change; as others follow it is none. */
	assert_int_equal(changepoint_find(v, 21, CHANGEPOINT_ALPHA, found), 1);
	assert_int_equal(found[0].at, 20);
	assert_int_equal(changepoint_find(v, 23, CHANGEPOINT_ALPHA, found), 0);
	assert_int_equal(changepoint_find(v, 31, CHANGEPOINT_ALPHA, found), 0);
}

/*
 * How many of @trends quiet ones show a change in at least one of 60 nights, looked at each
 * night.
 */
static unsigned quiet_alarms(double (*draw)(struct rng *r), unsigned trends, unsigned *ret_looks)
{
	struct changepoint found[NIGHTS];
	unsigned alarmed = 0;

	*ret_looks = 0;
	for (unsigned t = 0; t < trends; t++) {
		struct rng r = { 1000 + t };
		double v[NIGHTS];
		unsigned looks = 0;

		for (size_t n = 0; n < NIGHTS; n++) {
			v[n] = draw(&r);
			looks += changepoint_find(v, n + 1, CHANGEPOINT_ALPHA, found) > 0;
		}
		*ret_looks += looks;
		alarmed += looks > 0;
	}
	return alarmed;
}

static void quiet_nights_seldom_show_a_change(void **state)
{
	static const struct {
		const char *name;
		double (*draw)(struct rng *r);
		double most;
	} kinds[] = {
		{ "normal", normal, 0.2 },
		{ "Laplace", laplace, 0.5 },
		{ "Student's t of 3", student3, 0.75 },
	};
	enum { TRENDS = 1000 };
	(void)state;

	for (size_t k = 0; k < ARRAY_SIZE(kinds); k++) {
		unsigned looks, alarmed = quiet_alarms(kinds[k].draw, TRENDS, &looks);

		print_message("  %s: a change was seen in %.1f of 100 trends of 60 nights, in %.2f "
			      "of 100 "
			      "looks\n",
			      kinds[k].name, 100.0 * alarmed / TRENDS,
			      100.0 * looks / (TRENDS * (NIGHTS - 4.0)));
		assert_true((double)alarmed / TRENDS <= kinds[k].most);
		assert_true(alarmed);	/* a test that never fires finds nothing */
	}
}

/*
 * Of 1000 trends with a step of @size after @before nights: those found within @within nights of
 * it.
 */
static unsigned found_within(double size, size_t before, size_t within)
{
	struct changepoint found[NIGHTS];
	unsigned count = 0;

	for (unsigned t = 0; t < 1000; t++) {
		struct rng r = { 77000 + t };
		double v[NIGHTS];
		bool seen = false;

		for (size_t n = 0; n < before + within; n++) {
			v[n] = normal(&r) + (n < before ? 0 : size);
			size_t k = n < before
					   ? 0
					   : changepoint_find(v, n + 1, CHANGEPOINT_ALPHA, found);

			/* The step itself, give or take a night. */
			for (size_t i = 0; i < k; i++)
				seen |= found[i].at + 1 >= before && found[i].at <= before + 1;
		}
		count += seen;
	}
	return count;
}

static void steps_are_found_the_sooner_the_larger(void **state)
{
	static const size_t nights[] = { 1, 2, 3, 7, 14 };
	static const struct {
		double size;
		size_t before;
		unsigned least[ARRAY_SIZE(nights)];
	} steps[] = {
		{ 1, 30, { 0, 0, 10, 50, 150 } },	{ 2, 30, { 10, 80, 250, 650, 750 } },
		{ 5, 30, { 700, 950, 980, 980, 980 } }, { 5, 4, { 100, 300, 400, 650, 800 } },
		{ 10, 4, { 350, 700, 850, 950, 950 } },
	};
	(void)state;

	for (size_t s = 0; s < ARRAY_SIZE(steps); s++) {
		print_message("  %g sigma after %zu nights:", steps[s].size, steps[s].before);
		for (size_t i = 0; i < ARRAY_SIZE(nights); i++) {
			unsigned seen = found_within(steps[s].size, steps[s].before, nights[i]);

			print_message(" night %zu %.1f %%", nights[i], seen / 10.0);
			assert_true(seen >= steps[s].least[i]);
		}
		print_message("\n");
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_nile_changes_after_1898_and_only_then),
		cmocka_unit_test(a_change_worked_by_hand),
		cmocka_unit_test(p_is_not_smaller_than_worsleys_table_says),
		cmocka_unit_test(what_does_not_change_has_no_change),
		cmocka_unit_test(a_step_without_scatter_is_certain),
		cmocka_unit_test(several_changes_come_in_order_of_place),
		cmocka_unit_test(one_bad_night_is_no_new_level),
		cmocka_unit_test(quiet_nights_seldom_show_a_change),
		cmocka_unit_test(steps_are_found_the_sooner_the_larger),
	};

	return cmocka_run_group_tests_name("changepoint", tests, NULL, NULL);
}
