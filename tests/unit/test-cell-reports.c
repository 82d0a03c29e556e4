/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A guest that dies, or not, at a step, and leaves a console: what then stands in
 * the cell's result.
 */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
#include "cell/judge.h"
#include "cell/reports.h"
#include "guest-fixture.h"

#define CONSOLES "tests/unit/data/console/"

static const char load[] = "{'measure': [{'group': 'server', 'run': ['wrk'], 'timeout': 200}],"
			   " 'groups': ['server'], 'figures': [], 'check': []}";

static void leave_console(struct cell_fixture *f, const char *name)
{
	cleanup_free char *from = path_format(CONSOLES "%s.log", name);
	cleanup_free char *to = path_format("%s/console.log", f->dir);
	struct err e;

	assert_int_equal(file_copy(from, to, 0644, &e), 0);
}

static bool warned(const struct cell_fixture *f, const char *words)
{
	const json_t *w;
	size_t i;

	json_array_foreach(json_object_get(f->cell.result, "warnings"), i, w) {
		if (strstr(json_string_value(w), words))
			return true;
	}
	return false;
}

static void a_death_under_load_is_explained_by_the_console(void **state)
{
	static const struct reply dies[] = {
		{ .verb = "read", .answer = HARDWARE("'0-1'") },
		{ .verb = "job-start", .answer = "'result': {'job': 2, 'pid': 3}" },
		{ .verb = "ping", .answer = "'result': {'monotonic_ns': 2500}" },
		{ .verb = "job-wait", .answer = DEATH },
	};
	cleanup_troubles struct troubles *reports = NULL;
	struct guest_opts o = { .modules = json_array() };
	struct verdict_on_failure v;
	struct cell_fixture f;
	struct err e = { 0 };
	(void)state;

	fixture_open(&f, dies, ARRAY_SIZE(dies), load, "[]");
	f.cell.sample_hz = 0;
	leave_console(&f, "oops-null");
	int rc = cell_steps(&f.cell, &o, &e);

	assert_int_equal(rc, -ECONNRESET);
	assert_string_equal(f.cell.phase, "measure");
	judge_failure(rc, &e, SESSION_PANICKED, "Kernel panic - not syncing: Fatal exception",
		      link_answered(f.guest.link), true, f.cell.blame, &v);
	cell_reports_read(&f.cell, &reports);
	judge_reports(f.cell.workload, reports, &v);
	const json_t *r = json_array_get(json_object_get(f.cell.result, "reports"), 0);

	assert_int_equal(v.outcome, OUTCOME_CRASHED);
	assert_string_equal(v.report, json_str(r, "hash"));
	assert_non_null(strstr(v.reason, "the kernel crashed: BUG: kernel NULL pointer dereference, "
					 "address: 0000000000000010 in swap_writepage+0x12/0x80 (report "));
	assert_string_equal(json_str(r, "kind"), "oops");
	assert_true(json_is_true(json_object_get(r, "fatal")));
	assert_int_equal(json_array_size(json_object_get(r, "context")), TROUBLE_CONTEXT_MAX);
	json_decref((json_t *)o.modules);
	fixture_close(&f);
}

static void a_warning_of_a_guest_that_went_on_is_in_the_result(void **state)
{
	cleanup_troubles struct troubles *reports = NULL;
	struct cell_fixture f;
	(void)state;

	fixture_open(&f, NULL, 0, "{}", "[]");
	leave_console(&f, "warning");
	json_object_set_new(f.cell.result, "taint", json_pack("{si, ss}", "number", 512, "letters", "W"));
	cell_reports_read(&f.cell, &reports);
	const json_t *r = json_array_get(json_object_get(f.cell.result, "reports"), 0);

	assert_string_equal(json_str(r, "kind"), "warning");
	assert_int_equal(json_int_or(r, "count", 0), 1);
	/* The report says what the taint would. */
	assert_false(warned(&f, "taint"));
	fixture_close(&f);
}

static void a_taint_is_a_warning_where_it_tells_of_trouble_that_no_report_does(void **state)
{
	static const struct { int number; bool warned; } cases[] = {
		{ 0, false }, { 1 << 12 | 1 << 13, false }, { 1 << 5, true }, { 1 << 7 | 1, true },
		{ 1 << 9, true }, { 1 << 14, true }, { 1 << 4, true },
	};
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		cleanup_troubles struct troubles *reports = NULL;
		struct cell_fixture f;

		fixture_open(&f, NULL, 0, "{}", "[]");
		leave_console(&f, "good");
		json_object_set_new(f.cell.result, "taint",
				    json_pack("{si, ss}", "number", cases[i].number, "letters", "?"));
		cell_reports_read(&f.cell, &reports);
		assert_int_equal(json_array_size(json_object_get(f.cell.result, "reports")), 0);
		assert_int_equal(warned(&f, "ended tainted"), cases[i].warned);
		fixture_close(&f);
	}
}

static void a_guest_without_a_console_has_no_reports_rather_than_none(void **state)
{
	cleanup_troubles struct troubles *reports = NULL;
	struct cell_fixture f;
	(void)state;

	fixture_open(&f, NULL, 0, "{}", "[]");
	cell_reports_read(&f.cell, &reports);
	assert_null(reports);
	assert_null(json_object_get(f.cell.result, "reports"));
	fixture_close(&f);
}

static void only_reports_that_the_workload_expects_are_marked_so(void **state)
{
	cleanup_troubles struct troubles *reports = NULL;
	struct cell_fixture f;
	(void)state;

	fixture_open(&f, NULL, 0, "{'expects': [{'report': 'oom-panic'}]}", "[]");
	leave_console(&f, "oom-panic");
	cell_reports_read(&f.cell, &reports);
	cell_reports_expect(&f.cell);
	const json_t *all = json_object_get(f.cell.result, "reports");

	assert_int_equal(json_array_size(all), 2);
	assert_string_equal(json_str(json_array_get(all, 0), "kind"), "oom-kill");
	assert_null(json_object_get(json_array_get(all, 0), "expected"));
	assert_true(json_is_true(json_object_get(json_array_get(all, 1), "expected")));
	fixture_close(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_death_under_load_is_explained_by_the_console),
		cmocka_unit_test(a_warning_of_a_guest_that_went_on_is_in_the_result),
		cmocka_unit_test(a_taint_is_a_warning_where_it_tells_of_trouble_that_no_report_does),
		cmocka_unit_test(only_reports_that_the_workload_expects_are_marked_so),
		cmocka_unit_test(a_guest_without_a_console_has_no_reports_rather_than_none),
	};

	return cmocka_run_group_tests_name("cell-reports", tests, NULL, NULL);
}
