/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What ends a session with a guest, and what is only told (link-fixture.h). */
#include <errno.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>
#include "lib/cleanup.h"
#include "lib/clock.h"
#include "lib/file.h"
#include "lib/json.h"
#include "link-fixture.h"
#include "proto/link.h"

static void a_call_returns_its_result(void **state)
{
	struct guest g;
	struct err e;
	json_t *result;
	char sent[256];
	(void)state;

	guest_greet(&g);
	say(&g, SAMPLE);
	say(&g, "{\"id\":1,\"result\":{\"n\":42}}");
	assert_int_equal(link_call(g.link, "read", json_pack("{s:s}", "path", "/x"),
				   clock_now_ms() + 300, &result, &e), 0);
	assert_int_equal(json_int_or(result, "n", 0), 42);
	assert_true(link_answered(g.link));
	assert_int_equal(g.n_events, 1);
	json_decref(result);
	assert_true(recv(g.fd, sent, sizeof(sent), 0) > 4);
	assert_non_null(memmem(sent + 4, sizeof(sent) - 4, "\"verb\":\"read\"", 13));
	guest_close(&g);
}

static void a_wrong_hello_ends_the_session(void **state)
{
	static const char *const cases[] = {
		"{}",
		"{\"event\":5}",
		"{\"event\":\"hello\"}",
		"{\"event\":\"hello\",\"protocol\":2,\"release\":\"\",\"machine\":\"\",\"monotonic_ns\":5}",
		"{\"event\":\"hello\",\"protocol\":\"1\",\"release\":\"\",\"machine\":\"\",\"monotonic_ns\":5}",
		"{\"event\":\"hello\",\"protocol\":1,\"release\":1,\"machine\":\"\",\"monotonic_ns\":5}",
		"{\"event\":\"hello\",\"protocol\":1,\"release\":\"\",\"machine\":[],\"monotonic_ns\":5}",
		"{\"event\":\"hello\",\"protocol\":1,\"release\":\"\",\"machine\":\"\",\"monotonic_ns\":0.5}",
		SAMPLE,
		"{\"id\":1,\"result\":{}}",
	};
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct guest g;
		struct err e;

		print_message("  %s\n", cases[i]);
		guest_open(&g);
		say(&g, cases[i]);
		assert_int_equal(hello(&g, &e), -EPROTO);
		assert_int_equal(call(&g, 300, NULL, &e), -EPROTO);
		guest_close(&g);
	}
}

static void a_hello_of_absurd_words_is_refused_or_made_harmless(void **state)
{
	static const struct {
		size_t len;
		const char *fill;
		int rc;
	} cases[] = {
		{ 128, "x", 0 },	{ 129, "x", -EPROTO },	{ 500000, "x", -EPROTO },
		{ 20, "\\u001b", 0 },	{ 20, "\\u009b", 0 },	{ 1, "\\ud800", -EPROTO },
		{ 1, "\\u0000", -EPROTO },	{ 1, "\xff", -EPROTO },
	};
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		cleanup_free char *word = calloc(cases[i].len, strlen(cases[i].fill) + 1);
		cleanup_json json_t *hello = NULL;
		struct guest g;
		struct err e;

		print_message("  %zu times %s\n", cases[i].len, cases[i].fill);
		for (size_t k = 0; k < cases[i].len; k++)
			memcpy(word + k * strlen(cases[i].fill), cases[i].fill, strlen(cases[i].fill));
		cleanup_free char *text = path_format("{\"event\":\"hello\",\"protocol\":1,"
						      "\"release\":\"%s\",\"machine\":\"\","
						      "\"monotonic_ns\":5}", word);
		guest_open(&g);
		/* More than a socket holds: from a process of its own. */
		pid_t pid = say_often(&g, text, 1);
		assert_int_equal(link_hello(g.link, clock_now_ms() + 2000, &hello, &e), cases[i].rc);
		for (const char *c = hello ? json_str(hello, "release") : ""; *c; c++)
			assert_true(*c == 'x' || *c == '?');
		guest_close(&g);
		waitpid(pid, NULL, 0);
	}
}

static void a_malformed_message_ends_the_session(void **state)
{
	static const char *const cases[] = {
		HELLO,
		"{\"id\":99,\"result\":{}}",
		"{\"id\":\"1\",\"result\":{}}",
		"{\"id\":null,\"result\":{}}",
		"{\"id\":1.0,\"result\":{}}",
		"{\"id\":1}",
		"{\"id\":1,\"result\":[]}",
		"{\"id\":1,\"result\":null}",
		"{\"id\":1,\"result\":{},\"errno\":1}",
		"{\"id\":1,\"errno\":\"2\",\"error\":\"x\"}",
		"{\"id\":1,\"errno\":0,\"error\":\"x\"}",
		"{\"id\":1,\"errno\":-5,\"error\":\"x\"}",
		"{\"id\":1,\"errno\":4096,\"error\":\"x\"}",
		"{\"id\":1,\"errno\":5}",
		"{\"id\":1,\"errno\":5,\"error\":[]}",
		"{\"result\":{}}",
		"{\"event\":\"surprise\"}",
		"{\"event\":\"sample\",\"v\":[]}",
		"{\"event\":\"sample\",\"t_ns\":-1,\"v\":[]}",
		"{\"event\":\"sample\",\"t_ns\":1,\"v\":{}}",
		"{\"event\":\"sample\",\"t_ns\":1,\"v\":[\"1\"]}",
		"{\"event\":\"sample\",\"t_ns\":1,\"v\":[true]}",
		"{\"event\":\"daemon-exit\",\"job\":1,\"name\":\"x\",\"output\":\"\"}",
		"{\"event\":\"daemon-exit\",\"job\":1,\"name\":\"x\",\"output\":1,\"exit\":0}",
		"{\"event\":\"daemon-exit\",\"job\":\"1\",\"name\":\"x\",\"output\":\"\",\"exit\":0}",
		"{\"event\":\"daemon-exit\",\"job\":1,\"name\":\"x\",\"output\":\"\",\"exit\":0,\"signal\":9}",
	};
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct guest g;
		struct err e;

		print_message("  %s\n", cases[i]);
		guest_greet(&g);
		say(&g, cases[i]);
		assert_int_equal(call(&g, 2000, NULL, &e), -EPROTO);
		assert_int_equal(g.n_events, 0);
		assert_false(link_answered(g.link));
		guest_close(&g);
	}
}

static void broken_frames_end_the_session(void **state)
{
	static const struct {
		const char *bytes;
		size_t len;
	} cases[] = {
		{ "\0\0\0\0", 4 },
		{ "\xff\xff\xff\x7f", 4 },
		{ "GET / HTTP/1.0\r\n\r\n", 18 },
	};
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct guest g;
		struct err e;

		guest_greet(&g);
		raw(&g, cases[i].bytes, cases[i].len);
		assert_int_equal(call(&g, 300, NULL, &e), -EPROTO);
		guest_close(&g);
	}
}

static void a_silent_guest_costs_one_deadline_and_may_still_answer(void **state)
{
	struct guest g;
	struct err e;
	json_t *result;
	(void)state;

	guest_greet(&g);
	int64_t before = clock_now_ms();
	assert_int_equal(call(&g, 60, NULL, &e), -ETIMEDOUT);
	assert_in_range(clock_now_ms() - before, 59, 2000);
	assert_false(link_answered(g.link));
	say(&g, "{\"id\":1,\"result\":{}}");
	say(&g, "{\"id\":2,\"result\":{\"n\":2}}");
	assert_int_equal(call(&g, 300, &result, &e), 0);
	assert_int_equal(json_int_or(result, "n", 0), 2);
	json_decref(result);
	/* Once is late, twice is wrong. */
	say(&g, "{\"id\":1,\"result\":{}}");
	assert_int_equal(call(&g, 300, NULL, &e), -EPROTO);
	guest_close(&g);
}

/* Says a sample every @ms, @n times, from a second process. */
static pid_t say_in_time(struct guest *g, int ms, int n)
{
	pid_t pid = fork();

	if (pid)
		return pid;
	while (n--) {
		poll(NULL, 0, ms);
		say(g, SAMPLE);
	}
	_exit(0);
}

static void where_events_flow_a_guest_without_any_is_silent(void **state)
{
	struct guest g;
	struct err e;
	(void)state;

	guest_greet(&g);
	link_expect_events(g.link, 400);
	pid_t talker = say_in_time(&g, 100, 4);
	int64_t start = clock_now_ms();

	assert_int_equal(call(&g, 60000, NULL, &e), -ETIMEDOUT);
	assert_in_range(clock_now_ms() - start, 700, 20000);
	assert_string_equal(e.msg, "the agent has sent no sample for 0 s");
	assert_false(link_answered(g.link));
	assert_int_equal(g.n_events, 4);
	assert_int_equal(link_wait(g.link, clock_now_ms() + 60000, &e), -ETIMEDOUT);
	waitpid(talker, NULL, 0);

	/* One that talks may take as long as its deadline, and without the limit so may any. */
	talker = say_in_time(&g, 50, 20);
	start = clock_now_ms();
	assert_int_equal(call(&g, 800, NULL, &e), -ETIMEDOUT);
	assert_non_null(strstr(e.msg, "did not answer 'ping' in time"));
	waitpid(talker, NULL, 0);
	link_expect_events(g.link, 0);
	assert_int_equal(link_wait(g.link, clock_now_ms() + 600, &e), 0);
	guest_close(&g);
}

static void a_guest_that_never_says_hello_costs_one_deadline(void **state)
{
	struct guest g;
	struct err e;
	(void)state;

	guest_open(&g);
	assert_int_equal(hello(&g, &e), -ETIMEDOUT);
	guest_close(&g);
}

static void the_interrupt_ends_every_wait(void **state)
{
	struct guest g;
	struct err e;
	(void)state;

	guest_greet(&g);
	assert_int_equal(write(g.interrupt[1], "x", 1), 1);
	assert_int_equal(call(&g, 5000, NULL, &e), -ECANCELED);
	assert_int_equal(link_wait(g.link, clock_now_ms() + 5000, &e), -ECANCELED);
	/* What was said before the end still counts. */
	say(&g, "{\"id\":2,\"result\":{}}");
	assert_int_equal(call(&g, 5000, NULL, &e), 0);
	guest_close(&g);
}

static void a_guest_that_closes_is_told_from_one_that_closes_mid_frame(void **state)
{
	static const char *const ends[] = { "", "\x40\0\0\0{\"id\"" };
	static const char *const words[] = { "side closed", "in the middle of a message" };
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(ends); i++) {
		struct guest g;
		struct err e;

		guest_greet(&g);
		raw(&g, ends[i], i ? 9 : 0);
		shutdown(g.fd, SHUT_WR);
		assert_int_equal(call(&g, 5000, NULL, &e), -ECONNRESET);
		assert_non_null(strstr(e.msg, words[i]));
		assert_int_equal(call(&g, 5000, NULL, &e), -ECONNRESET);
		guest_close(&g);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_call_returns_its_result),
		cmocka_unit_test(a_wrong_hello_ends_the_session),
		cmocka_unit_test(a_hello_of_absurd_words_is_refused_or_made_harmless),
		cmocka_unit_test(a_malformed_message_ends_the_session),
		cmocka_unit_test(broken_frames_end_the_session),
		cmocka_unit_test(a_silent_guest_costs_one_deadline_and_may_still_answer),
		cmocka_unit_test(where_events_flow_a_guest_without_any_is_silent),
		cmocka_unit_test(a_guest_that_never_says_hello_costs_one_deadline),
		cmocka_unit_test(the_interrupt_ends_every_wait),
		cmocka_unit_test(a_guest_that_closes_is_told_from_one_that_closes_mid_frame),
	};

	return cmocka_run_group_tests_name("link", tests, NULL, NULL);
}
