/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <cmocka.h>
#include "metric-fixture.h"
#include "result/series.h"

static const char *const none[] = { NULL };

/* The values of one series and its unit, as JSON. */
static void expect_series(const struct samples *s, const char *name, const char *unit,
			  const char *values)
{
	const char *const names[] = { name, NULL };
	cleanup_json json_t *series = NULL, *wanted = json_of(values), *workload = workload_make();
	struct err e = {};

	print_message("  %s\n", name);
	assert_int_equal(series_make(s, workload, NULL, names, &series, &e), 0);
	const json_t *one = json_array_get(json_object_get(series, "series"), 0);

	assert_string_equal(json_str(one, "name"), name);
	assert_string_equal(json_str(one, "unit"), unit);
	if (!json_equal(json_object_get(one, "values"), wanted))
		fail_msg("%s", json_dumps(json_object_get(one, "values"), 0));
}

static void a_state_has_its_value_and_a_counter_its_growth_a_second(void **state)
{
	cleanup_samples struct samples *s = samples_every(SECOND / 2, 
		"[\"meminfo.MemTotal\",\"meminfo.MemAvailable\",\"vmstat.pswpin\",\"vmstat.pgpgout\","
		"\"vmstat.pgfault\",\"disk.zram.fast.read_sectors\"]",
		"[[1000,800,5,10,100,0],[1000,500,8,10,130,4],[1000,700,8,510,130,4]]");

	(void)state;
	expect_series(s, "mem_used", "bytes", "[200.0, 500.0, 300.0]");
	expect_series(s, "si", "KiB/s", "[null, 24.0, 0.0]");	/* 3 pages in half a second */
	expect_series(s, "bo", "KiB/s", "[null, 0.0, 1000.0]");
	expect_series(s, "faults", "count/s", "[null, 60.0, 0.0]");
	expect_series(s, "zram_read", "bytes/s", "[null, 4096.0, 0.0]");
	expect_series(s, "so", "KiB/s", "[null, null, null]");
}

static void cpu_time_is_a_share_of_what_all_of_it_grew_by(void **state)
{
	cleanup_samples struct samples *s = samples_every(SECOND / 2, 
		"[\"cpu.user\",\"cpu.nice\",\"cpu.system\",\"cpu.idle\",\"cpu.iowait\",\"cpu.irq\","
		"\"cpu.softirq\",\"cpu.steal\"]",
		"[[10,0,5,100,0,0,0,0],[30,10,15,140,10,5,5,0],[30,10,15,140,10,5,5,0]]");

	(void)state;
	expect_series(s, "cpu_user", "share", "[null, 0.3, null]");
	expect_series(s, "cpu_system", "share", "[null, 0.2, null]");
	expect_series(s, "cpu_idle", "share", "[null, 0.4, null]");
	expect_series(s, "cpu_iowait", "share", "[null, 0.1, null]");
}

static void what_is_absent_or_fell_has_no_value_and_is_not_zero(void **state)
{
	cleanup_samples struct samples *s = samples_every(SECOND / 2, 
		"[\"meminfo.Buffers\",\"meminfo.Cached\",\"meminfo.SReclaimable\",\"vmstat.pswpout\"]",
		"[[1,20,300,7],[1,null,300,null],[1,20,null,9],[2,20,300,3]]");

	(void)state;
	expect_series(s, "mem_buff_cache", "bytes", "[321.0, null, null, 322.0]");
	expect_series(s, "so", "KiB/s", "[null, null, null, null]");
	expect_series(s, "swap_used", "bytes", "[null, null, null, null]");
}

static void without_names_the_view_is_shown_as_far_as_there_are_values(void **state)
{
	cleanup_samples struct samples *s = samples_every(SECOND / 2, 
		"[\"meminfo.Shmem\",\"meminfo.MemFree\",\"vmstat.pgfault\",\"vmstat.pswpin\"]",
		"[[1,2,3,null],[1,2,3,null]]");
	cleanup_json json_t *workload = workload_make(), *series = NULL;
	struct err e = {};

	(void)state;
	assert_int_equal(series_make(s, workload, NULL, none, &series, &e), 0);
	const json_t *list = json_object_get(series, "series");

	assert_int_equal(json_array_size(list), 2);
	assert_string_equal(json_str(json_array_get(list, 0), "name"), "mem_free");
	assert_string_equal(json_str(json_array_get(list, 1), "name"), "mem_shared");
}

static void time_counts_from_the_windows_start_or_else_from_the_first_sample(void **state)
{
	static const struct window w = { 3 * SECOND / 2, 2 * SECOND };
	static const struct { const struct window *w; const char *t_s, *phase; } cases[] = {
		{ &w, "[-0.5, 0.0, 0.5, 1.0]", "[\"before\", \"measure\", \"measure\", \"after\"]" },
		{ NULL, "[0.0, 0.5, 1.0, 1.5]", "[\"before\", \"before\", \"before\", \"before\"]" },
	};
	cleanup_samples struct samples *s = samples_every(SECOND / 2, "[\"vmstat.pgfault\"]", "[[1],[1],[1],[1]]");
	cleanup_json json_t *workload = workload_make();

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		cleanup_json json_t *series = NULL, *t = json_of(cases[i].t_s);
		cleanup_json json_t *phase = json_of(cases[i].phase);
		struct err e = {};

		assert_int_equal(series_make(s, workload, cases[i].w, none, &series, &e), 0);
		assert_true(json_equal(json_object_get(series, "t_s"), t));
		assert_true(json_equal(json_object_get(series, "phase"), phase));
	}
}

static void a_name_that_is_no_metric_of_the_workload_is_refused(void **state)
{
	static const char *const names[] = { "mem_used", "cgroup_nobody_memory", NULL };
	cleanup_samples struct samples *s = samples_every(SECOND / 2, "[\"meminfo.MemFree\"]", "[[1]]");
	cleanup_json json_t *workload = workload_make(), *series = NULL;
	struct err e = {};

	(void)state;
	assert_int_equal(series_make(s, workload, NULL, names, &series, &e), -EINVAL);
	assert_null(series);
	assert_non_null(strstr(e.msg, "cgroup_nobody_memory"));
}

static void each_series_of_the_view_is_a_metric_with_a_column_of_its_own(void **state)
{
	(void)state;
	for (const struct series_info *s = series_view; s->metric; s++) {
		print_message("  %s\n", s->metric);
		assert_non_null(metric_find(s->metric, NULL));
		for (const struct series_info *other = series_view; other < s; other++)
			assert_string_not_equal(other->column, s->column);
		assert_string_equal(series_column(s->metric), s->column);
	}
	assert_string_equal(series_column("demoted"), "demoted");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_state_has_its_value_and_a_counter_its_growth_a_second),
		cmocka_unit_test(cpu_time_is_a_share_of_what_all_of_it_grew_by),
		cmocka_unit_test(what_is_absent_or_fell_has_no_value_and_is_not_zero),
		cmocka_unit_test(without_names_the_view_is_shown_as_far_as_there_are_values),
		cmocka_unit_test(time_counts_from_the_windows_start_or_else_from_the_first_sample),
		cmocka_unit_test(a_name_that_is_no_metric_of_the_workload_is_refused),
		cmocka_unit_test(each_series_of_the_view_is_a_metric_with_a_column_of_its_own),
	};

	return cmocka_run_group_tests_name("series", tests, NULL, NULL);
}
