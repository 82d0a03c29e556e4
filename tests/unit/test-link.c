/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A hostile guest: what it has to say is put into a socket before the host
 * looks, or is said by a second process where it must come while the host waits.
 */
#include <errno.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
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
#include "proto/frame.h"
#include "proto/link.h"
#include "proto/link-log.h"

#define HELLO "{\"event\":\"hello\",\"protocol\":1,\"release\":\"6.12\",\"machine\":\"x86_64\"," \
	      "\"monotonic_ns\":5}"
#define SAMPLE "{\"event\":\"sample\",\"t_ns\":1,\"v\":[1,null,2.5]}"

struct guest {
	int host_fd, fd;
	int interrupt[2];
	struct link *link;
	int n_events;
};

static void count_event(const json_t *event, void *arg)
{
	struct guest *g = arg;

	(void)event;
	g->n_events++;
}

static void guest_open(struct guest *g)
{
	int fds[2];
	struct err e;

	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds), 0);
	assert_int_equal(pipe(g->interrupt), 0);
	g->host_fd = fds[0];
	g->fd = fds[1];
	g->n_events = 0;
	assert_int_equal(link_new(g->host_fd, g->interrupt[0], &g->link, &e), 0);
	link_set_event_handler(g->link, count_event, g);
}

static void guest_close(struct guest *g)
{
	link_free(g->link);
	close(g->host_fd);
	if (g->fd >= 0)
		close(g->fd);
	close(g->interrupt[0]);
	close(g->interrupt[1]);
}

static void raw(struct guest *g, const void *data, size_t len)
{
	while (len) {
		ssize_t n = send(g->fd, data, len, MSG_NOSIGNAL);

		if (n < 0)
			return;
		data = (const char *)data + n;
		len -= (size_t)n;
	}
}

static void say(struct guest *g, const char *json)
{
	unsigned char header[FRAME_HEADER];

	frame_header(header, strlen(json));
	raw(g, header, sizeof(header));
	raw(g, json, strlen(json));
}

static int hello(struct guest *g, struct err *e)
{
	json_t *j = NULL;
	int rc = link_hello(g->link, clock_now_ms() + 300, &j, e);

	json_decref(j);
	return rc;
}

static int call(struct guest *g, int ms, json_t **ret, struct err *e)
{
	return link_call(g->link, "ping", NULL, clock_now_ms() + ms, ret, e);
}

/* A guest that has said hello. */
static void guest_greet(struct guest *g)
{
	struct err e;

	guest_open(g);
	say(g, HELLO);
	assert_int_equal(hello(g, &e), 0);
}

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

/* Says @json @n times from a process of its own; the caller reaps it. */
static pid_t say_often(struct guest *g, const char *json, int n)
{
	pid_t pid = fork();

	if (pid)
		return pid;
	close(g->host_fd);
	for (int i = 0; i < n; i++)
		say(g, json);
	_exit(0);
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

	return cmocka_run_group_tests_name("link", tests, NULL, NULL);
}
