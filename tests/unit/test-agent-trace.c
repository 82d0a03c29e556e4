/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Tracing below a folder that looks like tracefs. trace_pipe is a FIFO: what is read
 * from it is gone, as from tracefs's.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "agent-fixture.h"
#include "proto/protocol.h"

#define TRACEFS "sys/kernel/tracing/"
#define WAKE "vmscan:mm_vmscan_kswapd_wake"
#define LINE "          stress-412     [001] d..1.    71.123456: mm_vmscan_kswapd_wake: nid=0 order=0\n"

static void put_tracefs(const struct fixture *f)
{
	static const char *const files[] = {
		"tracing_on", "trace_clock", "saved_cmdlines_size", "options/record-cmd",
		"buffer_size_kb", "events/vmscan/mm_vmscan_kswapd_wake/enable",
		"events/vmscan/mm_vmscan_kswapd_sleep/enable",
	};

	for (size_t i = 0; i < ARRAY_SIZE(files); i++) {
		cleanup_free char *name = path_format(TRACEFS "%s", files[i]);

		fixture_put(f, name, "");
	}
	fixture_put(f, TRACEFS "trace", "old\n");
}

static void expect_file(const struct fixture *f, const char *name, const char *wanted)
{
	cleanup_free char *path = path_format("%s/" TRACEFS "%s", f->dir, name);
	cleanup_free char *text = NULL;
	struct err e;

	assert_int_equal(file_read(AT_FDCWD, path, 4096, &text, NULL, &e), 0);
	assert_string_equal(text, wanted);
}

static json_t *set_of(const char *event)
{
	return json_pack("{s:[s], s:i}", "events", event, "buffer_kib", 4096);
}

static void a_trace_is_readied_with_the_samples_clock_and_is_not_recorded_yet(void **state)
{
	struct fixture *f = *state;

	put_tracefs(f);
	tell(f, "trace-set", set_of(WAKE));
	expect_file(f, "tracing_on", "0");
	expect_file(f, "trace_clock", "mono");
	expect_file(f, "options/record-cmd", "1");
	expect_file(f, "buffer_size_kb", "4096");
	expect_file(f, "events/vmscan/mm_vmscan_kswapd_wake/enable", "1");
	expect_file(f, "events/vmscan/mm_vmscan_kswapd_sleep/enable", "");
	expect_file(f, "trace", "");
}

static void what_the_kernel_lacks_is_named(void **state)
{
	struct fixture *f = *state;
	struct err e;

	assert_int_equal(refuse(f, "trace-set", set_of(WAKE), &e), -ENOENT);
	assert_non_null(strstr(e.msg, "the kernel cannot trace: it has no /sys/kernel/tracing"));
	put_tracefs(f);
	assert_int_equal(refuse(f, "trace-set", set_of("vmscan:mm_no_such"), &e), -ENOENT);
	assert_non_null(strstr(e.msg, "the kernel has no tracepoint vmscan:mm_no_such"));
}

static void a_trace_that_makes_no_sense_is_refused(void **state)
{
	static const struct { const char *verb, *params; } cases[] = {
		{ "trace-set", "{\"events\":[],\"buffer_kib\":64}" },
		{ "trace-set", "{\"events\":\"" WAKE "\",\"buffer_kib\":64}" },
		{ "trace-set", "{\"events\":[1],\"buffer_kib\":64}" },
		{ "trace-set", "{\"events\":[\"wake\"],\"buffer_kib\":64}" },
		{ "trace-set", "{\"events\":[\"vmscan:../enable\"],\"buffer_kib\":64}" },
		{ "trace-set", "{\"events\":[\"" WAKE "\"],\"buffer_kib\":0}" },
		{ "trace-set", "{\"events\":[\"" WAKE "\"],\"buffer_kib\":1048577}" },
		{ "trace-set", "{\"events\":[\"" WAKE "\"]}" },
		{ "trace-start", "{\"events\":[]}" },
		{ "trace-stop", "{\"id2\":1}" },
		{ "trace-read", "{}" },
		{ "trace-read", "{\"max_bytes\":1000}" },
		{ "trace-read", "{\"max_bytes\":1000000}" },
	};
	struct fixture *f = *state;
	struct err e;

	put_tracefs(f);
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		print_message("  %s %s\n", cases[i].verb, cases[i].params);
		assert_int_equal(refuse(f, cases[i].verb, json_loads(cases[i].params, 0, NULL), &e),
				 -EINVAL);
	}
}

static void the_end_counts_what_was_kept_and_what_was_lost_on_all_cpus(void **state)
{
	struct fixture *f = *state;

	put_tracefs(f);
	fixture_put(f, TRACEFS "per_cpu/cpu0/stats",
		    "entries: 100\noverrun: 7\ncommit overrun: 1\nbytes: 4000\n"
		    "oldest event ts:    71.000000\nnow ts:    80.000000\ndropped events: 2\n"
		    "read events: 50\n");
	fixture_put(f, TRACEFS "per_cpu/cpu1/stats", "entries: 20\noverrun: 0\n");
	tell(f, "trace-start", NULL);
	expect_file(f, "tracing_on", "1");
	cleanup_json json_t *r = ask(f, "trace-stop", NULL);
	cleanup_json json_t *wanted = json_pack("{s:i, s:i, s:i}", "entries", 120, "lost", 10, "cpus", 2);

	expect_file(f, "tracing_on", "0");
	assert_true(json_equal(r, wanted));
}

/* A reader of its own keeps what is in the FIFO while nobody else has it open. */
static int open_pipe(const struct fixture *f)
{
	cleanup_free char *path = path_format("%s/" TRACEFS "trace_pipe", f->dir);

	assert_int_equal(mkfifo(path, 0600), 0);
	int fd = open(path, O_RDWR | O_NONBLOCK | O_CLOEXEC);
	assert_true(fd >= 0);
	return fd;
}

static void a_trace_is_read_in_pieces_until_none_is_left(void **state)
{
	struct fixture *f = *state;
	const size_t lines = 8000, total = lines * strlen(LINE);

	put_tracefs(f);
	cleanup_close int fd = open_pipe(f);
	assert_true(fcntl(fd, F_SETPIPE_SZ, 1 << 20) >= (int)total);
	assert_true(total > PROTOCOL_TRACE_MAX);
	for (size_t i = 0; i < lines; i++)
		assert_int_equal(write(fd, LINE, strlen(LINE)), strlen(LINE));
	json_t *request = json_pack("{s:i}", "max_bytes", (int)PROTOCOL_TRACE_MAX);
	cleanup_json json_t *first = ask(f, "trace-read", json_incref(request));
	cleanup_json json_t *second = ask(f, "trace-read", json_incref(request));
	cleanup_json json_t *third = ask(f, "trace-read", request);
	size_t a = json_string_length(json_object_get(first, "data"));
	size_t b = json_string_length(json_object_get(second, "data"));

	assert_in_range(a, PROTOCOL_TRACE_MAX / 2, PROTOCOL_TRACE_MAX);
	assert_true(json_is_false(json_object_get(first, "end")));
	assert_true(json_is_true(json_object_get(second, "end")));
	assert_int_equal(a + b, total);
	assert_int_equal(strncmp(json_str(first, "data"), LINE, strlen(LINE)), 0);
	assert_string_equal(json_str(second, "data") + b - strlen(LINE), LINE);
	assert_string_equal(json_str(third, "data"), "");
	assert_true(json_is_true(json_object_get(third, "end")));
}

static void a_tasks_name_that_is_no_text_does_no_harm(void **state)
{
	struct fixture *f = *state;
	static const char line[] = " \x1b[2J\xff-9 [000] 1.0: e: x\n";

	put_tracefs(f);
	cleanup_close int fd = open_pipe(f);
	assert_int_equal(write(fd, line, strlen(line)), strlen(line));
	cleanup_json json_t *r = ask(f, "trace-read", json_pack("{s:i}", "max_bytes",
								(int)PROTOCOL_TRACE_MAX));
	assert_string_equal(json_str(r, "data"), " ?[2J?-9 [000] 1.0: e: x\n");
}

int main(void)
{
#define own_agent(test) cmocka_unit_test_setup_teardown(test, fixture_setup, fixture_teardown)
	const struct CMUnitTest tests[] = {
		own_agent(a_trace_is_readied_with_the_samples_clock_and_is_not_recorded_yet),
		own_agent(what_the_kernel_lacks_is_named),
		own_agent(a_trace_that_makes_no_sense_is_refused),
		own_agent(the_end_counts_what_was_kept_and_what_was_lost_on_all_cpus),
		own_agent(a_trace_is_read_in_pieces_until_none_is_left),
		own_agent(a_tasks_name_that_is_no_text_does_no_harm),
	};

	return cmocka_run_group_tests_name("agent-trace", tests, NULL, NULL);
}
