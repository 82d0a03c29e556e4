/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include "compare/compare.h"
#include "compare/render.h"
#include "compare/reports.h"
#include "compare/text.h"
#include "result-edit.h"

static struct result *load(const char *dir)
{
	struct result *r = NULL;
	struct err e;

	if (result_load(dir, &r, &e))
		fail_msg("%s", e.msg);
	return r;
}

/* Compares the folder @dir in itself, or with @second. */
static json_t *compared(const char *dir, const char *second)
{
	cleanup_result struct result *a = load(dir), *b = second ? load(second) : NULL;
	json_t *j = NULL;
	struct err e;

	if (compare_results(a, b, &j, &e))
		fail_msg("%s", e.msg);
	return j;
}

static int refused(const char *dir, const char *second, struct err *e)
{
	cleanup_result struct result *a = load(dir), *b = second ? load(second) : NULL;
	json_t *j = NULL;
	int rc = compare_results(a, b, &j, e);

	assert_null(j);
	return rc;
}

/* The row of @metric of the first group that has it. */
static json_t *row(const json_t *j, const char *list, const char *metric)
{
	json_t *r;
	size_t i;

	json_array_foreach(json_object_get(j, list), i, r) {
		if (!strcmp(json_str(r, "metric"), metric))
			return r;
	}
	fail_msg("no %s in %s", metric, list);
	return NULL;
}

static double number(const json_t *j, const char *key)
{
	assert_true(json_is_number(json_object_get(j, key)));
	return json_number_value(json_object_get(j, key));
}

static bool warned(const json_t *j, const char *text)
{
	const json_t *w;
	size_t i;

	json_array_foreach(json_object_get(j, "warnings"), i, w) {
		if (strstr(json_string_value(w), text))
			return true;
	}
	return false;
}

/* Sets @metric of every cell of @arm to @base x @factor, a little of its own in each pair. */
static void set_metric(const char *dir, const char *arm, const char *metric, double v,
		       double scatter)
{
	cleanup_result struct result *r = load(dir);

	for (size_t i = 0; i < r->n_cells; i++) {
		const struct result_cell *c = &r->cells[i];
		cleanup_free char *path = path_format("metrics.%s.value", metric);

		if (!strcmp(c->arm, arm))
			edit_cell(dir, c->n, path,
				  json_real(v * (1 + scatter * ((c->pair * 3) % 7 - 3.0))));
	}
}

/* RAMRIG_UPDATE_EXPECT=1 writes the golden files anew. */
static void assert_same_text(const char *got, const char *golden)
{
	cleanup_free char *wanted = NULL;
	struct err e;

	if (getenv("RAMRIG_UPDATE_EXPECT"))
		assert_int_equal(file_write_atomic(golden, got, strlen(got), &e), 0);
	if (file_read(AT_FDCWD, golden, 1 << 20, &wanted, NULL, &e))
		fail_msg("%s", e.msg);
	assert_string_equal(got, wanted);
}

static void the_json_and_the_tables_are_as_recorded(void **state)
{
	static const char *const names[] = { "quickstart", "troubled" };
	static const struct { size_t width; const char *ext; } widths[] = {
		{ 80, "80.txt" },
		{ 120, "120.txt" },
	};
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		cleanup_free char *dir = path_format(RECORDED "%s", names[i]);
		cleanup_free char *golden = path_format("tests/golden/compare-%s.json", names[i]);
		cleanup_json json_t *j = compared(dir, NULL);
		cleanup_free char *dump = json_dumps(j, JSON_INDENT(1) | JSON_REAL_PRECISION(9));
		cleanup_free char *text = path_format("%s\n", dump);

		print_message("  %s\n", names[i]);
		assert_same_text(text, golden);
		for (size_t k = 0; k < ARRAY_SIZE(widths); k++) {
			cleanup_free char *table = NULL;
			cleanup_free char *file = path_format("tests/golden/compare-%s-%s",
							      names[i], widths[k].ext);
			struct render_opts o = { .width = widths[k].width };
			struct err e;

			assert_int_equal(compare_render(j, &o, &table, &e), 0);
			assert_same_text(table, file);
		}
	}
}

static void every_key_of_the_design_is_there(void **state)
{
	static const char *const keys[] = {
		"workload", "topology", "base_kernel", "arm_kernel", "base", "arm", "metric",
		"unit", "better", "scale", "pairs", "base_median", "arm_median", "change", "ci",
		"p", "p_adjusted", "family", "margin", "mde", "verdict", "proof", "fidelity",
	};
	cleanup_json json_t *j = compared(RECORDED "quickstart", NULL);
	const json_t *lists[] = { json_object_get(j, "comparisons"),
				  json_object_get(j, "diagnostics") };
	(void)state;

	for (size_t l = 0; l < ARRAY_SIZE(lists); l++) {
		const json_t *r;
		size_t i;

		assert_int_equal(json_array_size(lists[l]), 2);
		json_array_foreach(lists[l], i, r) {
			for (size_t k = 0; k < ARRAY_SIZE(keys); k++)
				assert_non_null(json_object_get(r, keys[k]));
		}
	}
	for (int o = 0; o < OUTCOME_COUNT; o++)
		assert_non_null(json_object_get(json_object_get(j, "cells"),
						outcome_table[o].name));
}

static void verdicts_follow_change_margin_and_direction(void **state)
{
	static const struct {
		const char *metric;
		double factor, scatter;
		const char *verdict;
		enum exit_code exit;
	} cases[] = {
		{ "rps", 1.10, 0.001, "improvement", EXIT_WELL },
		{ "rps", 0.90, 0.001, "regression", EXIT_FINDING },
		{ "rps", 1.03, 0.001, "equivalent", EXIT_WELL },	/* p is as small */
		{ "rps", 1.00, 0.001, "equivalent", EXIT_WELL },
		{ "rps", 1.00, 0.05, "inconclusive", EXIT_WELL },
		{ "rps", 0.951, 0.01, "inconclusive", EXIT_WELL },	/* within, perhaps beyond */
		{ "mem_used", 1.10, 0.0001, "regression", EXIT_FINDING },
		{ "mem_used", 0.90, 0.0001, "improvement", EXIT_WELL },
	};
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		cleanup_copy char *dir = copy_make("quickstart");

		print_message("  %s x %g\n", cases[i].metric, cases[i].factor);
		set_metric(dir, "na", cases[i].metric, 1000, 0);
		set_metric(dir, "ksm", cases[i].metric, 1000 * cases[i].factor, cases[i].scatter);
		cleanup_json json_t *j = compared(dir, NULL);
		const json_t *r = row(j, "comparisons", cases[i].metric);
		assert_string_equal(json_str(r, "verdict"), cases[i].verdict);
		assert_int_equal(compare_exit(j, true), cases[i].exit);
		assert_true(fabs(number(r, "change") - (cases[i].factor - 1)) < 0.02);
	}
}

static void an_adjusted_p_above_alpha_is_no_improvement(void **state)
{
	cleanup_copy char *dir = copy_make("quickstart");
	(void)state;

	set_metric(dir, "na", "rps", 1000, 0);
	set_metric(dir, "ksm", "rps", 1100, 0.001);
	edit(dir, "plan.json", "family", json_integer(4));
	cleanup_json json_t *j = compared(dir, NULL);
	const json_t *r = row(j, "comparisons", "rps");
	assert_true(number(r, "p") == 2 / 128.0);
	assert_true(number(r, "p_adjusted") == 4 * 2 / 128.0);
	assert_int_equal(json_int_or(r, "family", 0), 4);
	assert_string_equal(json_str(r, "verdict"), "inconclusive");
	assert_true(warned(j, "7 pairs can show nothing in a family of 4: it takes 8"));
	assert_true(json_is_null(json_object_get(r, "mde")));	/* 7 pairs find nothing of 4 */
}

static void a_plan_that_declares_too_small_a_family_is_not_believed(void **state)
{
	cleanup_copy char *dir = copy_make("quickstart");
	(void)state;

	edit(dir, "plan.json", "family", json_integer(1));
	cleanup_json json_t *j = compared(dir, NULL);
	assert_int_equal(json_int_or(row(j, "comparisons", "rps"), "family", 0), 2);
	assert_true(warned(j, "declares a family of 1"));
}

static void a_failed_proof_leaves_no_number(void **state)
{
	static const char *const nulls[] = { "change", "ci", "p", "p_adjusted", "mde" };
	cleanup_copy char *dir = copy_make("quickstart");
	cleanup_result struct result *r = load(dir);
	(void)state;

	for (size_t i = 0; i < r->n_cells; i++) {
		if (r->cells[i].pair == 4 && !strcmp(r->cells[i].arm, "ksm"))
			edit_cell(dir, r->cells[i].n, "proof.status", json_string("failed"));
	}
	cleanup_json json_t *j = compared(dir, NULL);
	const json_t *rows[] = { row(j, "comparisons", "mem_used"),
				 row(j, "diagnostics", "p99") };
	assert_string_equal(json_str(rows[0], "verdict"), "no-effect-possible");
	assert_string_equal(json_str(rows[0], "proof"), "failed");
	for (size_t i = 0; i < 2 * ARRAY_SIZE(nulls); i++)
		assert_true(json_is_null(json_object_get(rows[i % 2], nulls[i / 2])));
	assert_null(strchr(strchr(json_str(j, "sentence"), ':'), '%'));
	assert_int_equal(compare_exit(j, false), EXIT_WELL);
	assert_int_equal(compare_exit(j, true), EXIT_FINDING);
}

static void a_proof_that_failed_in_the_base_counts_too(void **state)
{
	cleanup_copy char *dir = copy_make("quickstart");
	cleanup_result struct result *r = load(dir);
	(void)state;

	for (size_t i = 0; i < r->n_cells; i++) {
		if (!strcmp(r->cells[i].arm, "na"))
			edit_cell(dir, r->cells[i].n, "proof.status", json_string("failed"));
	}
	cleanup_json json_t *j = compared(dir, NULL);
	assert_string_equal(json_str(row(j, "comparisons", "rps"), "verdict"),
			    "no-effect-possible");
	assert_true(warned(j, "the proof of the base arm 'na' failed"));
}

static void cells_that_differ_in_fidelity_are_refused(void **state)
{
	static const struct { const char *path, *value; } cases[] = {
		{ "fidelity.accelerator", "\"kvm\"" },
		{ "fidelity.clock", "\"virtual\"" },
		{ "fidelity.cpus", "4" },
		{ "fidelity.nodes.1", "\"cxl: device-emulated\"" },
	};
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		cleanup_copy char *dir = copy_make("quickstart");
		struct err e;

		print_message("  %s\n", cases[i].path);
		edit_cell(dir, 6, cases[i].path,
			  json_loads(cases[i].value, JSON_DECODE_ANY, NULL));
		assert_int_equal(refused(dir, NULL, &e), -EINVAL);
		assert_non_null(strstr(e.msg, "cell 6"));
	}
}

static void a_swap_device_of_one_arm_is_no_difference_in_fidelity(void **state)
{
	cleanup_copy char *dir = copy_make("quickstart");
	cleanup_result struct result *r = load(dir);
	(void)state;

	for (size_t i = 0; i < r->n_cells; i++) {
		if (!strcmp(r->cells[i].arm, "ksm"))
			edit_cell(dir, r->cells[i].n, "fidelity.swaps.zram0",
				  json_string("host-bound"));
	}
	cleanup_json json_t *j = compared(dir, NULL);
	const json_t *f = json_object_get(row(j, "comparisons", "rps"), "fidelity");
	assert_string_equal(json_str(json_object_get(f, "swaps"), "zram0"), "host-bound");
}

static void only_whole_pairs_count(void **state)
{
	cleanup_copy char *dir = copy_make("quickstart");
	(void)state;

	edit_cell(dir, 1, "metrics.rps", NULL);
	edit_cell(dir, 3, "outcome", json_string("workload-failed"));
	overwrite_cell(dir, 5, "{");
	cleanup_json json_t *j = compared(dir, NULL);
	assert_int_equal(json_int_or(row(j, "comparisons", "rps"), "pairs", 0), 4);
	assert_int_equal(json_int_or(row(j, "comparisons", "mem_used"), "pairs", 0), 5);
	const json_t *ci = json_object_get(row(j, "comparisons", "rps"), "ci");
	assert_true(json_is_null(json_array_get(ci, 0)) && json_is_null(json_array_get(ci, 1)));
	assert_int_equal(json_int_or(json_object_get(j, "cells"), "not-done", 0), 1);
	assert_int_equal(compare_exit(j, false), EXIT_FINDING);
}

static void a_key_metric_nobody_has_is_a_test_that_found_nothing(void **state)
{
	cleanup_copy char *dir = copy_make("quickstart");
	(void)state;

	edit(dir, "plan.json", "metrics.0.name", json_string("unseen"));
	cleanup_json json_t *j = compared(dir, NULL);
	const json_t *r = row(j, "comparisons", "unseen");
	assert_int_equal(json_int_or(r, "pairs", -1), 0);
	assert_string_equal(json_str(r, "verdict"), "inconclusive");
	assert_true(json_is_null(json_object_get(r, "p")));
	assert_true(warned(j, "unseen of ksm against na"));
	/* The other still pays for it. */
	r = row(j, "comparisons", "mem_used");
	assert_true(number(r, "p_adjusted") == 2 * number(r, "p"));
	assert_int_equal(compare_exit(j, false), EXIT_RIG);
}

static void a_metric_of_other_workloads_is_not_asked_of_this_one(void **state)
{
	cleanup_copy char *dir = copy_make("quickstart");
	size_t all = 0, asked = 0, i;
	const json_t *r;

	(void)state;
	cleanup_json json_t *before = compared(dir, NULL);
	all = json_array_size(json_object_get(before, "comparisons"));
	edit(dir, "plan.json", "metrics.0.workloads", json_pack("[s]", "store"));
	cleanup_json json_t *after = compared(dir, NULL);
	json_array_foreach(json_object_get(after, "comparisons"), i, r) {
		assert_string_not_equal(json_str(r, "metric"), "rps");
		asked++;
	}
	assert_int_equal(asked, all - 1);
}

static void a_ratio_of_zero_is_not_made_up(void **state)
{
	cleanup_copy char *dir = copy_make("quickstart");
	(void)state;

	edit_cell(dir, 2, "metrics.rps.value", json_real(0));
	edit_cell(dir, 2, "metrics.p99.value", json_real(0));
	cleanup_json json_t *j = compared(dir, NULL);
	assert_true(warned(j, "has no ratio"));
	assert_string_equal(json_str(row(j, "comparisons", "rps"), "verdict"), "inconclusive");
	assert_true(json_is_null(json_object_get(row(j, "comparisons", "rps"), "change")));
	assert_string_equal(json_str(row(j, "diagnostics", "p99"), "scale"), "difference");
}

static void cells_that_disagree_about_a_unit_are_refused(void **state)
{
	cleanup_copy char *dir = copy_make("quickstart");
	struct err e;
	(void)state;

	edit_cell(dir, 2, "metrics.rps.unit", json_string("1/min"));
	assert_int_equal(refused(dir, NULL, &e), -EINVAL);
	assert_non_null(strstr(e.msg, "cell 2 gives metric 'rps' in 1/min"));
}

static void set_loop(const char *dir, const char *metric, const char *loop)
{
	cleanup_result struct result *r = load(dir);
	cleanup_free char *path = path_format("metrics.%s.loop", metric);

	for (size_t i = 0; i < r->n_cells; i++)
		if (r->cells[i].outcome == OUTCOME_OK)
			edit_cell(dir, r->cells[i].n, path, json_string(loop));
}

static void a_closed_loop_is_named_below_the_table_and_an_open_one_is_not(void **state)
{
	cleanup_copy char *dir = copy_make("quickstart");
	struct render_opts o = { .width = 80 };
	cleanup_free char *closed = NULL, *open = NULL;
	struct err e;
	(void)state;

	set_loop(dir, "rps", "closed");
	set_loop(dir, "p99", "closed");
	cleanup_json json_t *j = compared(dir, NULL);
	assert_string_equal(json_str(row(j, "comparisons", "rps"), "loop"), "closed");
	assert_string_equal(json_str(row(j, "diagnostics", "p99"), "loop"), "closed");
	assert_null(json_object_get(row(j, "comparisons", "mem_used"), "loop"));
	assert_int_equal(compare_render(j, &o, &closed, &e), 0);
	assert_non_null(strstr(closed, "Closed loop, what waits behind a stall is not counted: rps.\n"));
	assert_non_null(strstr(closed, "Closed loop, what waits behind a stall is not counted: p99.\n"));
	set_loop(dir, "rps", "open");
	set_loop(dir, "p99", "open");
	cleanup_json json_t *k = compared(dir, NULL);
	assert_string_equal(json_str(row(k, "diagnostics", "p99"), "loop"), "open");
	assert_int_equal(compare_render(k, &o, &open, &e), 0);
	assert_null(strstr(open, "Closed loop"));
}

static void an_open_and_a_closed_loop_are_not_compared(void **state)
{
	cleanup_copy char *dir = copy_make("quickstart"), *other = copy_make("quickstart");
	struct err e;
	(void)state;

	set_loop(dir, "rps", "closed");
	set_loop(other, "rps", "open");
	assert_int_equal(refused(dir, other, &e), -EINVAL);
	assert_non_null(strstr(e.msg, "is of an open loop, in cells before it of a closed loop"));
	edit_cell(dir, 2, "metrics.rps.loop", NULL);
	assert_int_equal(refused(dir, NULL, &e), -EINVAL);
}

static void exit_codes_follow_the_worst_that_holds(void **state)
{
	static const struct { const char *outcome; enum exit_code exit; } cases[] = {
		{ "crashed", EXIT_KERNEL },
		{ "hung", EXIT_KERNEL },
		{ "nonconforming", EXIT_KERNEL },
		{ "workload-failed", EXIT_FINDING },
		{ "infra-error", EXIT_RIG },
		{ "ok", EXIT_WELL },
	};
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		cleanup_copy char *dir = copy_make("quickstart");

		print_message("  %s\n", cases[i].outcome);
		edit_cell(dir, 14, "outcome", json_string(cases[i].outcome));
		cleanup_json json_t *j = compared(dir, NULL);
		assert_int_equal(compare_exit(j, false), cases[i].exit);
	}
}

static void a_diagnostic_plan_gets_no_verdict(void **state)
{
	cleanup_copy char *dir = copy_make("quickstart");
	cleanup_free char *text = NULL;
	struct render_opts o = { .width = 80 };
	struct err e;
	(void)state;

	edit(dir, "plan.json", "diagnostic", json_true());
	edit(dir, "plan.json", "family", json_integer(0));
	cleanup_json json_t *j = compared(dir, NULL);
	const json_t *r = row(j, "comparisons", "mem_used");
	assert_true(json_is_null(json_object_get(r, "verdict")));
	assert_string_equal(json_str(r, "label"), "differs");
	assert_string_equal(json_str(r, "adjustment"), "benjamini-hochberg");
	assert_non_null(strstr(json_str(j, "sentence"), "no verdict"));
	assert_int_equal(compare_render(j, &o, &text, &e), 0);
	assert_int_equal(compare_exit(j, true), EXIT_WELL);
}

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

static void warnings_of_cells_are_said_once(void **state)
{
	cleanup_json json_t *j = compared(RECORDED "troubled", NULL);
	(void)state;

	assert_true(warned(j, "the host was busy: load 3.1 (6 cells)"));
	assert_true(warned(j, "3 planned cells are not done"));
	assert_int_equal(json_array_size(json_object_get(j, "failures")), 1);
}

static json_t *report_of(const char *hash, const char *title, bool fatal, int line)
{
	return json_pack("{ss, ss, ss, ss, sb, si, si, s[s], s[s, s]}", "kind", "warning", "title",
			 title, "function", "foo+0x1/0x2", "hash", hash, "fatal", fatal, "count", 2,
			 "line", line, "stack", "foo", "context", "first line", "second line");
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

static json_t *expected_report(const char *hash, const char *title, bool fatal)
{
	json_t *r = report_of(hash, title, fatal, 1);

	json_object_set_new(r, "expected", json_true());
	return r;
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

static void a_drift_and_two_modes_are_named(void **state)
{
	cleanup_copy char *dir = copy_make("quickstart");
	cleanup_result struct result *r = load(dir);
	(void)state;

	for (size_t i = 0; i < r->n_cells; i++) {
		const struct result_cell *c = &r->cells[i];
		bool arm = !strcmp(c->arm, "ksm");

		edit_cell(dir, c->n, "metrics.rps.value",
			  json_real(arm ? 1000 + c->pair * 10 : 1000));
		edit_cell(dir, c->n, "metrics.mem_used.value",
			  json_real(arm && c->pair % 2 ? 2e8 + c->pair : 3e8 + c->pair));
	}
	cleanup_json json_t *j = compared(dir, NULL);
	assert_true(warned(j, "the change of rps (ksm against na) drifts"));
	assert_true(warned(j, "mem_used falls into two groups"));
	assert_true(json_is_true(json_object_get(row(j, "comparisons", "mem_used"), "bimodal")));
	assert_true(json_is_false(json_object_get(row(j, "comparisons", "rps"), "bimodal")));
}

static void colour_is_there_only_when_asked_for(void **state)
{
	cleanup_json json_t *j = compared(RECORDED "quickstart", NULL);
	struct render_opts o = { .width = 80 };
	cleanup_free char *plain = NULL, *coloured = NULL;
	struct err e;
	(void)state;

	assert_int_equal(compare_render(j, &o, &plain, &e), 0);
	o.colour = true;
	assert_int_equal(compare_render(j, &o, &coloured, &e), 0);
	assert_null(strchr(plain, '\033'));
	assert_non_null(strchr(coloured, '\033'));
}

static void no_line_is_wider_than_the_terminal(void **state)
{
	cleanup_copy char *dir = copy_make("quickstart");
	struct render_opts o = { .width = 80 };
	cleanup_free char *text = NULL;
	struct err e;
	(void)state;

	set_metric(dir, "ksm", "rps", 2000, 0.05);
	edit(dir, "plan.json", "metrics.0.margin", json_real(0.001));
	cleanup_json json_t *j = compared(dir, NULL);
	assert_int_equal(compare_render(j, &o, &text, &e), 0);
	for (char *line = text, *end; (end = strchr(line, '\n')); line = end + 1) {
		if (end - line > 80)
			fail_msg("%.*s", (int)(end - line), line);
	}
}

static void counters_that_stood_still_are_named_and_not_tabled(void **state)
{
	cleanup_copy char *dir = copy_make("quickstart");
	struct render_opts o = { .width = 80 };
	cleanup_free char *text = NULL;
	struct err e;
	(void)state;

	set_metric(dir, "ksm", "ksmd_cpu", 0, 0);
	cleanup_json json_t *j = compared(dir, NULL);
	assert_int_equal(compare_render(j, &o, &text, &e), 0);
	assert_non_null(strstr(text, "\nZero in both: ksmd_cpu\n"));
	assert_null(strstr(text, "0 us"));
}

static void figures_have_human_units(void **state)
{
	static const struct { double v; const char *unit, *text; } cases[] = {
		{ 1234.4, "1/s", "1,234 1/s" },     { 537185484.8, "bytes", "512.3 MiB" },
		{ 14400, "us", "14.4 ms" },         { 0, "bytes", "0 B" },
		{ 512, "bytes", "512 B" },          { 1234567, "1/s", "1,234,567 1/s" },
		{ 0.25, "", "0.250" },              { 7, "pages", "7 pages" },
		{ 1.5e9, "ns", "1.50 s" },          { -2048, "bytes", "-2.00 KiB" },
		{ 999.96, "1/s", "1,000.0 1/s" },
	};
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		cleanup_json json_t *v = json_real(cases[i].v);
		cleanup_free char *text = text_value(v, cases[i].unit);

		print_message("  %s\n", text);
		assert_string_equal(text, cases[i].text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_json_and_the_tables_are_as_recorded),
		cmocka_unit_test(every_key_of_the_design_is_there),
		cmocka_unit_test(verdicts_follow_change_margin_and_direction),
		cmocka_unit_test(an_adjusted_p_above_alpha_is_no_improvement),
		cmocka_unit_test(a_plan_that_declares_too_small_a_family_is_not_believed),
		cmocka_unit_test(a_failed_proof_leaves_no_number),
		cmocka_unit_test(a_proof_that_failed_in_the_base_counts_too),
		cmocka_unit_test(cells_that_differ_in_fidelity_are_refused),
		cmocka_unit_test(a_swap_device_of_one_arm_is_no_difference_in_fidelity),
		cmocka_unit_test(only_whole_pairs_count),
		cmocka_unit_test(a_key_metric_nobody_has_is_a_test_that_found_nothing),
		cmocka_unit_test(a_metric_of_other_workloads_is_not_asked_of_this_one),
		cmocka_unit_test(a_ratio_of_zero_is_not_made_up),
		cmocka_unit_test(cells_that_disagree_about_a_unit_are_refused),
		cmocka_unit_test(a_closed_loop_is_named_below_the_table_and_an_open_one_is_not),
		cmocka_unit_test(an_open_and_a_closed_loop_are_not_compared),
		cmocka_unit_test(exit_codes_follow_the_worst_that_holds),
		cmocka_unit_test(a_diagnostic_plan_gets_no_verdict),
		cmocka_unit_test(two_results_are_paired_by_number_and_said_not_to_be_interleaved),
		cmocka_unit_test(results_without_a_common_arm_are_refused),
		cmocka_unit_test(an_arm_with_its_own_kernel_is_compared_across_kernels),
		cmocka_unit_test(two_results_of_one_kernel_each_compare_the_kernels),
		cmocka_unit_test(warnings_of_cells_are_said_once),
		cmocka_unit_test(what_kernels_report_is_shown_once_also_of_good_cells),
		cmocka_unit_test(what_workloads_expect_comes_last_and_without_its_lines_unless_one_did_not),
		cmocka_unit_test(a_reports_line_of_source_stands_beside_its_hash_unless_its_title_has_it),
		cmocka_unit_test(reports_of_two_results_say_whose_cells_they_are),
		cmocka_unit_test(a_drift_and_two_modes_are_named),
		cmocka_unit_test(colour_is_there_only_when_asked_for),
		cmocka_unit_test(no_line_is_wider_than_the_terminal),
		cmocka_unit_test(counters_that_stood_still_are_named_and_not_tabled),
		cmocka_unit_test(figures_have_human_units),
	};

	return cmocka_run_group_tests_name("compare", tests, NULL, NULL);
}
