/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
#include "history/junit.h"
#include "lib/cleanup.h"
#include "lib/json.h"

/* How often @what stands in @text. */
static unsigned times(const char *text, const char *what)
{
	unsigned n = 0;

	for (const char *at = text; (at = strstr(at, what)); at++)
		n++;
	return n;
}

static void junit_tells_alarms_as_failures(void **state)
{
	json_error_t je;
	cleanup_json json_t *j = json_loads(
		"[{\"experiment\": \"a\", \"metric\": \"rps\", \"workload\": \"n<\", \"changes\": ["
		"{\"status\": \"alarm\", \"nights_since\": 0, \"night\": 5, \"change\": 0.1, \"before\": "
		"524288000, \"after\": 576716800}], \"unit\": \"bytes\", \"scale\": \"ratio\"},"
		"{\"experiment\": \"b\", \"metric\": \"tps\", \"changes\": ["
		"{\"status\": \"alarm\", \"nights_since\": 3, \"night\": 2}]},"
		"{\"experiment\": \"a\", \"metric\": \"p99\", \"changes\": ["
		"{\"status\": \"cannot-be-confirmed\", \"nights_since\": 0},"
		"{\"status\": \"open\", \"failure\": \"it \\u001b died & fell\"},"
		"{\"status\": \"open\", \"nights_since\": 0}]},"
		"{\"experiment\": \"a\", \"metric\": \"p50\", \"changes\": ["
		"{\"status\": \"cannot-be-confirmed\", \"nights_since\": 0}]}]", 0, &je);
	cleanup_free char *xml = NULL;
	struct err e;
	size_t len;
	FILE *out = open_memstream(&xml, &len);
	(void)state;

	assert_non_null(j);
	assert_int_equal(history_junit(j, 1, out, &e), 0);
	fclose(out);
	assert_int_equal(times(xml, "<testsuite "), 2);
	assert_int_equal(times(xml, "<testcase "), 4);
	assert_int_equal(times(xml, "<failure "), 1);	/* the other alarm is of an older night */
	assert_non_null(strstr(xml, "+10.0 % since night 5 (500.0 MiB to 550.0 MiB): alarm"));
	assert_int_equal(times(xml, "<error message=\"it ? died &amp; fell\""), 1);	/* the worst of it */
	assert_int_equal(times(xml, "<skipped "), 1);
	assert_non_null(strstr(xml, "tests=\"3\" failures=\"1\" errors=\"1\" skipped=\"1\""));
	assert_non_null(strstr(xml, "n&lt; on"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(junit_tells_alarms_as_failures),
	};

	return cmocka_run_group_tests_name("history-junit", tests, NULL, NULL);
}
