/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
#include "compare/figures.h"
#include "lib/cleanup.h"
#include "lib/file.h"

#define RECORDED "tests/unit/data/results/"

static json_t *figures_of(const char *name, bool all)
{
	cleanup_free char *dir = path_format(RECORDED "%s", name);
	cleanup_result struct result *r = NULL;
	json_t *figures = NULL;
	struct err e;

	if (result_load(dir, &r, &e) || figures_collect(r, all, &figures, &e))
		fail_msg("%s", e.msg);
	return figures;
}

static void the_median_lies_between_the_least_and_the_most_of_all_boots(void **state)
{
	cleanup_json json_t *figures = figures_of("quickstart", true);
	const json_t *place, *figure;
	size_t i, k;
	(void)state;

	assert_int_equal(json_array_size(figures), 2);
	json_array_foreach(figures, i, place) {
		assert_int_equal(json_int_or(place, "boots", 0), 7);
		json_array_foreach(json_object_get(place, "figures"), k, figure) {
			double median = json_number_value(json_object_get(figure, "median"));

			assert_true(median >= json_number_value(json_object_get(figure, "least")));
			assert_true(median <= json_number_value(json_object_get(figure, "most")));
			assert_int_equal(json_int_or(figure, "boots", 0), 7);
		}
		assert_true(k > 1);
	}
}

static void cells_that_are_not_ok_give_no_figures(void **state)
{
	cleanup_json json_t *figures = figures_of("troubled", true);
	const json_t *place;
	json_int_t boots = 0;
	size_t i;
	(void)state;

	json_array_foreach(figures, i, place)
		boots += json_int_or(place, "boots", 0);
	assert_in_range(boots, 1, 14);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_median_lies_between_the_least_and_the_most_of_all_boots),
		cmocka_unit_test(cells_that_are_not_ok_give_no_figures),
	};

	return cmocka_run_group_tests_name("figures-collect", tests, NULL, NULL);
}
