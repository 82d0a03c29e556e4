/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
#include "lib/cleanup.h"
#include "workloads/fleet/fleet-http.h"

#define GET "GET / HTTP/1.1\r\nHost: a\r\n\r\n"

static void a_request_is_whole_partial_or_bad(void **state)
{
	static const struct { const char *text; enum http_state state; size_t len; } cases[] = {
		{ GET, HTTP_REQUEST, sizeof(GET) - 1 },
		{ GET GET, HTTP_REQUEST, sizeof(GET) - 1 },
		{ "GET / HTTP/1.1\r\nHost: a\r\n\r", HTTP_PARTIAL, 0 },
		{ "GE", HTTP_PARTIAL, 0 },
		{ "", HTTP_PARTIAL, 0 },
		{ "POST / HTTP/1.1\r\n\r\n", HTTP_BAD, 0 },
		{ "P", HTTP_BAD, 0 },
		{ "get / HTTP/1.1\r\n\r\n", HTTP_BAD, 0 },
		{ "\r\n\r\n", HTTP_BAD, 0 },
	};
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		size_t len = 0;

		print_message("  '%s'\n", cases[i].text);
		assert_int_equal(http_parse(cases[i].text, strlen(cases[i].text), &len),
				 cases[i].state);
		assert_int_equal(len, cases[i].len);
	}
}

static void a_head_without_an_end_is_refused_when_the_buffer_is_full(void **state)
{
	char buf[HTTP_HEAD_MAX] = "GET /";
	size_t len;
	(void)state;

	memset(buf + 5, 'a', sizeof(buf) - 5);
	assert_int_equal(http_parse(buf, sizeof(buf) - 1, &len), HTTP_PARTIAL);
	assert_int_equal(http_parse(buf, sizeof(buf), &len), HTTP_BAD);
}

static void a_reply_says_how_long_it_is(void **state)
{
	char buf[HTTP_REPLY_MAX];
	size_t len = http_reply(buf, "200 OK", "{\"a\": 1}\n");
	(void)state;

	assert_int_equal(len, strlen(buf));
	assert_non_null(strstr(buf, "HTTP/1.1 200 OK\r\n"));
	assert_non_null(strstr(buf, "Content-Length: 9\r\n"));
	assert_string_equal(buf + len - 13, "\r\n\r\n{\"a\": 1}\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_request_is_whole_partial_or_bad),
		cmocka_unit_test(a_head_without_an_end_is_refused_when_the_buffer_is_full),
		cmocka_unit_test(a_reply_says_how_long_it_is),
	};

	return cmocka_run_group_tests_name("fleet-http", tests, NULL, NULL);
}
