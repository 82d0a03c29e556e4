/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
#include "daemons/balancer/balancer-device.h"
#include "lib/cleanup.h"

static void both_files_of_a_device_are_read(void **state)
{
	/* orig compr used limit max same compacted huge huge_since */
	static const char mm_stat[] =
		"100704256 26607616 30621696 67108864 49729536     1024      200       17       40\n";
	static const char bd_stat[] = "    8000     1234    15000\n";
	struct device_sample s;
	struct err e = { 0 };
	(void)state;

	assert_int_equal(device_parse(mm_stat, bd_stat, 4096, &s, &e), 0);
	assert_int_equal(s.stored_bytes, 100704256);
	assert_int_equal(s.compressed_bytes, 26607616);
	assert_int_equal(s.seen.pool_bytes, 30621696);
	assert_int_equal(s.limit_bytes, 67108864);
	assert_int_equal(s.seen.huge, 17);
	assert_int_equal(s.seen.backing, 8000);
	assert_int_equal(s.seen.reads, 1234);
	assert_int_equal(s.seen.writes, 15000);
	/* Neither pages of one value nor those on the backing device take any of the pool. */
	assert_int_equal(s.seen.resident, 100704256 / 4096 - 1024 - 8000);
	assert_int_equal(device_parse(mm_stat, bd_stat, 16384, &s, &e), 0);
	assert_int_equal(s.seen.resident, 100704256 / 4096 - 4 * 1024 - 8000);
	assert_int_equal(s.seen.huge, 4 * 17);
}

static void readings_that_do_not_fit_together_leave_no_page_rather_than_too_many(void **state)
{
	struct device_sample s;
	struct err e = { 0 };
	(void)state;

	assert_int_equal(device_parse("40960 0 0 0 0 4 0 0 0\n", "7 0 7\n", 4096, &s, &e), 0);
	assert_int_equal(s.seen.resident, 0);
}

static void anything_else_is_refused(void **state)
{
	static const struct { const char *mm_stat, *bd_stat, *what; } cases[] = {
		{ "", "0 0 0", "mm_stat" },
		{ "1 2 3 4 5 6 7", "0 0 0", "mm_stat" },
		{ "1 2 3 4 5 six 7 8", "0 0 0", "mm_stat" },
		{ "18446744073709551615 2 3 4 5 6 7 8", "0 0 0", "mm_stat" },
		{ "1 2 -3 4 5 6 7 8", "0 0 0", "mm_stat" },
		{ "1 2 3 4 5 6 7 8", "", "bd_stat" },
		{ "1 2 3 4 5 6 7 8", "0 0", "bd_stat" },
		{ "1 2 3 4 5 6 7 8", "18446744073709551615 0 0", "bd_stat" },
	};
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct device_sample s = { .disk_bytes = 7 };
		struct err e = { 0 };

		print_message("  '%s' '%s'\n", cases[i].mm_stat, cases[i].bd_stat);
		assert_int_equal(device_parse(cases[i].mm_stat, cases[i].bd_stat, 4096, &s, &e),
				 -EINVAL);
		assert_non_null(strstr(e.msg, cases[i].what));
		assert_int_equal(s.disk_bytes, 7);
	}
}

static void the_table_of_slots_costs_as_in_the_kernels_header(void **state)
{
	const struct device d = { .page_bytes = 4096 };
	(void)state;

	if (sizeof(long) == 8)
		assert_int_equal(device_table_bytes(&d, 1ULL << 30), (1 << 18) * 24);
	assert_int_equal(device_table_bytes(&d, 0), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(both_files_of_a_device_are_read),
		cmocka_unit_test(readings_that_do_not_fit_together_leave_no_page_rather_than_too_many),
		cmocka_unit_test(anything_else_is_refused),
		cmocka_unit_test(the_table_of_slots_costs_as_in_the_kernels_header),
	};

	return cmocka_run_group_tests_name("balancer-device", tests, NULL, NULL);
}
