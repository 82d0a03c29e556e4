/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <cmocka.h>
#include "lib/cleanup.h"
#include "lib/file.h"
#include "proto/protocol.h"
#include "result/samples.h"

/* Writes @text to a file and loads it. */
static int text_load(const char *text, struct samples **ret, struct err *e)
{
	char path[] = "/tmp/test-samples-XXXXXX";
	cleanup_close int fd = mkstemp(path);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	int rc = samples_load(path, ret, e);
	unlink(path);
	return rc;
}

static struct samples *samples_of(const char *text)
{
	struct samples *s = NULL;
	struct err e = {};

	if (text_load(text, &s, &e))
		fail_msg("%s", e.msg);
	return s;
}

static void values_are_read_and_absent_is_not_zero(void **state)
{
	cleanup_samples struct samples *s = samples_of(
		"{\"columns\":[\"a\",\"b\"]}\n"
		"{\"t_ns\":10,\"v\":[1,null]}\n{\"t_ns\":20,\"v\":[null,0]}\n");
	struct window all = { 0, 100 };
	double v = -1;

	(void)state;
	assert_int_equal(samples_count(s), 2);
	assert_int_equal(samples_last_ns(s), 20);
	assert_int_equal(samples_column(s, "c"), -1);
	assert_false(samples_value(s, 0, samples_column(s, "b"), &v));
	assert_false(samples_value(s, 2, 0, &v));
	assert_false(samples_value(s, 0, -1, &v));
	assert_float_equal(v, -1, 0);			/* untouched so far */
	assert_true(samples_last(s, samples_column(s, "a"), all, &v));
	assert_float_equal(v, 1, 0);			/* the last that is there */
	assert_true(samples_last(s, samples_column(s, "b"), all, &v));
	assert_float_equal(v, 0, 0);
	assert_false(samples_last(s, 0, (struct window){ 15, 30 }, &v));
}

static void growth_is_measured_from_edge_to_edge_of_the_window(void **state)
{
	cleanup_samples struct samples *s = samples_of(
		"{\"columns\":[\"up\",\"down\",\"gap\",\"once\"]}\n"
		"{\"t_ns\":100,\"v\":[0,9,0,null]}\n{\"t_ns\":200,\"v\":[10,8,null,5]}\n"
		"{\"t_ns\":300,\"v\":[30,7,null,null]}\n{\"t_ns\":400,\"v\":[70,6,90,null]}\n");
	static const struct { int column; struct window w; bool there; double growth; } cases[] = {
		{ 0, { 100, 400 }, true, 70 },
		{ 0, { 150, 350 }, true, 45 },	/* from 5 to 50 */
		{ 0, { 210, 220 }, true, 2 },	/* no sample inside at all */
		{ 0, { 0, 900 }, true, 70 },	/* past both ends: what there is */
		{ 0, { 500, 900 }, false, 0 },
		{ 1, { 100, 400 }, false, 0 },	/* a counter that fell started anew */
		{ 2, { 100, 400 }, true, 90 },
		{ 2, { 200, 300 }, true, 30 },
		{ 3, { 100, 400 }, false, 0 },	/* one value has no growth */
	};
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		double v = 0;

		print_message("  case %zu\n", i);
		assert_int_equal(samples_delta(s, cases[i].column, cases[i].w, &v), cases[i].there);
		assert_float_equal(v, cases[i].growth, 1e-9);
	}
}

static void broken_files_are_refused_with_their_line(void **state)
{
	static const struct { const char *text, *words; } cases[] = {
		{ "", "no line of columns" },
		{ "{\"columns\":[\"a\"]}", "no line of columns" },	/* torn off */
		{ "{\"columns\":[]}\n", ":1: " },
		{ "{\"columns\":[\"a\",\"a\"]}\n", "there twice" },
		{ "{\"columns\":[1]}\n", "is no name" },
		{ "{\"columns\":[\"a\"]}\n{\"t_ns\":1,\"v\":[1,2]}\n", ":2: a sample is not a time and 1" },
		{ "{\"columns\":[\"a\"]}\n{\"t_ns\":1,\"v\":[\"x\"]}\n", "is no number" },
		{ "{\"columns\":[\"a\"]}\n{\"t_ns\":1.5,\"v\":[1]}\n", ":2: " },
		{ "{\"columns\":[\"a\"]}\n{\"t_ns\":5,\"v\":[1]}\n{\"t_ns\":5,\"v\":[1]}\n", ":3: a sample is not later" },
		{ "{\"columns\":[\"a\"]}\n{\"t_ns\":-5,\"v\":[1]}\n", "not later" },
		{ "{\"columns\":[\"a\"]}\nnonsense\n", ":2: " },
	};
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct samples *s = NULL;
		struct err e = {};

		print_message("  case %zu\n", i);
		assert_int_equal(text_load(cases[i].text, &s, &e), -EPROTO);
		assert_null(s);
		assert_non_null(strstr(e.msg, cases[i].words));
	}
}

static void a_torn_last_line_is_left_out(void **state)
{
	cleanup_samples struct samples *s = samples_of(
		"{\"columns\":[\"a\"]}\n{\"t_ns\":1,\"v\":[1]}\n{\"t_ns\":2,\"v\":[");

	(void)state;
	assert_int_equal(samples_count(s), 1);
}

static void more_columns_than_the_protocol_allows_are_refused(void **state)
{
	cleanup_json json_t *columns = json_array();
	cleanup_samples struct samples *s = NULL;
	struct err e = {};

	(void)state;
	for (int i = 0; i < PROTOCOL_COLUMNS_MAX; i++) {
		cleanup_free char *name = path_format("c%d", i);

		json_array_append_new(columns, json_string(name));
	}
	assert_int_equal(samples_new(columns, &s, &e), 0);
	samples_free(take_ptr(s));
	json_array_append_new(columns, json_string("one too many"));
	assert_int_equal(samples_new(columns, &s, &e), -EPROTO);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(values_are_read_and_absent_is_not_zero),
		cmocka_unit_test(growth_is_measured_from_edge_to_edge_of_the_window),
		cmocka_unit_test(broken_files_are_refused_with_their_line),
		cmocka_unit_test(a_torn_last_line_is_left_out),
		cmocka_unit_test(more_columns_than_the_protocol_allows_are_refused),
	};

	return cmocka_run_group_tests_name("samples", tests, NULL, NULL);
}
