/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
#include "cell/limits.h"
#include "guest-fixture.h"

static const char plan_text[] =
	"{'limit_ratio': 0.6, 'workloads': {'web': {'limited': ['server', 'cache']}},"
	" 'cells': [{'n': 1, 'pair': 0, 'topology': 'small', 'workload': 'web'},"
	"           {'n': 2, 'pair': 0, 'topology': 'large', 'workload': 'web'},"
	"           {'n': 3, 'pair': 1, 'topology': 'large', 'workload': 'web'}]}";

static const json_t *cell_of(const json_t *plan, size_t n)
{
	return json_array_get(json_object_get(plan, "cells"), n - 1);
}

static void a_cell_goes_by_the_one_of_pair_0_on_its_topology(void **state)
{
	cleanup_json json_t *plan = json_of(plan_text);
	(void)state;

	assert_null(limits_cell(plan, cell_of(plan, 1)));
	assert_ptr_equal(limits_cell(plan, cell_of(plan, 3)), cell_of(plan, 2));
	json_object_del(plan, "limit_ratio");
	assert_null(limits_cell(plan, cell_of(plan, 3)));
}

/* Computes the limits of cell 3 where cell 2 has told @peaks; NULL: it is not done. */
static int compute(const char *peaks, json_t **ret, struct err *e)
{
	cleanup_json json_t *plan = json_of(plan_text);
	char dir[] = "/tmp/ramrig-limits-XXXXXX";

	assert_non_null(mkdtemp(dir));
	cleanup_free char *cells = path_format("%s/cells", dir);
	cleanup_free char *folder = path_format("%s/0002", cells);
	cleanup_free char *path = path_format("%s/result.json", folder);
	struct err ignored;

	if (peaks) {
		cleanup_json json_t *result = json_pack("{s:o}", "peaks", json_of(peaks));

		assert_int_equal(dir_make(cells, 0755, &ignored), 0);
		assert_int_equal(dir_make(folder, 0755, &ignored), 0);
		assert_int_equal(json_save_path(result, path, &ignored), 0);
	}
	int rc = limits_compute(plan, cell_of(plan, 3), dir, ret, e);

	assert_int_equal(dir_remove(dir, &ignored), 0);
	return rc;
}

static void limits_are_the_ratio_of_each_groups_own_peak(void **state)
{
	cleanup_json json_t *wanted = json_of("{'server': 61440, 'cache': 4096}");
	cleanup_json json_t *limits = NULL;
	struct err e;
	(void)state;

	assert_int_equal(compute("{'server': 104857, 'cache': 8192}", &limits, &e), 0);
	assert_true(json_equal(limits, wanted));
}

static void without_a_peak_there_is_no_limit_and_that_is_an_error(void **state)
{
	static const struct { const char *peaks, *words; } cases[] = {
		{ NULL, "cell 2, which tells how much memory web takes on large, is not done" },
		{ "{}", "cell 2: it does not tell the most memory that group server took" },
		{ "{'server': 1000000}", "cell 2: it does not tell the most memory that group cache" },
		{ "{'server': 0}", "that group server took" },
		{ "{'server': -4096}", "that group server took" },
		{ "{'server': 'most'}", "that group server took" },
	};
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		json_t *limits = NULL;
		struct err e;

		assert_int_equal(compute(cases[i].peaks, &limits, &e), -ENODATA);
		assert_null(limits);
		assert_says(&e, cases[i].words);
	}
}

static void a_cell_that_is_replayed_has_the_limits_that_it_says(void **state)
{
	cleanup_json json_t *plan = json_of(plan_text), *limits = NULL;
	json_t *cell = json_array_get(json_object_get(plan, "cells"), 2);
	struct err e;
	(void)state;

	json_object_set_new(cell, "limits", json_of("{'server': 8192}"));
	assert_int_equal(limits_compute(plan, cell, "/nowhere", &limits, &e), 0);
	assert_true(json_equal(limits, json_object_get(cell, "limits")));
}

static void peaks_are_what_the_kernel_tells_and_absent_where_it_does_not(void **state)
{
	static const struct { const char *answer, *peaks; } cases[] = {
		{ "'result': {'data': '8192\\n'}", "{'server': 8192}" },
		{ "'result': {'data': 'max\\n'}", "{}" },
		{ "'errno': 2, 'error': 'cannot open it'", "{}" },
	};
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		const struct reply replies[] = { { .verb = "read", .answer = cases[i].answer } };
		cleanup_json json_t *wanted = json_of(cases[i].peaks);
		struct cell_fixture f;
		struct err e;

		fixture_open(&f, replies, 1, "{'groups': ['server', 'load'], 'limited': ['server']}", "[]");
		assert_int_equal(limits_note_peaks(&f.cell, &e), 0);
		assert_int_equal(asked(&f, "read"), 1);
		assert_true(json_equal(json_object_get(f.cell.result, "peaks"), wanted));
		fixture_close(&f);
	}
}

static void a_limit_is_written_into_a_cgroup_that_is_made_for_it(void **state)
{
	static const struct reply replies[] = {
		{ .verb = "write", .answer = "'result': {'value': '61440'}" },
	};
	struct cell_fixture f;
	struct err e;
	(void)state;

	fixture_open(&f, replies, 1, "{'groups': ['server']}", "[]");
	f.cell.limits = json_of("{'server': 61440}");
	assert_int_equal(limits_set(&f.cell, &e), 0);
	assert_int_equal(asked(&f, "mkdir"), 1);
	assert_int_equal(asked(&f, "write"), 1);
	assert_non_null(strstr(f.said, "/sys/fs/cgroup/ramrig/server/memory.max"));
	assert_true(strstr(f.said, "mkdir") < strstr(f.said, "memory.max"));
	json_decref(f.cell.limits);
	fixture_close(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_cell_goes_by_the_one_of_pair_0_on_its_topology),
		cmocka_unit_test(limits_are_the_ratio_of_each_groups_own_peak),
		cmocka_unit_test(without_a_peak_there_is_no_limit_and_that_is_an_error),
		cmocka_unit_test(a_cell_that_is_replayed_has_the_limits_that_it_says),
		cmocka_unit_test(peaks_are_what_the_kernel_tells_and_absent_where_it_does_not),
		cmocka_unit_test(a_limit_is_written_into_a_cgroup_that_is_made_for_it),
	};

	return cmocka_run_group_tests_name("limits", tests, NULL, NULL);
}
