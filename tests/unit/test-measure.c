/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
#include "cell/measure.h"
#include "guest-fixture.h"
#include "lib/child.h"

#define PROBE "build/probes/memory"
#define ROUNDS(least, median, most) \
	"{\"median\": " median ", \"least\": " least ", \"most\": " most ", \"amount\": 9}"
#define ANSWER(node, there, load) \
	"{\"node\": " node ", \"cpu\": 0, \"bytes\": 65536, \"pages\": 16, \"pages_on_node\": " there \
	", \"load_ns\": " load ", \"copy_bytes_per_s\": " ROUNDS("1e9", "2e9", "3e9") "}"
#define GOOD_LOAD ROUNDS("80.5", "90", "200")

static void what_the_probe_says_is_held_against_what_it_was_asked(void **state)
{
	static const struct { const char *what, *output, *says; int rc; } cases[] = {
		{ "all well", ANSWER("1", "16", GOOD_LOAD), NULL, 0 },
		{ "all well, behind a warning", "warning\n" ANSWER("1", "16", GOOD_LOAD) "\n", NULL, 0 },
		{ "pages elsewhere", ANSWER("1", "15", GOOD_LOAD), "15 of 16 pages", -EIO },
		{ "a kernel that cannot tell where they are", ANSWER("1", "-1", GOOD_LOAD), "-1 of 16", -EIO },
		{ "another node", ANSWER("0", "16", GOOD_LOAD), "node 1", -EPROTO },
		{ "a node in words", ANSWER("\"1\"", "16", GOOD_LOAD), "node 1", -EPROTO },
		{ "no load", ANSWER("1", "16", "null"), "node 1", -EPROTO },
		{ "a load of nothing", ANSWER("1", "16", ROUNDS("0", "0", "0")), "node 1", -EPROTO },
		{ "a median above the most", ANSWER("1", "16", ROUNDS("1", "3", "2")), "node 1", -EPROTO },
		{ "a median below the least", ANSWER("1", "16", ROUNDS("2", "1", "3")), "node 1", -EPROTO },
		{ "a sentence", "memory: cannot bind", "cannot bind", -EPROTO },
		{ "half of it", "{\"node\": 1, ", "node 1", -EPROTO },
		{ "nothing", "", "node 1", -EPROTO },
	};
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		cleanup_json json_t *j = NULL;
		struct err e = { 0 };

		print_message("  %s\n", cases[i].what);
		assert_int_equal(measure_read_node(cases[i].output, 1, &j, &e), cases[i].rc);
		assert_int_equal(!!j, !cases[i].rc);
		if (cases[i].says)
			assert_says(&e, cases[i].says);
	}
}

static void need_probe(void)
{
	if (!access(PROBE, X_OK))
		return;
	print_message("  there is no " PROBE "\n");
	skip();
}

/* The program itself, on this host: any node 0 will do. */
static void the_probe_measures_the_memory_it_runs_on(void **state)
{
	const char *argv[] = { PROBE, "--node", "0", "--bytes", "4194304", "--ms", "50",
			       NULL };
	struct child_opts o = { .argv = argv, .timeout_ms = 120000, .output_max = 4096 };
	cleanup_child struct child_result r = { 0 };
	cleanup_json json_t *j = NULL;
	struct err e;
	(void)state;

	need_probe();
	assert_int_equal(child_run(&o, &r, &e), 0);
	if (r.status || strstr(r.output, "\"pages_on_node\": -1")) {
		print_message("  this host forbids mbind() or move_pages(): %s\n", r.output);
		skip();
	}
	if (measure_read_node(r.output, 0, &j, &e))
		fail_msg("%s", e.msg);
	assert_int_equal(json_int_or(j, "bytes", 0), 4 << 20);
}

static void a_node_that_is_not_there_is_named_by_the_probe(void **state)
{
	const char *argv[] = { PROBE, "--node", "1000", NULL };
	struct child_opts o = { .argv = argv, .timeout_ms = 120000, .output_max = 4096 };
	cleanup_child struct child_result r = { 0 };
	struct err e;
	(void)state;

	need_probe();
	assert_int_equal(child_run(&o, &r, &e), 0);
	assert_int_equal(r.status, 1);
	assert_non_null(strstr(r.output, "node 1000"));
}

#define PROBE_SAYS "'result': {'exit': 0, 'output': '{\\\"node\\\": 0, \\\"cpu\\\": 0, " \
	"\\\"bytes\\\": 4096, \\\"pages\\\": 1, \\\"pages_on_node\\\": 1, \\\"load_ns\\\": " \
	"{\\\"median\\\": 2, \\\"least\\\": 1, \\\"most\\\": 3, \\\"amount\\\": 9}, " \
	"\\\"copy_bytes_per_s\\\": {\\\"median\\\": 2, \\\"least\\\": 1, \\\"most\\\": 3, " \
	"\\\"amount\\\": 9}}'}"

static int measure(struct cell_fixture *f, const char *fio_says, struct err *e)
{
	const struct reply replies[] = {
		{ .verb = "job-start", .about = "/workload/memory", .answer = "'result': {'job': 1}" },
		{ .verb = "job-start", .about = "fio", .answer = "'result': {'job': 2}" },
		{ .verb = "job-wait", .about = "1", .answer = PROBE_SAYS },
		{ .verb = "job-wait", .about = "2", .answer = fio_says },
	};
	int rc = 0;

	fixture_open(f, replies, ARRAY_SIZE(replies), "{}", "[]");
	f->topology.n_devices = 2;
	f->topology.devices[0] = (struct topology_device){ .kind = DEVICE_TIMED, .name = "slow",
							   .bytes = 64 << 20, .is_backing = true };
	f->topology.devices[1] = (struct topology_device){ .kind = DEVICE_ZRAM, .name = "fast",
							   .bytes = 1ULL << 30,
							   .memory_limit = 32 << 20 };
	f->guest.disks[1] = (char *)"/dev/zram0";
	for (const struct cell_step *s = task_measure; !rc && s->phase; s++)
		rc = s->run(&f->cell, NULL, e);
	fflush(f->log);
	return rc;
}

static void a_device_that_cannot_be_measured_is_named(void **state)
{
	struct cell_fixture f;
	struct err e;
	(void)state;

	assert_int_equal(measure(&f, "'result': {'exit': 1, 'output': 'fio: no such engine'}", &e), -EIO);
	assert_says(&e, "device fast: fio ended with exit code 1");
	assert_says(&e, "no such engine");
	const json_t *measured = json_object_get(f.cell.result, "measured");

	assert_int_equal(json_array_size(json_object_get(measured, "nodes")), 1);
	assert_int_equal(json_array_size(json_object_get(measured, "devices")), 0);
	fixture_close(&f);
}

static void a_zram_is_filled_no_further_than_its_memory_goes(void **state)
{
	struct cell_fixture f;
	struct err e;
	(void)state;

	measure(&f, "'result': {'exit': 0, 'output': ''}", &e);
	assert_non_null(strstr(f.said, "--filename=/dev/zram0"));
	assert_non_null(strstr(f.said, "--size=33554432\""));
	/* The other device is the zram's own. */
	assert_int_equal(asked(&f, "job-start"), 2);
	fixture_close(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_the_probe_says_is_held_against_what_it_was_asked),
		cmocka_unit_test(the_probe_measures_the_memory_it_runs_on),
		cmocka_unit_test(a_node_that_is_not_there_is_named_by_the_probe),
		cmocka_unit_test(a_device_that_cannot_be_measured_is_named),
		cmocka_unit_test(a_zram_is_filled_no_further_than_its_memory_goes),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
