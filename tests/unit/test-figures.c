/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
#include "cell/figures.h"
#include "guest-fixture.h"

static const char workload[] =
	"{'figures': [{'name': 'rps', 'unit': '1/s', 'better': 'more', 'scale': 'ratio'},"
	"             {'name': 'errors', 'unit': 'count', 'better': 'less', 'scale': 'difference'}],"
	" 'check': [{'figure': 'errors', 'at_most': 0, 'what': 'every request is answered'},"
	"           {'figure': 'rps', 'at_least': 1, 'what': 'there is load'}]}";

static int read_figures(const char *output, json_t *metrics, struct err *e)
{
	cleanup_json json_t *w = json_of(workload);
	cleanup_free char *text = path_format("%s", output);

	for (char *p = text; (p = strchr(p, '\''));)
		*p = '"';
	cleanup_json json_t *outputs = json_pack("{s:s}", "", text);

	return cell_figures_read(w, outputs, metrics, e);
}

static void a_figure_that_has_no_value_is_absent_where_it_may_be(void **state)
{
	static const struct { const char *figure; int rc; } cases[] = {
		{ "{'name': 'index', 'unit': 'index', 'better': 'less', 'scale': 'ratio', 'optional': true}", 0 },
		{ "{'name': 'index', 'unit': 'index', 'better': 'less', 'scale': 'ratio'}", -EINVAL },
		{ "{'name': 'other', 'unit': 'index', 'better': 'less', 'scale': 'ratio', 'optional': true}",
		  -EINVAL },	/* not printed at all */
	};
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		cleanup_free char *text = path_format("{'figures': [%s]}", cases[i].figure);
		cleanup_json json_t *w = json_of(text), *metrics = json_object();
		cleanup_json json_t *outputs = json_pack("{s:s}", "", "{\"index\": null}");
		struct err e;

		assert_int_equal(cell_figures_read(w, outputs, metrics, &e), cases[i].rc);
		assert_int_equal(json_object_size(metrics), 0);
	}
}

static const char mixed[] =
	"{'figures': [{'name': 'web_rps', 'from': 'web.rps', 'unit': '1/s', 'better': 'more',"
	"              'scale': 'ratio'},"
	"             {'name': 'tps', 'from': 'db.tps', 'unit': '1/s', 'better': 'more',"
	"              'scale': 'ratio'}]}";

static void several_programs_each_give_their_own_figures(void **state)
{
	static const struct { const char *web, *db, *words; } cases[] = {
		{ "{\"rps\": 10, \"tps\": 1}", "{\"rps\": 2, \"tps\": 20}", NULL },
		{ "{\"rps\": 10}", "{\"rps\": 2}", "no number for 'tps'" },
		{ "{\"rps\": 10}", "connection refused", "of measure-db is no JSON object" },
	};
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		cleanup_json json_t *w = json_of(mixed), *metrics = json_object();
		cleanup_json json_t *outputs = json_pack("{s:s, s:s}", "web", cases[i].web, "db",
							 cases[i].db);
		struct err e = { 0 };
		int rc = cell_figures_read(w, outputs, metrics, &e);

		assert_int_equal(rc, cases[i].words ? -EINVAL : 0);
		if (rc) {
			assert_says(&e, cases[i].words);
			continue;
		}
		assert_float_equal(json_number_value(json_object_get(json_object_get(metrics, "web_rps"),
								     "value")), 10, 0);
		assert_float_equal(json_number_value(json_object_get(json_object_get(metrics, "tps"),
								     "value")), 20, 0);
	}
}

static void the_last_line_gives_the_figures(void **state)
{
	static const char *const outputs[] = {
		"{'rps': 3056.5, 'errors': 0}",
		"{'rps': 3056.5, 'errors': 0}\n",
		"noise\n{'rps': 1, 'errors': 9}\n{'errors': 0, 'more': [1], 'rps': 30565e-1}\n\n  \n",
	};
	cleanup_json json_t *wanted =
		json_of("{'rps': {'value': 3056.5, 'unit': '1/s', 'better': 'more', 'scale': 'ratio', "
			"'kind': 'measured'}, 'errors': {'value': 0.0, 'unit': 'count', "
			"'better': 'less', 'scale': 'difference', 'kind': 'measured'}}");
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(outputs); i++) {
		cleanup_json json_t *metrics = json_object();
		struct err e = { 0 };

		print_message("  %s\n", outputs[i]);
		assert_int_equal(read_figures(outputs[i], metrics, &e), 0);
		assert_true(json_equal(metrics, wanted));
	}
}

static void anything_else_is_an_error_that_says_what(void **state)
{
	static const struct { const char *output, *words; } cases[] = {
		{ "", "no JSON object" },
		{ "\n \n", "no JSON object" },
		{ "wrk: unable to connect", "unable to connect" },
		{ "[1, 2]", "no JSON object" },
		{ "3056", "no JSON object" },
		{ "{'rps': 1, 'errors': 0}\nThread stats", "Thread stats" },
		{ "{'rps': 1, 'errors': 0} and more", "no JSON object" },
		{ "{'rps': 1, 'rps': 2, 'errors': 0}", "no JSON object" },
		{ "{'rps': 1, 'errors': 0", "no JSON object" },
		{ "{'rps': NaN, 'errors': 0}", "no JSON object" },
		{ "{'rps': 1e999, 'errors': 0}", "no JSON object" },
		{ "{'rps': 1}", "no number for 'errors'" },
		{ "{'rps': '1', 'errors': 0}", "no number for 'rps'" },
		{ "{'rps': null, 'errors': 0}", "no number for 'rps'" },
		{ "{'rps': true, 'errors': 0}", "no number for 'rps'" },
		{ "{'rps': [1], 'errors': 0}", "no number for 'rps'" },
	};
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		cleanup_json json_t *metrics = json_object();
		struct err e = { 0 };

		print_message("  %s\n", cases[i].output);
		assert_int_equal(read_figures(cases[i].output, metrics, &e), -EINVAL);
		assert_says(&e, cases[i].words);
	}
}

static void a_check_that_does_not_hold_says_which_and_by_how_much(void **state)
{
	static const struct { const char *output, *words; } cases[] = {
		{ "{'rps': 100, 'errors': 1}", "every request is answered (errors is 1, at most 0" },
		{ "{'rps': 0.5, 'errors': 0}", "there is load (rps is 0.5, at least 1" },
		{ "{'rps': -1, 'errors': 0}", "there is load" },
	};
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		cleanup_json json_t *metrics = json_object();
		struct err e = { 0 };

		print_message("  %s\n", cases[i].output);
		assert_int_equal(read_figures(cases[i].output, metrics, &e), -EINVAL);
		assert_says(&e, cases[i].words);
	}
}

static void a_latency_says_of_which_loop_it_is_as_its_parameter_has_it(void **state)
{
	static const struct { const char *rate, *p50, *p99; } cases[] = {
		{ "{}", "closed", "open" },
		{ "{'rate': {'unit': 'count', 'value': 0}}", "closed", "open" },
		{ "{'rate': {'unit': 'count', 'value': 50}}", "open", "open" },
	};
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		cleanup_json json_t *metrics = json_object(), *outputs = NULL;
		cleanup_json json_t *w = json_of(
			"{'figures': [{'name': 'rps', 'unit': '1/s', 'better': 'more', 'scale': 'ratio'},"
			"  {'name': 'p50', 'unit': 'ms', 'better': 'less', 'scale': 'ratio',"
			"   'loop': 'closed', 'open_with': 'rate'},"
			"  {'name': 'p99', 'unit': 'ms', 'better': 'less', 'scale': 'ratio',"
			"   'loop': 'open'}]}");
		struct err e;

		print_message("  %s\n", cases[i].rate);
		json_object_set_new(w, "parameters", json_of(cases[i].rate));
		outputs = json_pack("{s:s}", "", "{\"rps\": 1, \"p50\": 2, \"p99\": 3}");
		assert_int_equal(cell_figures_read(w, outputs, metrics, &e), 0);
		assert_null(json_object_get(json_object_get(metrics, "rps"), "loop"));
		assert_string_equal(json_str(json_object_get(metrics, "p50"), "loop"), cases[i].p50);
		assert_string_equal(json_str(json_object_get(metrics, "p99"), "loop"), cases[i].p99);
	}
}

static void a_huge_line_is_quoted_in_part_only(void **state)
{
	static char line[200000];
	cleanup_json json_t *metrics = json_object();
	struct err e;
	(void)state;

	memset(line, 'x', sizeof(line) - 1);
	assert_int_equal(read_figures(line, metrics, &e), -EINVAL);
	assert_in_range(strlen(e.msg), 100, 200);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_last_line_gives_the_figures),
		cmocka_unit_test(a_figure_that_has_no_value_is_absent_where_it_may_be),
		cmocka_unit_test(several_programs_each_give_their_own_figures),
		cmocka_unit_test(anything_else_is_an_error_that_says_what),
		cmocka_unit_test(a_check_that_does_not_hold_says_which_and_by_how_much),
		cmocka_unit_test(a_latency_says_of_which_loop_it_is_as_its_parameter_has_it),
		cmocka_unit_test(a_huge_line_is_quoted_in_part_only),
	};

	return cmocka_run_group_tests_name("figures", tests, NULL, NULL);
}
