/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
#include "lib/cleanup.h"
#include "lib/file.h"
#include "result/swap-ins.h"

#define AREA(kind, priority) "{\"kind\": \"" kind "\", \"priority\": " #priority "}"
#define ZRAM AREA("zram", 100)
#define NVME AREA("nvme", 10)
#define AREAS "[" ZRAM ", " NVME "]"
#define IN(type, age, ns) \
	"        coldheap-212     [001] .....    71.123456: mm_swap_in: type=" type \
	" offset=7 age_ms=" age " ns=" ns "\n"

static json_t *metrics_of(const char *text, const char *areas, uint64_t *ret_left_out)
{
	cleanup_fclose FILE *f = fmemopen((void *)text, strlen(text), "r");
	cleanup_json json_t *by_type = json_loads(areas, 0, NULL);
	cleanup_swap_ins struct swap_ins s;
	json_t *metrics = json_object();
	struct err e = {};

	assert_int_equal(swap_ins_read(f, by_type, &s, &e), 0);
	assert_int_equal(swap_ins_metrics(&s, metrics, &e), 0);
	*ret_left_out = s.left_out;
	return metrics;
}

static double value(const json_t *metrics, const char *name)
{
	const json_t *metric = json_object_get(metrics, name);

	if (!metric)
		fail_msg("no metric %s", name);
	return json_number_value(json_object_get(metric, "value"));
}

static void faults_are_counted_by_the_device_that_served_them(void **state)
{
	uint64_t left_out;
	cleanup_json json_t *m = metrics_of(
		"# events: swap:mm_swap_in\n"
		IN("0", "100", "2000") IN("0", "60000", "3500") IN("0", "60001", "4000")
		IN("1", "59999", "900000") IN("1", "-1", "700000")
		"        coldheap-212     [001] .....    71.123456: mm_other: type=0 ns=1\n",
		AREAS, &left_out);
	(void)state;

	assert_int_equal(left_out, 0);
	assert_float_equal(value(m, "zram_swap_ins"), 3, 0);
	assert_float_equal(value(m, "nvme_swap_ins"), 2, 0);
	assert_float_equal(value(m, "zram_swap_in_p50"), 3.5, 1e-9);
	assert_float_equal(value(m, "zram_swap_in_p99"), 4, 1e-9);
	assert_float_equal(value(m, "nvme_swap_in_p50"), 700, 1e-9);
	assert_float_equal(value(m, "swap_in_p50"), 4, 1e-9);
	assert_float_equal(value(m, "swap_in_p99"), 900, 1e-9);
	assert_float_equal(value(m, "swap_in_soon_fast"), 2.0 / 3, 1e-9);
}

static void a_device_that_served_none_has_a_count_and_a_share_but_no_time(void **state)
{
	uint64_t left_out;
	cleanup_json json_t *m = metrics_of(IN("1", "5", "800"), AREAS, &left_out);
	cleanup_json json_t *none = metrics_of("# nothing\n", AREAS, &left_out);
	(void)state;

	assert_float_equal(value(m, "zram_swap_ins"), 0, 0);
	assert_float_equal(value(m, "swap_in_soon_fast"), 0, 0);
	assert_null(json_object_get(m, "zram_swap_in_p99"));
	assert_null(json_object_get(m, "timed_swap_ins"));
	assert_float_equal(value(none, "nvme_swap_ins"), 0, 0);
	assert_null(json_object_get(none, "swap_in_soon_fast"));
	assert_null(json_object_get(none, "swap_in_p50"));
}

static void two_devices_of_a_kind_are_one(void **state)
{
	uint64_t left_out;
	cleanup_json json_t *m = metrics_of(IN("0", "5", "1000") IN("2", "5", "3000"),
					    "[" NVME ", " ZRAM ", " NVME "]", &left_out);
	(void)state;

	assert_float_equal(value(m, "nvme_swap_ins"), 2, 0);
	assert_float_equal(value(m, "nvme_swap_in_p99"), 3, 1e-9);
}

/* Whatever its place and its kind: "fast" is a matter of priority, and two may share it. */
static void what_comes_back_soon_should_lie_on_the_highest_priority(void **state)
{
	static const struct { const char *areas; double share; } cases[] = {
		{ "[" NVME ", " ZRAM "]", 0.25 },
		{ "[" AREA("nvme", 100) ", " AREA("zram", 10) "]", 0.75 },
		{ "[" AREA("nvme", 5) ", " AREA("nvme", 5) "]", 1 },
		{ "[" AREA("nvme", -2) ", " AREA("zram", -3) "]", 0.75 },
	};
	uint64_t left_out;
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		cleanup_json json_t *m = metrics_of(IN("0", "5", "1") IN("0", "6", "1") IN("0", "7", "1")
						    IN("1", "8", "1") IN("1", "60001", "1"),
						    cases[i].areas, &left_out);

		assert_float_equal(value(m, "swap_in_soon_fast"), cases[i].share, 1e-9);
	}
}

static void what_cannot_be_told_is_left_out_and_counted(void **state)
{
	static const char *const odd[] = {
		IN("2", "5", "1000"), IN("-1", "5", "1000"), IN("0", "5", "-7"),
		IN("18446744073709551616", "5", "1"), "CPU 1 says hello\n",
		"        coldheap-212     [001] .....    71.123456: mm_swap_in: nothing\n",
	};
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(odd); i++) {
		uint64_t left_out;
		cleanup_json json_t *m = metrics_of(odd[i], AREAS, &left_out);

		assert_int_equal(left_out, 1);
		assert_float_equal(value(m, "zram_swap_ins"), 0, 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(faults_are_counted_by_the_device_that_served_them),
		cmocka_unit_test(a_device_that_served_none_has_a_count_and_a_share_but_no_time),
		cmocka_unit_test(two_devices_of_a_kind_are_one),
		cmocka_unit_test(what_comes_back_soon_should_lie_on_the_highest_priority),
		cmocka_unit_test(what_cannot_be_told_is_left_out_and_counted),
	};

	return cmocka_run_group_tests_name("swap-ins", tests, NULL, NULL);
}
