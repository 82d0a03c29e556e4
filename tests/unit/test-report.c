/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>
#include "compare-fixture.h"
#include "report/page.h"
#include "report/parts.h"
#include "stats/summary.h"

#define DATA_BEGIN "<script type=\"application/json\" id=\"data\">"

static char *page_of(const char *title, const json_t *data)
{
	char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);
	struct err e;

	assert_int_equal(page_write(&(struct page){ title, data }, out, &e), 0);
	fclose(out);
	return text;
}

/* The data of the page @html, read back as a browser does: up to the first end of a script. */
static json_t *data_of(const char *html)
{
	const char *begin = strstr(html, DATA_BEGIN) + strlen(DATA_BEGIN);
	const char *end = strstr(begin, "</script");

	return json_loadb(begin, (size_t)(end - begin), 0, NULL);
}

static void no_text_ends_the_data_or_becomes_markup(void **state)
{
	const char *hostile = "</script><!-- <script> & \" \\u003c";
	cleanup_json json_t *data = json_pack("{s:s, s:s}", "page", "result", hostile, hostile);
	cleanup_free char *html = page_of("<b>\"&</b>", data);
	cleanup_json json_t *back = data_of(html);
	(void)state;

	assert_true(json_equal(back, data));
	assert_non_null(strstr(html, "<title>&lt;b>&quot;&amp;&lt;/b></title>"));
}

static void the_policy_forbids_all_but_what_is_in_the_page(void **state)
{
	cleanup_json json_t *data = json_object();
	cleanup_free char *html = page_of("t", data);
	(void)state;

	assert_non_null(strstr(html, "content=\"default-src 'none'; script-src 'sha256-"));
	assert_non_null(strstr(html, "; style-src 'sha256-"));
	assert_null(strstr(html, "unsafe"));
}

/* A result, what compares it, and the data of its page. */
struct fixture {
	struct result *result;
	json_t *comparison;
	json_t *data;
};

static struct fixture report_of(const char *dir)
{
	struct fixture f = { load(dir), compared(dir, NULL), NULL };
	char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);
	struct err e;

	if (report_html(&(struct report){ f.result, f.comparison }, out, &e))
		fail_msg("%s", e.msg);
	fclose(out);
	f.data = data_of(text);
	assert_non_null(f.data);
	free(text);
	return f;
}

static void fixture_clear(struct fixture *f)
{
	result_free(f->result);
	json_decref(f->comparison);
	json_decref(f->data);
}
#define cleanup_fixture __attribute__((cleanup(fixture_clear)))

static void figures_are_those_of_the_comparison(void **state)
{
	static const char *const keys[] = { "metric", "arm", "base_median", "arm_median",
					    "change", "ci", "p", "p_adjusted", "margin", "mde",
					    "verdict", "pairs" };
	cleanup_copy char *dir = copy_make("quickstart");
	cleanup_fixture struct fixture f = report_of(dir);
	const json_t *wanted;
	size_t i;
	(void)state;

	json_array_foreach(json_object_get(f.comparison, "comparisons"), i, wanted) {
		const json_t *shown = json_array_get(json_object_get(f.data, "comparisons"), i);

		for (size_t k = 0; k < ARRAY_SIZE(keys); k++) {
			cleanup_free char *a = json_dumps(json_object_get(shown, keys[k]),
							  JSON_ENCODE_ANY | JSON_REAL_PRECISION(11));
			cleanup_free char *b = json_dumps(json_object_get(wanted, keys[k]),
							  JSON_ENCODE_ANY | JSON_REAL_PRECISION(11));

			assert_string_equal(a, b);
		}
	}
	assert_true(i >= 2);
}

/* By the vendor's definition, of the boots that the page shows. */
static void dev_is_the_deviation_over_the_mean_of_boots(void **state)
{
	cleanup_copy char *dir = copy_make("quickstart");
	cleanup_fixture struct fixture f = report_of(dir);
	const json_t *shown = row(f.data, "comparisons", "rps");
	const json_t *boots = json_object_get(json_object_get(shown, "boots"), "base"), *v;
	double values[16];
	size_t i;
	(void)state;

	assert_int_equal(json_array_size(boots), 7);
	json_array_foreach(boots, i, v)
		values[i] = json_number_value(v);
	double dev = json_number_value(json_array_get(json_object_get(shown, "dev"), 0));

	assert_true(fabs(dev - summary_sd(values, i) / summary_mean(values, i)) < 1e-9);
	assert_true(dev > 0.0005 && dev < 0.2);
}

static void samples_make(const char *dir, unsigned n, size_t rows)
{
	cleanup_free char *path = path_format("%s/cells/%04u/samples.jsonl", dir, n);
	FILE *out = fopen(path, "w");

	assert_non_null(out);
	fputs("{\"columns\":[\"meminfo.MemAvailable\",\"meminfo.SwapTotal\","
	      "\"meminfo.SwapFree\"]}\n", out);
	for (size_t i = 0; i < rows; i++)
		fprintf(out, "{\"t_ns\":%zu000000000,\"v\":[%zu,0,0]}\n", i + 1, 1000 + i % 7);
	fclose(out);
}

static void series_are_of_the_boots_nearest_to_the_medians(void **state)
{
	cleanup_copy char *dir = copy_make("quickstart");
	(void)state;

	for (unsigned n = 1; n <= 14; n++)
		samples_make(dir, n, n == 1 ? 3 : 1200);
	cleanup_fixture struct fixture f = report_of(dir);
	const json_t *time = json_object_get(f.data, "over_time");
	const json_t *group = json_array_get(json_object_get(time, "groups"), 0);
	const json_t *rps = row(f.data, "comparisons", "rps");
	cleanup_free char *base = path_format("%d", (int)json_int_or(group, "base", 0));
	const struct result_cell *cell = &f.result->cells[json_int_or(group, "base", 0) - 1];
	const json_t *series = json_object_get(json_object_get(
		json_object_get(json_object_get(time, "cells"), base), "series"), "mem_available");

	assert_string_equal(json_str(group, "by"), "rps");
	assert_string_equal(cell->arm, "na");
	assert_true(fabs(number(cell->values, "rps") - number(rps, "base_median")) < 1e-6);
	assert_int_equal(json_array_size(json_object_get(series, "v")), REPORT_POINTS);
	assert_int_equal(json_array_size(json_object_get(series, "t")), REPORT_POINTS);
}

static void a_result_without_samples_says_what_it_lacks(void **state)
{
	cleanup_copy char *dir = copy_make("quickstart");
	cleanup_fixture struct fixture f = report_of(dir);
	const json_t *missing = json_object_get(json_object_get(f.data, "over_time"), "missing");
	(void)state;

	assert_int_equal(json_array_size(missing), 1);
	assert_non_null(strstr(json_string_value(json_array_get(missing, 0)), "samples.jsonl"));
}

static void a_failed_cell_without_a_report_shows_its_last_words(void **state)
{
	cleanup_copy char *dir = copy_make("quickstart");
	cleanup_free char *path = path_format("%s/cells/0003/console.log", dir);
	static const char words[] = "first\n\x1b[31mlast \xff\r\n";
	struct err e;
	(void)state;

	edit_cell(dir, 3, "outcome", json_string("hung"));
	assert_int_equal(file_write_atomic(path, words, strlen(words), &e), 0);
	cleanup_fixture struct fixture f = report_of(dir);
	const json_t *console = json_array_get(json_object_get(json_object_get(f.data, "trouble"),
							       "consoles"), 0);
	const json_t *lines = json_object_get(console, "lines");

	assert_int_equal(json_int_or(console, "n", 0), 3);
	assert_string_equal(json_string_value(json_array_get(lines, 0)), "first");
	assert_string_equal(json_string_value(json_array_get(lines, 1)), " [31mlast ? ");
}

static void a_topology_that_cannot_be_drawn_says_why(void **state)
{
	static const struct { const char *doc, *said; } cases[] = {
		{ "{}", "does not describe it" },
		{ "{\"topology\":\"t\",\"summary\":\"s\",\"nodes\":[{}],"
		  "\"devices\":[{\"backing\":\"x\"}]}",
		  "does not describe it" },
		{ "{\"topology\":\"t\",\"summary\":\"s\","
		  "\"nodes\":[{\"kind\":\"dram\",\"size\":536870912}]}",
		  "node 0" },
	};
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		cleanup_copy char *dir = copy_make("quickstart");

		edit(dir, "plan.json", "topologies.dram", json_loads(cases[i].doc, 0, NULL));
		cleanup_fixture struct fixture f = report_of(dir);
		const json_t *t = json_array_get(json_object_get(f.data, "topologies"), 0);

		assert_non_null(strstr(json_str(t, "text"), cases[i].said));
	}
}

static void the_command_repeats_the_plan(void **state)
{
	cleanup_copy char *dir = copy_make("quickstart");
	(void)state;

	edit(dir, "plan.json", "workload_scale", json_string("full"));
	edit(dir, "plan.json", "limit_ratio", json_real(0.6));
	edit(dir, "plan.json", "scale", json_integer(1));
	cleanup_fixture struct fixture f = report_of(dir);

	assert_string_equal(json_str(json_object_get(f.data, "origin"), "command"),
			    "ramrig run quickstart --pairs 7 --seed 1 --clock host --scale 1 "
			    "--workload-scale full --kernel debian-6.12 --limit-ratio 0.6");
}

/* Of another kernel, or with as many pairs without a look, it would be another run. */
static void the_command_repeats_the_kernel_and_the_looks(void **state)
{
	cleanup_copy char *dir = copy_make("quickstart");
	(void)state;

	edit(dir, "plan.json", "sequential", json_true());
	edit(dir, "plan.json", "kernels",
	     json_pack("{s:{s:s, s:s}}", "/my kernel's/bzImage", "name", "/my kernel's/bzImage",
		       "modules", "/lib/modules/6.12.9"));
	cleanup_fixture struct fixture f = report_of(dir);

	assert_string_equal(json_str(json_object_get(f.data, "origin"), "command"),
			    "ramrig run quickstart --sequential --seed 1 --clock host "
			    "--kernel '/my kernel'\\''s/bzImage' --modules /lib/modules/6.12.9");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_text_ends_the_data_or_becomes_markup),
		cmocka_unit_test(the_policy_forbids_all_but_what_is_in_the_page),
		cmocka_unit_test(figures_are_those_of_the_comparison),
		cmocka_unit_test(dev_is_the_deviation_over_the_mean_of_boots),
		cmocka_unit_test(series_are_of_the_boots_nearest_to_the_medians),
		cmocka_unit_test(a_result_without_samples_says_what_it_lacks),
		cmocka_unit_test(a_failed_cell_without_a_report_shows_its_last_words),
		cmocka_unit_test(a_topology_that_cannot_be_drawn_says_why),
		cmocka_unit_test(the_command_repeats_the_plan),
		cmocka_unit_test(the_command_repeats_the_kernel_and_the_looks),
	};

	return cmocka_run_group_tests_name("report", tests, NULL, NULL);
}
