/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
#include "cell/fio.h"
#include "lib/cleanup.h"
#include "lib/file.h"

#define DATA "tests/unit/data/fio/"

static char *recorded(const char *name)
{
	cleanup_free char *path = path_format(DATA "%s", name);
	char *text = NULL;
	struct err e;

	if (file_read(AT_FDCWD, path, 1 << 20, &text, NULL, &e))
		fail_msg("%s", e.msg);
	return text;
}

/* @text with the first @from behind the first @after replaced by @to. */
static char *edited(const char *text, const char *after, const char *from, const char *to)
{
	const char *at = strstr(text, after);

	assert_non_null(at);
	at = strstr(at, from);
	assert_non_null(at);
	return path_format("%.*s%s%s", (int)(at - text), text, to, at + strlen(from));
}

static double figure(const json_t *row, const char *key)
{
	return json_number_value(json_object_get(row, key));
}

static void each_pass_of_a_real_run_is_read(void **state)
{
	static const struct { const char *pattern; int depth; } passes[FIO_PASSES] = {
		{ "read", 1 }, { "read", 32 }, { "write", 1 }, { "write", 32 },
	};
	cleanup_free char *text = recorded("disk.json");
	cleanup_json json_t *rows = NULL;
	struct err e;
	(void)state;

	assert_int_equal(fio_read(text, &rows, &e), 0);
	assert_int_equal(json_array_size(rows), FIO_PASSES);
	for (size_t i = 0; i < FIO_PASSES; i++) {
		const json_t *row = json_array_get(rows, i);

		assert_string_equal(json_str(row, "pattern"), passes[i].pattern);
		assert_int_equal(json_int_or(row, "depth", 0), passes[i].depth);
		assert_true(figure(row, "iops") > 1000);
		/* fio rounds the two on its own. */
		assert_true(figure(row, "bytes_per_s") > 0.99 * 4096 * figure(row, "iops"));
		assert_true(figure(row, "bytes_per_s") < 1.01 * 4096 * figure(row, "iops"));
		assert_true(figure(row, "p50_ns") > 0);
		assert_true(figure(row, "p50_ns") <= figure(row, "p99_ns"));
		assert_true(figure(row, "p99_ns") <= figure(row, "p999_ns"));
	}
}

static void notes_before_and_behind_the_result_are_passed_over(void **state)
{
	cleanup_free char *text = recorded("disk.json");
	cleanup_free char *noisy = path_format("note: both iodepth\n%s\nfio: done\n", text);
	cleanup_json json_t *rows = NULL;
	struct err e;
	(void)state;

	assert_int_equal(fio_read(noisy, &rows, &e), 0);
	assert_int_equal(json_array_size(rows), FIO_PASSES);
}

static void a_device_that_fails_is_an_error_in_words(void **state)
{
	cleanup_free char *text = recorded("no-device.txt");
	cleanup_json json_t *rows = NULL;
	struct err e;
	(void)state;

	assert_int_equal(fio_read(text, &rows, &e), -EIO);
	assert_non_null(strstr(e.msg, "read-1"));
	assert_non_null(strstr(e.msg, "Read-only file system"));
	assert_null(rows);
}

/* Whatever a guest prints, it is fio's answer or an error that says what lacks. */
static void what_is_not_fio_is_refused(void **state)
{
	static const struct { const char *what, *after, *from, *to, *says; int rc; } cases[] = {
		{ "a pass is missing", "\"write-32\"", "write-32", "write-3", "write-32", -EPROTO },
		{ "no IOPS", "\"read-1\"", "\"iops\" :", "\"i\" :", "'iops'", -EPROTO },
		{ "IOPS in words", "\"read-1\"", "\"iops\" : ", "\"iops\" : \"many\", \"x\" : ",
		  "'iops'", -EPROTO },
		{ "IOPS below nothing", "\"read-1\"", "\"iops\" : ", "\"iops\" : -", "'iops'", -EPROTO },
		{ "no percentiles", "\"read-1\"", "\"percentile\"", "\"p\"", "50.000000", -EPROTO },
		{ "a percentile is missing", "\"read-32\"", "\"99.900000\"", "\"99.9\"", "99.900000",
		  -EPROTO },
		{ "no error number", "\"read-1\"", "\"error\"", "\"e\"", "no error number", -EIO },
		{ "a strange error number", "\"read-1\"", "\"error\" : 0", "\"error\" : 9999999999",
		  "no error number", -EIO },
		{ "jobs are no list", "\"jobs\"", "\"jobs\"", "\"job\"", "no result", -EPROTO },
		{ "JSON breaks off", "\"jobs\"", "[", "[]]", "no result", -EPROTO },
	};
	static const char *const texts[] = { "", "fio: command not found", "{", "[]", "{}", "{\"jobs\": 3}" };
	cleanup_free char *text = recorded("disk.json");
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		cleanup_free char *other = edited(text, cases[i].after, cases[i].from, cases[i].to);
		json_t *rows = NULL;
		struct err e;

		print_message("  %s\n", cases[i].what);
		assert_int_equal(fio_read(other, &rows, &e), cases[i].rc);
		assert_non_null(strstr(e.msg, cases[i].says));
		assert_null(rows);
	}
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		json_t *rows = NULL;
		struct err e;

		print_message("  '%s'\n", texts[i]);
		assert_int_equal(fio_read(texts[i], &rows, &e), -EPROTO);
	}
}

static bool has(const json_t *argv, const char *word)
{
	const json_t *a;
	size_t i;

	json_array_foreach(argv, i, a)
		if (!strcmp(json_string_value(a), word))
			return true;
	return false;
}

static void the_command_fills_the_device_before_it_reads(void **state)
{
	cleanup_json json_t *argv = fio_command("/dev/nvme1n1", 64 << 20);
	const json_t *a;
	size_t i, fill = 0, read = 0;
	(void)state;

	json_array_foreach(argv, i, a) {
		if (!strcmp(json_string_value(a), "--name=fill"))
			fill = i;
		if (!read && !strcmp(json_string_value(a), "--rw=randread"))
			read = i;
	}
	assert_true(json_array_size(argv) <= FIO_ARGS_MAX);
	assert_true(fill && read > fill);
	assert_true(has(argv, "--filename=/dev/nvme1n1"));
	assert_true(has(argv, "--size=67108864"));
	assert_true(has(argv, "--iodepth=32"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_pass_of_a_real_run_is_read),
		cmocka_unit_test(notes_before_and_behind_the_result_are_passed_over),
		cmocka_unit_test(a_device_that_fails_is_an_error_in_words),
		cmocka_unit_test(what_is_not_fio_is_refused),
		cmocka_unit_test(the_command_fills_the_device_before_it_reads),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
