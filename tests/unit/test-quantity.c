/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
#include "lib/cleanup.h"
#include "lib/quantity.h"
#include "lib/ranges.h"

static void whole_numbers_with_a_unit_are_read(void **state)
{
	static const struct { enum quantity q; const char *text; uint64_t value; } cases[] = {
		{ QUANTITY_SIZE, "4096", 4096 },
		{ QUANTITY_SIZE, "512MiB", 512ULL << 20 },
		{ QUANTITY_SIZE, "16777215TiB", 16777215ULL << 40 },
		{ QUANTITY_DURATION, "200ms", 200 },
		{ QUANTITY_DURATION, "2h", 7200000 },
		{ QUANTITY_LATENCY, "80ns", 80 },
		{ QUANTITY_LATENCY, "100us", 100000 },
		{ QUANTITY_LATENCY, "2ms", 2000000 },
		{ QUANTITY_LATENCY, "1s", 1000000000 },
		{ QUANTITY_BANDWIDTH, "30GB/s", 30000000000 },
		{ QUANTITY_BANDWIDTH, "512MiB/s", 512ULL << 20 },
		{ QUANTITY_BANDWIDTH, "1kB/s", 1000 },
		{ QUANTITY_BANDWIDTH, "7B/s", 7 },
	};
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		uint64_t v = 0;
		struct err e = {};

		print_message("  %s\n", cases[i].text);
		assert_int_equal(quantity_parse(cases[i].q, cases[i].text, &v, &e), 0);
		assert_true(v == cases[i].value);
	}
}

static void anything_else_is_refused_and_the_output_left_alone(void **state)
{
	static const struct { enum quantity q; const char *text, *why; int rc; } cases[] = {
		{ QUANTITY_SIZE, "", "is not a number", -EINVAL },
		{ QUANTITY_SIZE, "-1MiB", "is not a number", -EINVAL },
		{ QUANTITY_SIZE, "4G", "unit 'G' is not KiB, MiB", -EINVAL },
		{ QUANTITY_SIZE, "1.5GiB", "unit '.5GiB'", -EINVAL },
		{ QUANTITY_SIZE, "4 GiB", "unit ' GiB'", -EINVAL },
		{ QUANTITY_SIZE, "16777216TiB", "64 bits", -ERANGE },
		{ QUANTITY_DURATION, "5", "has no unit; say ms", -EINVAL },
		{ QUANTITY_LATENCY, "80", "has no unit; say ns", -EINVAL },
		{ QUANTITY_LATENCY, "80NS", "unit 'NS'", -EINVAL },
		{ QUANTITY_LATENCY, "99999999999999999999ns", "64 bits", -ERANGE },
		{ QUANTITY_BANDWIDTH, "30GB", "unit 'GB'", -EINVAL },
		{ QUANTITY_BANDWIDTH, "18446745TB/s", "64 bits", -ERANGE },
	};
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		uint64_t v = 7;
		struct err e = {};

		print_message("  '%s'\n", cases[i].text);
		assert_int_equal(quantity_parse(cases[i].q, cases[i].text, &v, &e), cases[i].rc);
		assert_non_null(strstr(e.msg, cases[i].why));
		assert_true(v == 7);
	}
}

static void a_quantity_is_written_in_the_greatest_whole_unit(void **state)
{
	static const struct { enum quantity q; uint64_t v; const char *text; } cases[] = {
		{ QUANTITY_SIZE, 0, "0" },
		{ QUANTITY_SIZE, 4097, "4097" },
		{ QUANTITY_SIZE, 1536ULL << 20, "1536MiB" },
		{ QUANTITY_SIZE, 4ULL << 30, "4GiB" },
		{ QUANTITY_DURATION, 86400000, "24h" },
		{ QUANTITY_LATENCY, 60000, "60us" },
		{ QUANTITY_LATENCY, 1500, "1500ns" },
		{ QUANTITY_BANDWIDTH, 100000000000, "100GB/s" },
		{ QUANTITY_BANDWIDTH, 512ULL << 20, "512MiB/s" },
		{ QUANTITY_BANDWIDTH, 4096, "4KiB/s" },
		{ QUANTITY_BANDWIDTH, UINT64_MAX, "18446744073709551615B/s" },
	};
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		char buf[QUANTITY_TEXT];

		assert_string_equal(quantity_format(cases[i].q, cases[i].v, buf, sizeof(buf)),
				    cases[i].text);
	}
}

static void ascending_lists_of_numbers_are_counted(void **state)
{
	static const struct { const char *text; unsigned count, last; } cases[] = {
		{ "0", 1, 0 }, { "0-1,4", 3, 4 }, { "7-7", 1, 7 }, { "0-4095", 4096, 4095 },
		{ "1,3,5-6", 4, 6 },
	};
	struct err e = {};
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		print_message("  %s\n", cases[i].text);
		assert_int_equal(ranges_check(cases[i].text, &e), 0);
		assert_int_equal(ranges_count(cases[i].text), cases[i].count);
		assert_int_equal(ranges_last(cases[i].text), cases[i].last);
	}
	for (unsigned k = 0; k < 4; k++)
		assert_int_equal(ranges_nth("1,3,5-6", k), ((const unsigned[]){ 1, 3, 5, 6 })[k]);
	assert_true(ranges_has("0-1,4", 1));
	assert_true(ranges_has("0-1,4", 4));
	assert_false(ranges_has("0-1,4", 2));
	assert_false(ranges_has("0-1,4", 40));
}

static void a_wrong_list_of_numbers_names_the_wrong_part(void **state)
{
	static const struct { const char *text, *part; } cases[] = {
		{ "", "''" }, { ",", "''" }, { "0,", "''" }, { "-1", "'-1'" }, { "0-", "'0-'" },
		{ "0,5--7", "'5--7'" }, { "0-1;4", "'0-1;4'" }, { "1, 2", "' 2'" },
		{ "0,4096", "'4096'" }, { "0,99999999999999999999", "'99999999999999999999'" },
		{ "0,3-1", "'3-1' runs backwards" }, { "0-2,2", "'2' comes too late" },
	};
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct err e = {};

		print_message("  '%s'\n", cases[i].text);
		assert_int_equal(ranges_check(cases[i].text, &e), -EINVAL);
		assert_non_null(strstr(e.msg, cases[i].part));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(whole_numbers_with_a_unit_are_read),
		cmocka_unit_test(anything_else_is_refused_and_the_output_left_alone),
		cmocka_unit_test(a_quantity_is_written_in_the_greatest_whole_unit),
		cmocka_unit_test(ascending_lists_of_numbers_are_counted),
		cmocka_unit_test(a_wrong_list_of_numbers_names_the_wrong_part),
	};

	return cmocka_run_group_tests_name("quantity", tests, NULL, NULL);
}
