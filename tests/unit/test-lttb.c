/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "stats/lttb.h"

#define N 1000

static double x[N], y[N];

static void line_make(void)
{
	for (size_t i = 0; i < N; i++) {
		x[i] = (double)i;
		y[i] = 1;
	}
}

static void as_many_points_as_wanted_or_fewer_are_all_picked(void **state)
{
	size_t picked[4];
	(void)state;

	line_make();
	assert_int_equal(lttb_pick(x, y, 0, 4, picked), 0);
	assert_int_equal(lttb_pick(x, y, 4, 4, picked), 4);
	for (size_t i = 0; i < 4; i++)
		assert_int_equal(picked[i], i);
}

static void the_ends_are_picked_and_indices_ascend(void **state)
{
	size_t picked[50];
	(void)state;

	line_make();
	for (size_t want = 3; want <= 50; want++) {
		assert_int_equal(lttb_pick(x, y, N, want, picked), want);
		assert_int_equal(picked[0], 0);
		assert_int_equal(picked[want - 1], N - 1);
		for (size_t i = 1; i < want; i++)
			assert_true(picked[i] > picked[i - 1]);
	}
}

static void a_lone_peak_is_kept(void **state)
{
	size_t picked[20];
	(void)state;

	for (size_t peak = 1; peak < N - 1; peak += 83) {
		bool seen = false;

		line_make();
		y[peak] = 100;
		lttb_pick(x, y, N, 20, picked);
		for (size_t i = 0; i < 20; i++)
			seen |= picked[i] == peak;
		assert_true(seen);
	}
}

/*
 * Seven points into four, by hand. Buckets between the ends: {1, 2} and {3, 4, 5}. From (0, 0)
 * with the mean (4, 2) of the second, point 1 (y 3) has twice the area |(0-4)*3 - (0-1)*2| = 10, point 2
 * (y 1) |(0-4)*1 - (0-2)*2| = 0: point 1. From (1, 3) with the last point (6, 0): point 3 (y 0)
 * |(1-6)*(0-3) - (1-3)*(0-3)| = 9, point 4 (y 6) |(-5)*3 - (-3)*(-3)| = 24, point 5 (y 0)
 * |15 - 12| = 3: point 4.
 */
static void an_example_by_hand_comes_out(void **state)
{
	static const double some_x[] = { 0, 1, 2, 3, 4, 5, 6 }, some_y[] = { 0, 3, 1, 0, 6, 0, 0 };
	static const size_t wanted[] = { 0, 1, 4, 6 };
	size_t picked[4];
	(void)state;

	assert_int_equal(lttb_pick(some_x, some_y, 7, 4, picked), 4);
	assert_memory_equal(picked, wanted, sizeof(wanted));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(as_many_points_as_wanted_or_fewer_are_all_picked),
		cmocka_unit_test(the_ends_are_picked_and_indices_ascend),
		cmocka_unit_test(a_lone_peak_is_kept),
		cmocka_unit_test(an_example_by_hand_comes_out),
	};

	return cmocka_run_group_tests_name("lttb", tests, NULL, NULL);
}
