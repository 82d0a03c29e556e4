/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include "compare-fixture.h"
#include "compare/render.h"
#include "compare/text.h"

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
		cmocka_unit_test(a_closed_loop_is_named_below_the_table_and_an_open_one_is_not),
		cmocka_unit_test(colour_is_there_only_when_asked_for),
		cmocka_unit_test(no_line_is_wider_than_the_terminal),
		cmocka_unit_test(counters_that_stood_still_are_named_and_not_tabled),
		cmocka_unit_test(figures_have_human_units),
	};

	return cmocka_run_group_tests_name("compare-text", tests, NULL, NULL);
}
