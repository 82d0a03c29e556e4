/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "lib/cleanup.h"
#include "workloads/pgbench/txlog-parse.h"

static void a_line_of_the_log_tells_its_latency_or_is_none(void **state)
{
	static const struct { const char *line; bool fine; uint64_t us; } cases[] = {
		{ "0 199 2241 0 1175850568 995598\n", true, 2241 },
		{ "7 12 8 0 1175850568 998079 1043\n", true, 8 },	/* with --rate */
		{ "0 3 skipped 0 1175850568 998079 1043\n", false, 0 },
		{ "0 3 failed 0 1175850568 998079\n", false, 0 },
		{ "0 3 -5 0 1175850568 998079\n", false, 0 },
		{ "0 3 99999999999999999999 0 1 1\n", false, 0 },
		{ "0 3 22", false, 0 },
		{ "0 3\n", false, 0 },
		{ "\n", false, 0 },
		{ "", false, 0 },
		{ "client 3 22 0 1 1\n", false, 0 },
	};
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		uint64_t us = 0;

		print_message("  %s\n", cases[i].line);
		assert_int_equal(txlog_line(cases[i].line, &us), cases[i].fine);
		assert_int_equal(us, cases[i].us);
	}
}

static void the_summary_is_what_pgbench_says_at_its_end(void **state)
{
	static const char *const lines[] = {
		"transaction type: <builtin: TPC-B (sort of)>\n",
		"scaling factor: 5\n",
		"number of clients: 8\n",
		"number of transactions actually processed: 1634\n",
		"number of failed transactions: 2 (0.122%)\n",
		"latency average = 73.394 ms\n",
		"initial connection time = 151.022 ms\n",
		"tps = 109.000877 (without initial connection time)\n",
	};
	struct txlog_summary s = { NAN, NAN, -1, -1 };
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(lines); i++)
		txlog_summary_line(lines[i], &s);
	assert_float_equal(s.tps, 109.000877, 0);
	assert_float_equal(s.latency_ms, 73.394, 0);
	assert_int_equal(s.transactions, 1634);
	assert_int_equal(s.failed, 2);
	txlog_summary_line("tps = unknown\n", &s);
	assert_float_equal(s.tps, 109.000877, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_line_of_the_log_tells_its_latency_or_is_none),
		cmocka_unit_test(the_summary_is_what_pgbench_says_at_its_end),
	};

	return cmocka_run_group_tests_name("txlog", tests, NULL, NULL);
}
