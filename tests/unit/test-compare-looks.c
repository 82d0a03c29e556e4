/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The looks of a sequential plan, from results that are there in part. */
#include <errno.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include "compare-fixture.h"
#include "compare/render.h"
#include "stats/sequential.h"

#define LAST_PAIR SEQUENTIAL_PAIRS_MAX

/* The arm's figure over the base's, in each pair: @mean on the average of four pairs. */
struct course {
	double mean, scatter;
};

static double course_at(const struct course *c, unsigned pair)
{
	static const double swing[] = { 1, -1, 0.5, -0.5 };

	return c->mean + c->scatter * swing[(pair - 1) % 4];
}

static void cell_write(const char *dir, json_t *plan, unsigned n, unsigned pair, const char *arm,
		       double rps, double mem_used, bool done)
{
	cleanup_free char *folder = path_format("%s/cells/%04u", dir, n);
	cleanup_free char *path = path_format("%s/result.json", folder);
	cleanup_free char *model = path_format(RECORDED "quickstart/cells/%s/result.json",
					       strcmp(arm, "na") ? "0001" : "0002");
	cleanup_json json_t *doc = NULL;
	json_t *cell = json_deep_copy(json_array_get(json_object_get(plan, "cells"), 0));
	const char *key;
	json_t *v;
	struct err e;

	json_object_set_new(cell, "n", json_integer(n));
	json_object_set_new(cell, "pair", json_integer(pair));
	json_object_set_new(cell, "arm", json_string(arm));
	json_object_set_new(cell, "seed", json_sprintf("%u", pair));
	assert_int_equal(json_load_path(model, &doc, &e), 0);
	json_object_foreach(cell, key, v)
		json_object_set(doc, key, v);
	json_object_set_new(json_object_get(json_object_get(doc, "metrics"), "rps"), "value",
			    json_real(rps));
	json_object_set_new(json_object_get(json_object_get(doc, "metrics"), "mem_used"), "value",
			    json_real(mem_used));
	json_array_append_new(json_object_get(plan, "cells"), cell);
	assert_int_equal(dir_remove(folder, &e), 0);
	if (done) {
		assert_int_equal(dir_make(folder, 0755, &e), 0);
		assert_int_equal(json_save_path(doc, path, &e), 0);
	}
}

/* A sequential result of which the first @done pairs are there. */
static char *sequential_make(unsigned done, const struct course *rps, const struct course *mem)
{
	char *dir = copy_make("quickstart");
	cleanup_free char *path = path_format("%s/plan.json", dir);
	cleanup_json json_t *plan = NULL;
	struct err e;

	assert_int_equal(json_load_path(path, &plan, &e), 0);
	for (unsigned pair = 1; pair <= LAST_PAIR; pair++) {
		cell_write(dir, plan, 2 * pair - 1, pair, "na", 1000, 1000, pair <= done);
		cell_write(dir, plan, 2 * pair, pair, "ksm", 1000 * course_at(rps, pair),
			   1000 * course_at(mem, pair), pair <= done);
	}
	for (int i = 0; i < 14; i++)
		json_array_remove(json_object_get(plan, "cells"), 0);
	json_object_set_new(plan, "sequential", json_true());
	json_object_set_new(plan, "pairs", json_integer(LAST_PAIR));
	assert_int_equal(json_save_path(plan, path, &e), 0);
	return dir;
}

static const struct course worse = { 0.9, 0.005 }, same = { 1, 0.0005 }, noise = { 1, 0.3 },
			   unclear = { 0.93, 0.09 };

static json_t *sequential_of(const json_t *j)
{
	return json_object_get(j, "sequential");
}

static const json_t *look_at(const json_t *row, size_t i)
{
	return json_array_get(json_object_get(row, "looks"), i);
}

static void a_clear_change_is_settled_at_the_first_look(void **state)
{
	cleanup_copy char *dir = sequential_make(8, &worse, &same);
	cleanup_json json_t *j = compared(dir, NULL);
	const json_t *rps = row(j, "comparisons", "rps");
	(void)state;

	assert_true(compare_is_settled(j));
	assert_int_equal(json_int_or(sequential_of(j), "reached", 0), 1);
	assert_int_equal(json_int_or(sequential_of(j), "spared_cells", 0), 24);
	assert_int_equal(json_int_or(json_object_get(j, "cells"), "not-done", -1), 0);
	assert_string_equal(json_str(rps, "verdict"), "regression");
	assert_int_equal(json_array_size(json_object_get(rps, "looks")), 1);
	assert_string_equal(json_str(look_at(rps, 0), "decision"), "regression");
	assert_true(fabs(number(rps, "alpha") - sequential_alpha(0.05, 0)) < 1e-12);
	assert_string_equal(json_str(row(j, "comparisons", "mem_used"), "verdict"), "equivalent");
	assert_false(warned(j, "can show nothing"));
	assert_false(warned(j, "not done"));
}

static void nothing_is_said_before_the_first_look(void **state)
{
	cleanup_copy char *dir = sequential_make(7, &worse, &same);
	cleanup_json json_t *j = compared(dir, NULL);
	(void)state;

	assert_false(compare_is_settled(j));
	assert_int_equal(json_int_or(sequential_of(j), "reached", -1), 0);
	assert_string_equal(json_str(row(j, "comparisons", "rps"), "verdict"), "inconclusive");
	assert_string_equal(json_str(row(j, "comparisons", "mem_used"), "verdict"), "inconclusive");
	assert_true(warned(j, "not done"));
}

static void a_look_waits_for_all_its_cells_and_uses_its_whole_pairs(void **state)
{
	cleanup_copy char *dir = sequential_make(8, &worse, &same);
	cleanup_free char *last = path_format("%s/cells/0016", dir);
	struct err e;
	(void)state;

	edit_cell(dir, 9, "outcome", json_string("crashed"));
	edit_cell(dir, 9, "charged_to", json_string("kernel"));
	cleanup_json json_t *whole = compared(dir, NULL);
	assert_int_equal(json_int_or(look_at(row(whole, "comparisons", "rps"), 0), "pairs", 0), 7);
	assert_int_equal(dir_remove(last, &e), 0);
	cleanup_json json_t *torn = compared(dir, NULL);
	assert_int_equal(json_int_or(sequential_of(torn), "reached", -1), 0);
}

/* Pairs past the ninth are the other way round: the first look's verdict stands. */
static void what_a_look_decided_stands(void **state)
{
	cleanup_copy char *dir = sequential_make(12, &worse, &unclear);
	(void)state;

	for (unsigned n = 18; n <= 24; n += 2)
		edit_cell(dir, n, "metrics.rps.value", json_real(1500));
	cleanup_json json_t *j = compared(dir, NULL);
	const json_t *rps = row(j, "comparisons", "rps");

	assert_int_equal(json_int_or(sequential_of(j), "reached", -1), 2);
	assert_string_equal(json_str(rps, "verdict"), "regression");
	assert_int_equal(json_int_or(rps, "pairs", 0), 8);
	assert_int_equal(json_array_size(json_object_get(rps, "looks")), 1);
	assert_int_equal(json_array_size(json_object_get(row(j, "comparisons", "mem_used"),
							 "looks")), 2);
}

static void what_is_futile_ends_a_run_but_binds_nobody(void **state)
{
	cleanup_copy char *dir = sequential_make(8, &noise, &same);
	cleanup_json json_t *j = compared(dir, NULL);
	const json_t *rps = row(j, "comparisons", "rps");
	(void)state;

	assert_true(compare_is_settled(j));
	assert_string_equal(json_str(rps, "verdict"), "inconclusive");
	assert_string_equal(json_str(look_at(rps, 0), "decision"), "futile");
	assert_true(number(look_at(rps, 0), "prospect") < SEQUENTIAL_FUTILE);

	cleanup_copy char *more = sequential_make(12, &noise, &same);
	for (unsigned n = 18; n <= 24; n += 2)
		edit_cell(more, n, "metrics.rps.value", json_real(400));
	cleanup_json json_t *gone_on = compared(more, NULL);
	const json_t *later = row(gone_on, "comparisons", "rps");
	assert_int_equal(json_int_or(sequential_of(gone_on), "reached", 0), 2);
	assert_int_equal(json_array_size(json_object_get(later, "looks")), 2);
	assert_int_equal(json_int_or(later, "pairs", 0), 12);
	assert_true(number(look_at(later, 1), "p") < number(look_at(later, 0), "p"));
}

static void a_promising_comparison_goes_on(void **state)
{
	cleanup_copy char *dir = sequential_make(8, &unclear, &same);
	cleanup_json json_t *j = compared(dir, NULL);
	const json_t *rps = row(j, "comparisons", "rps");
	(void)state;

	assert_string_equal(json_str(look_at(rps, 0), "decision"), "open");
	assert_false(compare_is_settled(j));
	assert_int_equal(json_int_or(sequential_of(j), "spared_cells", -1), 0);
}

/* The pairs behind a look are none of its business, also where it has none itself. */
static void a_look_without_a_pair_decides_nothing(void **state)
{
	cleanup_copy char *dir = sequential_make(20, &worse, &same);
	(void)state;

	for (unsigned n = 1; n <= 16; n++)
		edit_cell(dir, n, "metrics.rps", NULL);
	cleanup_json json_t *j = compared(dir, NULL);
	const json_t *rps = row(j, "comparisons", "rps");

	assert_int_equal(json_int_or(look_at(rps, 0), "pairs", -1), 0);
	assert_string_equal(json_str(look_at(rps, 0), "decision"), "futile");
	assert_true(json_is_null(json_object_get(look_at(rps, 0), "change")));
	assert_int_equal(json_int_or(look_at(rps, 1), "pairs", 0), 4);
	assert_string_equal(json_str(rps, "verdict"), "regression");
	assert_int_equal(json_int_or(rps, "pairs", 0), 12);
}

static void a_metric_that_nobody_measures_is_futile(void **state)
{
	cleanup_copy char *dir = sequential_make(8, &worse, &same);
	(void)state;

	for (unsigned n = 1; n <= 16; n++)
		edit_cell(dir, n, "metrics.mem_used", NULL);
	cleanup_json json_t *j = compared(dir, NULL);
	assert_string_equal(json_str(look_at(row(j, "comparisons", "mem_used"), 0), "decision"),
			    "futile");
	assert_true(compare_is_settled(j));
}

static void each_look_has_the_whole_family(void **state)
{
	cleanup_copy char *dir = sequential_make(8, &worse, &same);
	(void)state;

	/* 2^-7 times 4 is over the first look's 0.026, with which 12 pairs could do much more. */
	edit(dir, "plan.json", "family", json_integer(4));
	cleanup_json json_t *j = compared(dir, NULL);
	const json_t *rps = row(j, "comparisons", "rps");

	assert_true(fabs(number(look_at(rps, 0), "p_adjusted") - 4 / 128.0) < 1e-12);
	assert_string_equal(json_str(look_at(rps, 0), "decision"), "open");
}

static void the_last_look_ends_it(void **state)
{
	cleanup_copy char *dir = sequential_make(20, &unclear, &same);
	cleanup_json json_t *j = compared(dir, NULL);
	const json_t *rps = row(j, "comparisons", "rps");
	size_t n = json_array_size(json_object_get(rps, "looks"));
	char *text = NULL;
	struct err e;
	(void)state;

	assert_true(compare_is_settled(j));
	assert_int_equal(json_int_or(sequential_of(j), "reached", 0), SEQUENTIAL_LOOKS);
	assert_in_range(n, 2, SEQUENTIAL_LOOKS);
	assert_int_equal(compare_render(j, &(struct render_opts){ .width = 100 }, &text, &e), 0);
	assert_non_null(strstr(text, "Looks: 4 of 4; settled, and 0 boots were not needed."));
	assert_non_null(strstr(text, "rps of ksm against na (nginx on dram): 8 pairs open, "));
	free(text);
}

static void a_diagnostic_plan_and_two_results_have_no_looks(void **state)
{
	cleanup_copy char *dir = sequential_make(8, &worse, &same);
	cleanup_json json_t *two = compared(dir, dir);
	(void)state;

	assert_null(sequential_of(two));
	assert_false(compare_is_settled(two));
	edit(dir, "plan.json", "diagnostic", json_true());
	cleanup_json json_t *j = compared(dir, NULL);
	assert_null(sequential_of(j));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_clear_change_is_settled_at_the_first_look),
		cmocka_unit_test(nothing_is_said_before_the_first_look),
		cmocka_unit_test(a_look_waits_for_all_its_cells_and_uses_its_whole_pairs),
		cmocka_unit_test(what_a_look_decided_stands),
		cmocka_unit_test(what_is_futile_ends_a_run_but_binds_nobody),
		cmocka_unit_test(a_promising_comparison_goes_on),
		cmocka_unit_test(a_look_without_a_pair_decides_nothing),
		cmocka_unit_test(a_metric_that_nobody_measures_is_futile),
		cmocka_unit_test(each_look_has_the_whole_family),
		cmocka_unit_test(the_last_look_ends_it),
		cmocka_unit_test(a_diagnostic_plan_and_two_results_have_no_looks),
	};

	return cmocka_run_group_tests_name("compare-looks", tests, NULL, NULL);
}
