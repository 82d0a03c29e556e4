/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include "compare-fixture.h"

static void two_results_are_paired_by_number_and_said_not_to_be_interleaved(void **state)
{
	cleanup_copy char *first = copy_make("quickstart");
	cleanup_copy char *second = copy_make("quickstart");
	(void)state;

	edit(first, "plan.json", "alpha", json_real(0.1));
	set_metric(second, "ksm", "rps", 2000, 0.001);
	cleanup_json json_t *j = compared(first, second);
	const json_t *rows = json_object_get(j, "comparisons");
	assert_int_equal(json_array_size(rows), 4);	/* both arms, both metrics */
	assert_string_equal(json_str(json_array_get(rows, 0), "base"), "na");
	assert_string_equal(json_str(json_array_get(rows, 0), "arm"), "na");
	assert_string_equal(json_str(json_array_get(rows, 0), "verdict"), "equivalent");
	assert_string_equal(json_str(json_array_get(rows, 2), "arm"), "ksm");
	assert_string_equal(json_str(json_array_get(rows, 2), "verdict"), "regression");
	assert_int_equal(json_int_or(json_array_get(rows, 2), "family", 0), 4);
	assert_true(warned(j, "were not interleaved"));
	assert_int_equal(json_int_or(json_object_get(j, "cells"), "ok", 0), 28);
}

static void results_without_a_common_arm_are_refused(void **state)
{
	cleanup_copy char *second = copy_make("quickstart");
	cleanup_result struct result *r = load(second);
	struct err e;
	(void)state;

	for (size_t i = 0; i < r->n_cells; i++) {
		cleanup_free char *path = path_format("cells.%zu.topology", i);

		edit(second, "plan.json", path, json_string("cxl"));
	}
	assert_int_equal(refused(RECORDED "quickstart", second, &e), -EINVAL);
	assert_non_null(strstr(e.msg, "nothing in common"));
}

/* Renames what the arm @arm ran in plan and cells. */
static void give_kernel(const char *dir, const char *arm, const char *kernel)
{
	cleanup_result struct result *r = load(dir);

	for (size_t i = 0; i < r->n_cells; i++) {
		cleanup_free char *path = path_format("cells.%zu.kernel", i);

		if (strcmp(r->cells[i].arm, arm))
			continue;
		edit(dir, "plan.json", path, json_string(kernel));
		edit_cell(dir, r->cells[i].n, "kernel", json_string(kernel));
	}
}

static void an_arm_with_its_own_kernel_is_compared_across_kernels(void **state)
{
	cleanup_copy char *dir = copy_make("quickstart");
	(void)state;

	give_kernel(dir, "ksm", "patched");
	edit(dir, "plan.json", "arms.1.kernel", json_string("patched"));
	edit(dir, "plan.json", "kernels.patched", json_object());
	cleanup_json json_t *j = compared(dir, NULL);
	const json_t *rows = json_object_get(j, "comparisons");
	assert_int_equal(json_array_size(rows), 2);
	assert_string_equal(json_str(json_array_get(rows, 0), "base_kernel"), "debian-6.12");
	assert_string_equal(json_str(json_array_get(rows, 0), "arm_kernel"), "patched");
	assert_int_equal(json_int_or(json_array_get(rows, 0), "pairs", 0), 7);
	assert_non_null(strstr(json_str(j, "sentence"), "(patched against debian-6.12)"));
}

static void two_results_of_one_kernel_each_compare_the_kernels(void **state)
{
	cleanup_copy char *second = copy_make("quickstart");
	(void)state;

	give_kernel(second, "ksm", "debian-6.1");
	give_kernel(second, "na", "debian-6.1");
	edit(second, "plan.json", "kernels", json_pack("{s{}}", "debian-6.1"));
	cleanup_json json_t *j = compared(RECORDED "quickstart", second);
	const json_t *r = row(j, "comparisons", "rps");
	assert_string_equal(json_str(r, "base_kernel"), "debian-6.12");
	assert_string_equal(json_str(r, "arm_kernel"), "debian-6.1");
	assert_int_equal(json_int_or(r, "pairs", 0), 7);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(two_results_are_paired_by_number_and_said_not_to_be_interleaved),
		cmocka_unit_test(results_without_a_common_arm_are_refused),
		cmocka_unit_test(an_arm_with_its_own_kernel_is_compared_across_kernels),
		cmocka_unit_test(two_results_of_one_kernel_each_compare_the_kernels),
	};

	return cmocka_run_group_tests_name("compare-results", tests, NULL, NULL);
}
