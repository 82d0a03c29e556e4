/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include "compare-fixture.h"
#include "compare/render.h"
#include "compare/reports.h"

static json_t *report_of(const char *hash, const char *title, bool fatal, int line)
{
	return json_pack("{ss, ss, ss, ss, sb, si, si, s[s], s[s, s]}", "kind", "warning", "title",
			 title, "function", "foo+0x1/0x2", "hash", hash, "fatal", fatal, "count", 2,
			 "line", line, "stack", "foo", "context", "first line", "second line");
}

static json_t *expected_report(const char *hash, const char *title, bool fatal)
{
	json_t *r = report_of(hash, title, fatal, 1);

	json_object_set_new(r, "expected", json_true());
	return r;
}

static void warnings_of_cells_are_said_once(void **state)
{
	cleanup_json json_t *j = compared(RECORDED "troubled", NULL);
	(void)state;

	assert_true(warned(j, "the host was busy: load 3.1 (6 cells)"));
	assert_true(warned(j, "3 planned cells are not done"));
	assert_int_equal(json_array_size(json_object_get(j, "failures")), 1);
}

static json_t *check_of(const char *what, bool ok, bool may_idle)
{
	return json_pack("{s:s, s:s, s:s, s:s, s:b, s:b}", "policy", "ksm", "what", what, "wanted",
			 "ksm_full_scans at least 2", "seen", "0", "ok", ok, "may_idle", may_idle);
}

static void what_a_policy_did_not_do_is_said_once(void **state)
{
	cleanup_copy char *dir = copy_make("quickstart");
	cleanup_result struct result *r = load(dir);
	unsigned edited = 0;
	(void)state;

	for (size_t i = 0; edited < 2; i++)
		if (!strcmp(r->cells[i].arm, "ksm")) {
			edit_cell(dir, r->cells[i].n, "proof.checks",
				  json_pack("[o, o, o]", check_of("ksmd scanned all", false, false),
					    check_of("it was on", true, false),
					    check_of("it was needed", false, true)));
			edited++;
		}
	cleanup_json json_t *j = compared(dir, NULL);
	assert_true(warned(j, "policy 'ksm' of arm 'ksm' did not act on nginx: not so: ksmd scanned all "
			   "(ksm_full_scans at least 2) (2 cells)"));
	assert_false(warned(j, "it was on"));
	assert_true(warned(j, "policy 'ksm' of arm 'ksm' had nothing to do on nginx: not so: it was needed "
			   "(ksm_full_scans at least 2) (2 cells)"));
}

static void what_kernels_report_is_shown_once_also_of_good_cells(void **state)
{
	cleanup_copy char *dir = copy_make("quickstart");
	struct render_opts o = { .width = 200 };
	cleanup_free char *text = NULL;
	struct err e;
	(void)state;

	edit_cell(dir, 3, "reports", json_pack("[o]", report_of("aaaaaaaa", "WARNING: at x.c:1", false, 7)));
	edit_cell(dir, 5, "reports",
		  json_pack("[o, o]", report_of("aaaaaaaa", "WARNING: at x.c:1", false, 9),
			    report_of("bbbbbbbb", "BUG: KASAN: bad in foo+0x1/0x2", true, 50)));
	edit_cell(dir, 5, "outcome", json_string("crashed"));
	edit_cell(dir, 5, "report", json_string("bbbbbbbb"));
	cleanup_json json_t *j = compared(dir, NULL);
	const json_t *reports = json_object_get(j, "reports"), *w = json_array_get(reports, 1);
	const json_t *failure = json_array_get(json_object_get(j, "failures"), 0);

	assert_int_equal(json_array_size(reports), 2);
	assert_string_equal(json_str(failure, "report"), "bbbbbbbb");
	assert_string_equal(json_str(json_array_get(reports, 0), "hash"), "bbbbbbbb");
	assert_int_equal(json_int_or(w, "count", 0), 4);
	assert_int_equal(json_int_or(w, "line", 0), 7);
	assert_int_equal(compare_render(j, &o, &text, &e), 0);
	assert_non_null(strstr(text, "\n1 cell reported BUG: KASAN: bad in foo+0x1/0x2, and its kernel "
				     "died of it (report bbbbbbbb: cell 5):\n    first line\n"));
	assert_non_null(strstr(text, "\n2 cells reported WARNING: at x.c:1 in foo+0x1/0x2 (report "
				     "aaaaaaaa: cells 3, 5):\n    first line\n    second line\n"));
}

static void what_workloads_expect_comes_last_and_without_its_lines_unless_one_did_not(void **state)
{
	cleanup_copy char *dir = copy_make("quickstart");
	struct render_opts o = { .width = 200 };
	cleanup_free char *text = NULL;
	struct err e;
	(void)state;

	edit_cell(dir, 3, "reports", json_pack("[o, o]", expected_report("aaaaaaaa", "panic", true),
					       expected_report("cccccccc", "kill", false)));
	edit_cell(dir, 5, "reports", json_pack("[o]", report_of("bbbbbbbb", "W", false, 9)));
	edit_cell(dir, 7, "reports", json_pack("[o]", report_of("cccccccc", "kill", false, 9)));
	cleanup_json json_t *j = compared(dir, NULL);

	assert_int_equal(compare_render(j, &o, &text, &e), 0);
	assert_non_null(strstr(text, "\n1 cell reported panic in foo+0x1/0x2, and its kernel died of it, as "
				     "the workload expects (report aaaaaaaa: cell 3).\n"));
	assert_non_null(strstr(text, "\n2 cells reported kill in foo+0x1/0x2 (report cccccccc: cells 3, 7):\n"));
	assert_true(strstr(text, "bbbbbbbb") < strstr(text, "aaaaaaaa"));
}

static void a_reports_line_of_source_stands_beside_its_hash_unless_its_title_has_it(void **state)
{
	static const struct { const char *title, *wanted; } cases[] = {
		{ "BUG: x", "in foo+0x1/0x2 (mm/memory.c:7; report aaaaaaaa: cell 1)" },
		{ "kernel BUG at mm/memory.c:7!", "in foo+0x1/0x2 (report aaaaaaaa: cell 1)" },
	};
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		cleanup_copy char *dir = copy_make("quickstart");
		json_t *report = report_of("aaaaaaaa", cases[i].title, false, 1);

		json_object_set_new(report, "where", json_string("mm/memory.c:7"));
		edit_cell(dir, 1, "reports", json_pack("[o]", report));
		cleanup_json json_t *j = compared(dir, NULL);
		const json_t *shown = json_array_get(json_object_get(j, "reports"), 0);
		cleanup_free char *line = reports_line(shown);

		assert_string_equal(json_str(shown, "where"), "mm/memory.c:7");
		assert_non_null(strstr(line, cases[i].wanted));
	}
}

static void reports_of_two_results_say_whose_cells_they_are(void **state)
{
	cleanup_copy char *a = copy_make("quickstart"), *b = copy_make("quickstart");
	(void)state;

	edit_cell(a, 1, "reports", json_pack("[o]", report_of("aaaaaaaa", "W", false, 1)));
	edit_cell(b, 2, "reports", json_pack("[o]", report_of("aaaaaaaa", "W", false, 1)));
	cleanup_json json_t *j = compared(a, b);
	cleanup_free char *line = reports_line(json_array_get(json_object_get(j, "reports"), 0));

	assert_string_equal(line, "2 cells reported W in foo+0x1/0x2 (report aaaaaaaa: cell 1, cell 2 of "
				  "the second result)");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(warnings_of_cells_are_said_once),
		cmocka_unit_test(what_a_policy_did_not_do_is_said_once),
		cmocka_unit_test(what_kernels_report_is_shown_once_also_of_good_cells),
		cmocka_unit_test(what_workloads_expect_comes_last_and_without_its_lines_unless_one_did_not),
		cmocka_unit_test(a_reports_line_of_source_stands_beside_its_hash_unless_its_title_has_it),
		cmocka_unit_test(reports_of_two_results_say_whose_cells_they_are),
	};

	return cmocka_run_group_tests_name("compare-reports", tests, NULL, NULL);
}
