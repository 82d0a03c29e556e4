/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
#include "compare/sweep.h"
#include "lib/cleanup.h"
#include "stats/pareto.h"

#define AT(g, c)                                                                                   \
	{                                                                                          \
		{ g, g, g },                                                                       \
		{                                                                                  \
			c, c, c                                                                    \
		}                                                                                  \
	}
#define NONE                                                                                       \
	{                                                                                          \
		NAN, NAN, NAN                                                                      \
	}

static void points_check(const struct pareto_point *points, const enum pareto_place *wanted,
			 size_t n)
{
	enum pareto_place places[8];

	assert_true(n <= ARRAY_SIZE(places));
	pareto_places(points, n, places);
	for (size_t i = 0; i < n; i++) {
		print_message("  %zu: %s\n", i, pareto_names[places[i]]);
		assert_int_equal(places[i], wanted[i]);
	}
}

static void a_point_is_on_the_front_unless_another_has_as_much_for_as_little(void **state)
{
	static const struct pareto_point points[] = {
		AT(0, 0),	/* doing nothing */
		AT(10, 1), AT(20, 5), AT(10, 2),	/* as much for more */
		AT(9, 1),	/* less for as much */
		AT(20, 5),	/* equal: both stay */
		AT(-1, 1),	/* worse than nothing */
		AT(5, -1),	/* saves and gains: nothing stands above it, and it above doing nothing */
	};
	static const enum pareto_place wanted[] = {
		PARETO_DOMINATED, PARETO_FRONT, PARETO_FRONT,	  PARETO_DOMINATED,
		PARETO_DOMINATED, PARETO_FRONT, PARETO_DOMINATED, PARETO_FRONT,
	};
	(void)state;

	points_check(points, wanted, ARRAY_SIZE(points));
}

static void what_is_absent_is_on_no_front_and_pushes_nothing_off_it(void **state)
{
	static const struct pareto_point points[] = {
		AT(1, 1),
		{ { 9, 9, 9 }, NONE },
		{ NONE, { -9, -9, -9 } },
		{ NONE, NONE },
	};
	static const enum pareto_place wanted[] = {
		PARETO_FRONT,
		PARETO_ABSENT,
		PARETO_ABSENT,
		PARETO_ABSENT,
	};
	(void)state;

	points_check(points, wanted, ARRAY_SIZE(points));
}

static void ranges_that_meet_leave_it_unclear(void **state)
{
	static const struct pareto_point points[] = {
		{ { 10, 8, 12 }, { 2, 1, 3 } },
		{ { 9, 7, 11 }, { 2, 1, 3 } },	/* less by the median only */
		{ { 7, 6, 8 }, { 4, 3, 5 } },	/* its best is the first's worst */
		{ { 7, 6, 8 }, { 4, 2.9, 5 } },	/* it may be cheaper than that */
	};
	static const enum pareto_place wanted[] = {
		PARETO_FRONT,
		PARETO_UNCLEAR,
		PARETO_DOMINATED,
		PARETO_UNCLEAR,
	};
	(void)state;

	points_check(points, wanted, ARRAY_SIZE(points));
}

static const char plan[] =
	"{\"experiment\":\"x\",\"kernels\":{\"k\":{}},\"topologies\":{\"dram\":{}},"
	"\"workloads\":{\"web\":{\"figures\":[{\"name\":\"rps\"},{\"name\":\"p99\"}]}},"
	"\"metrics\":[{\"name\":\"mem_used\"},{\"name\":\"p99\"}],"
	"\"policies\":{\"na\":{\"policy\":\"na\"},"
	"\"tmo\":{\"policy\":\"tmo\",\"parameters\":{\"step\":{\"value\":1000,\"unit\":\"ms\"},"
	"\"same\":{\"value\":1}}},"
	"\"tmo@step=2s\":{\"policy\":\"tmo\",\"parameters\":{\"step\":{\"value\":2000,\"unit\":"
	"\"ms\"},"
	"\"same\":{\"value\":1}}}},"
	"\"arms\":[{\"name\":\"na\",\"base\":true,\"policies\":[\"na\"]},"
	"{\"name\":\"one\",\"policies\":[\"tmo\"]},{\"name\":\"two\",\"policies\":[\"tmo@step=2s\"]"
	"}]}";

#define METRIC "{\"value\":%g,\"unit\":\"%s\",\"better\":\"%s\",\"scale\":\"ratio\"}"

/* Two pairs of three arms: memory of the pool, and p99. */
static const struct {
	const char *arm;
	double pool[2], p99[2];
} seen[] = {
	{ "na", { 1000, 2000 }, { 10, 20 } },
	{ "one", { 900, 1800 }, { 11, 22 } },
	{ "two", { 700, 1800 }, { 10, 30 } },
};

static struct result *result_make(const char *failed)
{
	struct result *r = calloc(1, sizeof(*r));

	r->plan = json_loads(plan, 0, NULL);
	r->cells = calloc(6, sizeof(*r->cells));
	for (size_t i = 0; i < 6; i++) {
		const char *arm = seen[i % 3].arm;
		char text[500];

		snprintf(text, sizeof(text),
			 "{\"metrics\":{\"workload_dram_pool\":" METRIC ",\"p99\":" METRIC
			 "},\"proof\":{\"status\":\"%s\"}}",
			 seen[i % 3].pool[i / 3], "bytes", "less", seen[i % 3].p99[i / 3], "ms",
			 "less", strcmp(arm, failed) ? "ok" : "failed");
		r->cells[r->n_cells++] = (struct result_cell){
			.n = (unsigned)i + 1,
			.pair = (unsigned)(i / 3) + 1,
			.kernel = "k",
			.topology = "dram",
			.workload = "web",
			.arm = arm,
			.outcome = OUTCOME_OK,
		};
		result_cell_set(&r->cells[i], json_loads(text, 0, NULL));
	}
	return r;
}

static json_t *collected(const char *failed, const char *cost)
{
	const struct sweep_opts o = { .saved = "workload_dram_pool", .cost = cost };
	cleanup_result struct result *r = result_make(failed);
	json_t *sweep = NULL;
	struct err e;

	if (sweep_collect(r, &o, &sweep, &e))
		fail_msg("%s", e.msg);
	return sweep;
}

static const json_t *point(const json_t *sweep, size_t i)
{
	return json_array_get(
		json_object_get(json_array_get(json_object_get(sweep, "tables"), 0), "points"), i);
}

static void check_range(const json_t *p, const char *key, double median, double least, double most)
{
	const json_t *range = json_object_get(p, key);

	assert_float_equal(json_number_value(json_object_get(range, "median")), median, 1e-9);
	assert_float_equal(json_number_value(json_object_get(range, "least")), least, 1e-9);
	assert_float_equal(json_number_value(json_object_get(range, "most")), most, 1e-9);
}

static void points_are_what_each_arm_saves_and_costs_in_pairs(void **state)
{
	cleanup_json json_t *sweep = collected("none", NULL);
	const json_t *table = json_array_get(json_object_get(sweep, "tables"), 0);
	const json_t *values = json_object_get(point(sweep, 2), "values");
	(void)state;

	/* The key metric that is a figure of the workload, not mem_used. */
	assert_string_equal(json_str(table, "cost"), "p99");
	assert_int_equal(json_array_size(json_object_get(table, "points")), 3);
	check_range(point(sweep, 0), "saved", 0, 0, 0);
	check_range(point(sweep, 1), "saved", 150, 100, 200);
	check_range(point(sweep, 1), "cost", 0.1, 0.1, 0.1);
	check_range(point(sweep, 2), "saved", 250, 200, 300);
	check_range(point(sweep, 2), "cost", 0.25, 0, 0.5);
	assert_string_equal(json_str(point(sweep, 2), "place"), "front");
	assert_int_equal(json_object_size(values), 1);
	assert_int_equal(json_int_or(json_object_get(values, "tmo.step"), "value", 0), 2000);
}

static void a_policy_that_did_not_act_is_no_point(void **state)
{
	cleanup_json json_t *sweep = collected("two", NULL);
	(void)state;

	assert_string_equal(json_str(point(sweep, 2), "place"), "absent");
	assert_true(
		json_is_null(json_object_get(json_object_get(point(sweep, 2), "saved"), "median")));
	assert_string_equal(json_str(point(sweep, 1), "place"), "front");
}

static void a_metric_that_no_cell_has_is_refused(void **state)
{
	const struct sweep_opts o = { .saved = "workload_dram_pool", .cost = "rps" };
	cleanup_result struct result *r = result_make("none");
	json_t *sweep = NULL;
	struct err e;
	(void)state;

	assert_int_equal(sweep_collect(r, &o, &sweep, &e), -EINVAL);
	assert_null(sweep);
	assert_non_null(strstr(e.msg, "'rps'"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_point_is_on_the_front_unless_another_has_as_much_for_as_little),
		cmocka_unit_test(what_is_absent_is_on_no_front_and_pushes_nothing_off_it),
		cmocka_unit_test(ranges_that_meet_leave_it_unclear),
		cmocka_unit_test(points_are_what_each_arm_saves_and_costs_in_pairs),
		cmocka_unit_test(a_policy_that_did_not_act_is_no_point),
		cmocka_unit_test(a_metric_that_no_cell_has_is_refused),
	};

	return cmocka_run_group_tests_name("trade-off", tests, NULL, NULL);
}
