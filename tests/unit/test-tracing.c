/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A cell that traces, with a guest that records as it should or lies. Power-off is
 * refused, which shows that the cell got there.
 */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
#include "cell/tracing.h"
#include "guest-fixture.h"
#include "proto/protocol.h"

#define REPLIES_MAX 24
#define PATIENT_MS 20000	/* half a megabyte a piece takes its time on a busy machine */
#define BEGIN "vmscan:mm_vmscan_direct_reclaim_begin"
#define LINE "          stress-412     [001] d..1.    71.123456: mm_vmscan_direct_reclaim_begin: order=0"

static const char load[] =
	"{'groups': ['server'],"
	" 'daemons': [{'name': 'nginx', 'group': 'server', 'run': ['nginx'], 'ready': 'ready',"
	"              'timeout': 200}],"
	" 'measure': [{'group': 'server', 'run': ['wrk'], 'timeout': 200}], 'figures': [], 'check': []}";

static const struct reply good[] = {
	{ .verb = "read", .answer = HARDWARE("'0-1'") },
	{ .verb = "daemon-start", .answer = "'result': {'job': 1, 'pid': 2}" },
	{ .verb = "job-start", .answer = "'result': {'job': 2, 'pid': 3}" },
	{ .verb = "job-wait", .answer = "'result': {'exit': 0, 'output': '{}'}" },
	{ .verb = "ping", .answer = "'result': {'monotonic_ns': 2500}" },
	{ .verb = "daemon-stop", .answer = "'result': {'exit': 0, 'output': ''}" },
	{ .verb = "trace-stop", .answer = "'result': {'entries': 2, 'lost': 0, 'cpus': 2}" },
	{ .verb = "trace-read", .answer = "'result': {'data': '" LINE "\\n" LINE "\\n', 'end': true}" },
	{ .verb = "power-off", .answer = "'errno': 1, 'error': 'only a test'" },
};

/* Goes all the way with the @n replies @own before what a good guest answers. */
static int go(struct cell_fixture *f, const struct reply *own, size_t n, const char *trace,
	      struct err *e)
{
	struct reply replies[REPLIES_MAX];
	struct guest_opts o = { .modules = json_array() };
	cleanup_json json_t *events = json_of(trace);

	if (n)
		memcpy(replies, own, n * sizeof(*own));
	memcpy(replies + n, good, sizeof(good));
	fixture_open(f, replies, n + ARRAY_SIZE(good), load, "[]");
	if (!n || own->answer != SILENCE)
		f->guest.verb_ms = PATIENT_MS;
	f->cell.sample_hz = 0;
	f->cell.trace = events;
	f->cell.swap_areas = json_of("[{'kind': 'zram', 'priority': 100}]");
	f->cell.trace_buffer_bytes = 4 << 20;
	int rc = cell_steps(&f->cell, &o, e);

	json_decref((json_t *)o.modules);
	f->cell.trace = NULL;
	return rc;
}

static char *trace_of(const struct cell_fixture *f)
{
	cleanup_free char *path = path_format("%s/trace.txt", f->dir);
	char *text = NULL;
	struct err e;

	if (file_read(AT_FDCWD, path, TRACING_FILE_MAX, &text, NULL, &e))
		fail_msg("%s", e.msg);
	return text;
}

static bool warned(const struct cell_fixture *f, const char *words)
{
	const json_t *w;
	size_t i;

	json_array_foreach(json_object_get(f->cell.result, "warnings"), i, w) {
		if (strstr(json_string_value(w), words))
			return true;
	}
	return false;
}

static void the_window_is_recorded_and_is_read_when_the_workload_is_off(void **state)
{
	static const char *const order[] = {
		"trace-set", "daemon-start", "ping", "trace-start", "job-start", "job-wait", "trace-stop",
		"ping", "daemon-stop", "trace-read", "power-off",
	};
	struct cell_fixture f;
	struct err e;
	(void)state;

	assert_int_equal(go(&f, NULL, 0, "['" BEGIN "']", &e), -EPERM);
	assert_says(&e, "only a test");
	fflush(f.log);
	const char *at = f.said;

	for (size_t i = 0; i < ARRAY_SIZE(order); i++) {
		cleanup_free char *verb = path_format("\"verb\":\"%s\"", order[i]);

		at = strstr(at, verb);
		if (!at)
			fail_msg("%s is not asked for where it should be", order[i]);
		at++;
	}
	assert_non_null(strstr(f.said, "\"buffer_kib\":4096"));
	cleanup_free char *text = trace_of(&f);

	assert_string_equal(text, "# tracer: nop\n#\n# entries-in-buffer/entries-written: 2/2   #P:2\n"
				  "# lost: 0\n# clock: mono\n# events: " BEGIN "\n#\n" LINE "\n" LINE "\n");
	cleanup_json json_t *wanted = json_of("{'entries': 2, 'lost': 0, 'cpus': 2, 'cut': false}");

	assert_true(json_equal(json_object_get(f.cell.result, "trace"), wanted));
	assert_int_equal(json_array_size(json_object_get(f.cell.result, "warnings")), 0);
	fixture_close(&f);
}

static void a_cell_without_tracepoints_asks_for_none(void **state)
{
	static const char *const verbs[] = { "trace-set", "trace-start", "trace-stop", "trace-read" };
	struct cell_fixture f;
	struct err e;
	(void)state;

	assert_int_equal(go(&f, NULL, 0, "[]", &e), -EPERM);
	for (size_t i = 0; i < ARRAY_SIZE(verbs); i++)
		assert_int_equal(asked(&f, verbs[i]), 0);
	assert_null(json_object_get(f.cell.result, "trace"));
	fixture_close(&f);
}

#define ENDS "['" BEGIN "', 'vmscan:mm_vmscan_direct_reclaim_end']"
#define END_LINE "          stress-412     [001] d..1.    71.123956: mm_vmscan_direct_reclaim_end: nr_reclaimed=7"

static void stalls_in_the_trace_are_in_the_result_and_metrics_where_it_is_whole(void **state)
{
	static const struct reply own[] = {
		{ .verb = "trace-read",
		  .answer = "'result': {'data': '" LINE "\\n" END_LINE "\\n', 'end': true}" },
		{ .verb = "trace-stop", .answer = "'result': {'entries': 2, 'lost': 1, 'cpus': 2}" },
	};
	(void)state;

	for (size_t lost = 0; lost < 2; lost++) {
		struct cell_fixture f;
		struct err e;

		assert_int_equal(go(&f, own, 1 + lost, ENDS, &e), -EPERM);
		const json_t *stalls = json_object_get(f.cell.result, "stalls");
		const json_t *row = json_array_get(json_object_get(stalls, "threads"), 0);
		const json_t *metric = json_object_get(json_object_get(f.cell.result, "metrics"),
						       "reclaim_stall_max");

		assert_int_equal(json_int_or(row, "max_us", 0), 500);
		assert_int_equal(json_int_or(row, "pages", 0), 7);
		if (lost)
			assert_null(metric);
		else
			assert_float_equal(json_number_value(json_object_get(metric, "value")), 500, 0);
		fixture_close(&f);
	}
}

#define SWAP_IN(type) "        coldheap-212     [001] .....    71.123956: mm_swap_in: type=" type \
	" offset=3 age_ms=10 ns=5000\\n"

static void swap_ins_are_metrics_where_all_are_there_and_of_known_devices(void **state)
{
	static const struct { const char *what, *data, *lost; bool warns, has; } cases[] = {
		{ "all well", SWAP_IN("0"), "0", false, true },
		{ "none in the window", "", "0", false, true },
		{ "an unknown device", SWAP_IN("1"), "0", true, false },
		{ "lost events", "", "1", false, false },
	};
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		cleanup_free char *data = path_format("'result': {'data': '%s', 'end': true}",
						      cases[i].data);
		cleanup_free char *counts = path_format("'result': {'entries': 1, 'lost': %s, 'cpus': 2}",
							cases[i].lost);
		const struct reply own[] = {
			{ .verb = "trace-read", .answer = data }, { .verb = "trace-stop", .answer = counts },
		};
		struct cell_fixture f;
		struct err e;

		print_message("  %s\n", cases[i].what);
		assert_int_equal(go(&f, own, 2, "['swap:mm_swap_in']", &e), -EPERM);
		assert_int_equal(warned(&f, "1 swap-ins of its trace are not understood"), cases[i].warns);
		assert_int_equal(!!json_object_get(json_object_get(f.cell.result, "metrics"),
						   "zram_swap_ins"), cases[i].has);
		fixture_close(&f);
	}
}

static void what_the_buffer_lost_is_a_warning_and_heads_the_file(void **state)
{
	static const struct reply full = {
		.verb = "trace-stop", .answer = "'result': {'entries': 2, 'lost': 30, 'cpus': 2}",
	};
	struct cell_fixture f;
	struct err e;
	(void)state;

	assert_int_equal(go(&f, &full, 1, "['" BEGIN "']", &e), -EPERM);
	cleanup_free char *text = trace_of(&f);

	assert_non_null(strstr(text, "# entries-in-buffer/entries-written: 2/32   #P:2\n# lost: 30\n"));
	assert_true(warned(&f, "no room for 30 of its trace's events"));
	fixture_close(&f);
}

/* "'result': {...}" with @bytes of whole lines; the caller frees it. */
static char *much(size_t bytes, bool end)
{
	size_t n = bytes / (strlen(LINE) + 1);
	cleanup_free char *lines = NULL;
	size_t len;
	FILE *f = open_memstream(&lines, &len);

	for (size_t i = 0; i < n; i++)
		fputs(LINE "\\n", f);
	fclose(f);
	return path_format("'result': {'data': '%s', 'end': %s}", lines, end ? "true" : "false");
}

static void a_trace_comes_in_pieces_which_the_log_leaves_out(void **state)
{
	cleanup_free char *piece = much(PROTOCOL_TRACE_MAX - 4096, false);
	const struct reply pieces = { .verb = "trace-read", .answer = piece, .times = 3 };
	struct cell_fixture f;
	struct err e;
	(void)state;

	assert_int_equal(go(&f, &pieces, 1, "['" BEGIN "']", &e), -EPERM);
	cleanup_free char *text = trace_of(&f);

	assert_int_equal(asked(&f, "trace-read"), 4);
	assert_true(strlen(text) > 3 * (PROTOCOL_TRACE_MAX - 8192));
	assert_true(f.said_len < PROTOCOL_TRACE_MAX / 2);
	fixture_close(&f);
}

static void a_trace_without_end_is_cut_after_a_whole_line(void **state)
{
	cleanup_free char *piece = much(PROTOCOL_TRACE_MAX - 4096, false);
	const struct reply endless = { .verb = "trace-read", .answer = piece };
	struct cell_fixture f;
	struct err e;
	(void)state;

	assert_int_equal(go(&f, &endless, 1, "['" BEGIN "']", &e), -EPERM);
	cleanup_free char *text = trace_of(&f);
	size_t len = strlen(text);

	assert_in_range(len, TRACING_FILE_MAX - strlen(LINE "\n"), TRACING_FILE_MAX);
	assert_string_equal(text + len - strlen(LINE "\n"), LINE "\n");
	assert_true(warned(&f, "trace.txt is not all of the trace"));
	assert_true(json_is_true(json_object_get(json_object_get(f.cell.result, "trace"), "cut")));
	fixture_close(&f);
}

static void a_guest_that_cannot_trace_or_lies_is_stopped_where_it_does(void **state)
{
	static const struct {
		const char *what;
		struct reply reply;
		const char *phase;
		int rc;
		enum outcome blame;
		const char *words;
	} lies[] = {
		{ "a kernel without the tracepoint",
		  { .verb = "trace-set", .answer = "'errno': 2, 'error': 'no tracepoint " BEGIN "'" },
		  "policies", -ENOENT, OUTCOME_NONCONFORMING, BEGIN },
		{ "a kernel that does not begin",
		  { .verb = "trace-start", .answer = "'errno': 5, 'error': 'x'" },
		  "measure", -EIO, OUTCOME_NONCONFORMING, "'trace-start'" },
		{ "silence at the end", { .verb = "trace-stop", .answer = SILENCE },
		  "measure", -ETIMEDOUT, OUTCOME_INFRA_ERROR, "did not answer 'trace-stop'" },
		{ "no counts", { .verb = "trace-stop", .answer = "'result': {'entries': 2}" },
		  "measure", -EPROTO, OUTCOME_INFRA_ERROR, "how many events" },
		{ "counts below zero",
		  { .verb = "trace-stop", .answer = "'result': {'entries': 2, 'lost': -1, 'cpus': 1}" },
		  "measure", -EPROTO, OUTCOME_INFRA_ERROR, "how many events" },
		{ "a trace that cannot be read",
		  { .verb = "trace-read", .answer = "'errno': 16, 'error': 'busy'" },
		  "workload off", -EBUSY, OUTCOME_NONCONFORMING, "busy" },
		{ "a trace that is no text",
		  { .verb = "trace-read", .answer = "'result': {'data': 7, 'end': true}" },
		  "workload off", -EPROTO, OUTCOME_INFRA_ERROR, "its trace as it should" },
		{ "no word of the end", { .verb = "trace-read", .answer = "'result': {'data': 'x'}" },
		  "workload off", -EPROTO, OUTCOME_INFRA_ERROR, "its trace as it should" },
		{ "crumbs without end",
		  { .verb = "trace-read", .answer = "'result': {'data': 'x', 'end': false}" },
		  "workload off", -EPROTO, OUTCOME_INFRA_ERROR, "its trace as it should" },
		{ "death while it is read", { .verb = "trace-read", .answer = DEATH },
		  "workload off", -ECONNRESET, OUTCOME_INFRA_ERROR, "closed" },
	};
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(lies); i++) {
		struct cell_fixture f;
		struct err e = { 0 };

		print_message("  %s\n", lies[i].what);
		assert_int_equal(go(&f, &lies[i].reply, 1, "['" BEGIN "']", &e), lies[i].rc);
		assert_says(&e, lies[i].words);
		assert_string_equal(f.cell.phase, lies[i].phase);
		assert_string_equal(outcome_table[f.cell.blame].name, outcome_table[lies[i].blame].name);
		fixture_close(&f);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_window_is_recorded_and_is_read_when_the_workload_is_off),
		cmocka_unit_test(a_cell_without_tracepoints_asks_for_none),
		cmocka_unit_test(stalls_in_the_trace_are_in_the_result_and_metrics_where_it_is_whole),
		cmocka_unit_test(swap_ins_are_metrics_where_all_are_there_and_of_known_devices),
		cmocka_unit_test(what_the_buffer_lost_is_a_warning_and_heads_the_file),
		cmocka_unit_test(a_trace_comes_in_pieces_which_the_log_leaves_out),
		cmocka_unit_test(a_trace_without_end_is_cut_after_a_whole_line),
		cmocka_unit_test(a_guest_that_cannot_trace_or_lies_is_stopped_where_it_does),
	};

	return cmocka_run_group_tests_name("tracing", tests, NULL, NULL);
}
