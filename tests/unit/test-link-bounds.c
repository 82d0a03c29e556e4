/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A guest that says more than a link takes, or what must not leave it (link-fixture.h). */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>
#include "lib/cleanup.h"
#include "lib/clock.h"
#include "lib/json.h"
#include "link-fixture.h"
#include "proto/frame.h"
#include "proto/link.h"
#include "proto/link-log.h"

static void a_flood_of_events_ends_the_session(void **state)
{
	struct guest g;
	struct err e;
	(void)state;

	guest_greet(&g);
	pid_t pid = say_often(&g, SAMPLE, 1000000);
	assert_int_equal(call(&g, 20000, NULL, &e), -EPROTO);
	assert_non_null(strstr(e.msg, "flood"));
	assert_in_range(g.n_events, 5000, 30000);
	guest_close(&g);
	waitpid(pid, NULL, 0);
}

static void a_flood_of_bytes_ends_the_session(void **state)
{
	cleanup_free char *text = malloc(PROTOCOL_FRAME_MAX);
	struct guest g;
	struct err e;
	(void)state;

	/* Far fewer than 5000 events, each a frame full of blanks. */
	memset(text, ' ', PROTOCOL_FRAME_MAX - 1);
	text[PROTOCOL_FRAME_MAX - 1] = '\0';
	memcpy(text, SAMPLE, strlen(SAMPLE));
	guest_greet(&g);
	pid_t pid = say_often(&g, text, 1000);
	assert_int_equal(call(&g, 20000, NULL, &e), -EPROTO);
	assert_non_null(strstr(e.msg, "flood"));
	assert_in_range(g.n_events, 32, 200);
	guest_close(&g);
	waitpid(pid, NULL, 0);
}

static void a_sampler_at_its_highest_rate_is_no_flood(void **state)
{
	struct guest g;
	struct err e;
	(void)state;

	guest_greet(&g);
	for (int i = 0; i < 100; i++)
		say(&g, SAMPLE);
	assert_int_equal(link_wait(g.link, clock_now_ms() + 50, &e), 0);
	assert_int_equal(g.n_events, 100);
	guest_close(&g);
}

static void a_guests_error_is_bounded_and_printable(void **state)
{
	cleanup_free char *text = malloc(PROTOCOL_FRAME_MAX);
	struct guest g;
	struct err e;
	(void)state;

	int n = snprintf(text, PROTOCOL_FRAME_MAX, "{\"id\":1,\"errno\":28,\"error\":\"no\\u001b[2J\\n"
			 "\\u009b\xc3\xa9 ");
	memset(text + n, 'x', PROTOCOL_FRAME_MAX - (size_t)n);
	memcpy(text + PROTOCOL_FRAME_MAX - 3, "\"}", 3);
	guest_greet(&g);
	pid_t pid = say_often(&g, text, 1);
	assert_int_equal(call(&g, 5000, NULL, &e), -ENOSPC);
	assert_true(link_answered(g.link));
	assert_non_null(strstr(e.msg, "no?[2J "));
	for (const char *s = e.msg; *s; s++)
		assert_in_range(*s, 0x20, 0x7e);
	guest_close(&g);
	waitpid(pid, NULL, 0);
}

static void a_guest_cannot_fake_an_error_of_the_link(void **state)
{
	struct guest g;
	struct err e;
	char text[128];
	(void)state;

	snprintf(text, sizeof(text), "{\"id\":1,\"errno\":%d,\"error\":\"x\"}", ECANCELED);
	guest_greet(&g);
	say(&g, text);
	assert_int_equal(call(&g, 300, NULL, &e), -EREMOTEIO);
	guest_close(&g);
}

static void control_characters_do_not_leave_the_link(void **state)
{
	struct guest g;
	struct err e;
	json_t *result;
	(void)state;

	guest_greet(&g);
	say(&g, "{\"id\":1,\"result\":{\"output\":\"a\\u001b[0m\\n\\tb\\u009b\",\"l\":[\"\\u0007\"]}}");
	assert_int_equal(call(&g, 300, &result, &e), 0);
	assert_string_equal(json_str(result, "output"), "a?[0m\n\tb??");
	assert_string_equal(json_string_value(json_array_get(json_object_get(result, "l"), 0)), "?");
	json_decref(result);
	guest_close(&g);
}

static void a_guest_that_does_not_read_costs_one_deadline(void **state)
{
	cleanup_free char *text = malloc(PROTOCOL_FRAME_MAX);
	struct guest g;
	struct err e;
	(void)state;

	memset(text, 'x', PROTOCOL_FRAME_MAX);
	text[900000] = '\0';
	guest_greet(&g);
	assert_int_equal(link_call(g.link, "write", json_pack("{s:s}", "data", text),
				   clock_now_ms() + 50, NULL, &e), -ETIMEDOUT);
	/* Half a request is out: nothing sensible can follow it. */
	assert_int_equal(call(&g, 50, NULL, &e), -ECONNRESET);
	guest_close(&g);
}

static void the_log_has_a_line_a_message_but_no_samples(void **state)
{
	char *text = NULL;
	size_t len;
	FILE *log = open_memstream(&text, &len);
	struct guest g;
	struct err e;
	(void)state;

	guest_open(&g);
	link_set_log(g.link, log);
	say(&g, HELLO);
	assert_int_equal(hello(&g, &e), 0);
	say(&g, SAMPLE);
	say(&g, "{\"id\":1,\"result\":{}}");
	assert_int_equal(call(&g, 300, NULL, &e), 0);
	fclose(log);
	int lines = 0;
	for (const char *s = text; *s; s = strchrnul(s, '\n') + 1, lines++) {
		cleanup_json json_t *line = json_loads(s, JSON_DISABLE_EOF_CHECK, NULL);

		assert_true(json_is_object(json_object_get(line, "message")));
	}
	assert_int_equal(lines, 3);
	assert_null(strstr(text, "sample"));
	assert_non_null(strstr(text, "\"from\":\"host\""));
	free(text);
	guest_close(&g);
}

static void the_log_ends_at_its_limit(void **state)
{
	cleanup_free char *data = malloc(PROTOCOL_FRAME_MAX);
	struct link_log log = { .file = tmpfile() };
	FILE *file = log.file;
	char line[64] = "";
	(void)state;

	memset(data, 'x', PROTOCOL_FRAME_MAX - 1);
	data[PROTOCOL_FRAME_MAX - 1] = '\0';
	cleanup_json json_t *message = json_pack("{s:s}", "data", data);
	for (int i = 0; i < 100; i++)
		link_log_write(&log, "guest", message);
	assert_null(log.file);
	assert_in_range(ftell(file), 60 << 20, (64 << 20) + 256);
	fseek(file, -60, SEEK_END);
	assert_true(fread(line, 1, sizeof(line) - 1, file) > 0);
	assert_non_null(strstr(line, "limit"));
	fclose(file);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_flood_of_events_ends_the_session),
		cmocka_unit_test(a_flood_of_bytes_ends_the_session),
		cmocka_unit_test(a_sampler_at_its_highest_rate_is_no_flood),
		cmocka_unit_test(a_guests_error_is_bounded_and_printable),
		cmocka_unit_test(a_guest_cannot_fake_an_error_of_the_link),
		cmocka_unit_test(control_characters_do_not_leave_the_link),
		cmocka_unit_test(a_guest_that_does_not_read_costs_one_deadline),
		cmocka_unit_test(the_log_has_a_line_a_message_but_no_samples),
		cmocka_unit_test(the_log_ends_at_its_limit),
	};

	return cmocka_run_group_tests_name("link-bounds", tests, NULL, NULL);
}
