/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The way of a cell from hello to power-off, with a guest that follows it or
 * lies at one step. Power-off itself needs a session: here the guest refuses it,
 * which shows that the cell got there.
 */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
#include "guest-fixture.h"

#define REPLIES_MAX 24

static const char policies[] =
	"[{'policy': 'scan', 'write': [{'file': '/run', 'value': '1'}],"
	"  'settle': {'timeout': 300, 'conditions': [{'metric': 'ksm_full_scans', 'at_least': 2}]},"
	"  'proof': [{'metric': 'ksm_full_scans', 'at_least': 2, 'what': 'scanned twice'}]}]";
#define WEB(more) \
	"{'groups': ['server']," \
	" 'daemons': [{'name': 'nginx', 'group': 'server', 'run': ['nginx'], 'ready': 'ready'," \
	"              'timeout': 200, 'policy': true}]," \
	" 'measure': [{'group': 'server', 'run': ['wrk'], 'timeout': 20000}]," \
	" 'figures': [{'name': 'rps', 'unit': '1/s', 'better': 'more', 'scale': 'ratio'}]," \
	" 'check': []" more "}"

static const char web[] = WEB("");
static const char doubted[] =
	WEB(", 'warn': [{'figure': 'rps', 'at_least': 100, 'what': 'it is fast'},"
	    "             {'figure': 'rps', 'at_most': 50, 'what': 'it is not too fast'}]");

#define FIGURES "'result': {'exit': 0, 'output': '{\\\"rps\\\": 100}'}"
#define EXIT_NEWS "{'event': 'daemon-exit', 'job': 1, 'name': 'nginx', 'exit': 139, 'output': 'oops'}"

/* A guest that does everything right. The clock stands still, but for the samples. */
static const struct reply good[] = {
	{ .verb = "read", .answer = HARDWARE("'0-1'") },
	{ .verb = "write", .answer = "'result': {'value': '1'}" },
	{ .verb = "sample-start", .answer = "'result': {'columns': ['ksm.full_scans', 'vmstat.pgfault']}" },
	{ .verb = "daemon-start", .answer = "'result': {'job': 1, 'pid': 2}",
	  .before = "{'event': 'sample', 't_ns': 1000, 'v': [1, 5]}\n"
		    "{'event': 'sample', 't_ns': 2000, 'v': [2, null]}" },
	{ .verb = "job-start", .answer = "'result': {'job': 2, 'pid': 3}" },
	{ .verb = "job-wait", .answer = FIGURES,
	  .before = "{'event': 'sample', 't_ns': 2500, 'v': [3, 10]}" },
	{ .verb = "ping", .answer = "'result': {'monotonic_ns': 2500}" },
	{ .verb = "daemon-stop", .answer = "'result': {'exit': 0, 'output': ''}" },
	{ .verb = "power-off", .answer = "'errno': 1, 'error': 'only a test'" },
};

struct lie {
	const char *what;
	struct reply reply;
	const char *phase;
	int rc;
	enum outcome blame;
	const char *words;
};

static const struct lie lies[] = {
	{ "one CPU only", { .verb = "read", .answer = HARDWARE("'0'") },
	  "conformance", -ENODEV, OUTCOME_NONCONFORMING, "online CPUs: declared 2, seen 1 (1 differ" },
	{ "its /sys cannot be read", { .verb = "read", .answer = "'errno': 5, 'error': 'x'" },
	  "conformance", -EIO, OUTCOME_NONCONFORMING, "'read'" },
	{ "a guest that says as the rig does that the image lacks something",
	  { .verb = "mount", .answer = "'errno': 65, 'error': 'no package'" },
	  "root disk", -EREMOTEIO, OUTCOME_NONCONFORMING, "no package" },
	{ "no root disk", { .verb = "mount", .answer = "'errno': 110, 'error': 'no disk ramrig-root'" },
	  "root disk", -ETIMEDOUT, OUTCOME_NONCONFORMING, "ramrig-root" },
	{ "silence at the root disk", { .verb = "mount", .answer = SILENCE },
	  "root disk", -ETIMEDOUT, OUTCOME_INFRA_ERROR, "did not answer 'mount'" },
	{ "a policy that does not stick", { .verb = "write", .answer = "'result': {'value': '0'}" },
	  "policies", -EIO, OUTCOME_NONCONFORMING, "reads '0'" },
	{ "no sampler", { .verb = "sample-start", .answer = "'errno': 22, 'error': 'bad source'" },
	  "policies", -EINVAL, OUTCOME_INFRA_ERROR, "bad source" },
	{ "columns that are none", { .verb = "sample-start", .answer = "'result': {}" },
	  "policies", -EPROTO, OUTCOME_INFRA_ERROR, "columns" },
	{ "columns that are numbers", { .verb = "sample-start", .answer = "'result': {'columns': [1]}" },
	  "policies", -EPROTO, OUTCOME_INFRA_ERROR, "no name" },
	{ "samples of another width",
	  { .verb = "daemon-start", .answer = "'result': {'job': 1}",
	    .before = "{'event': 'sample', 't_ns': 1, 'v': [1, 2, 3]}" },
	  "workload on", -EPROTO, OUTCOME_INFRA_ERROR, "a time and 2 values" },
	{ "samples that go back in time",
	  { .verb = "daemon-start", .answer = "'result': {'job': 1}",
	    .before = "{'event': 'sample', 't_ns': 5, 'v': [1, 1]}\n"
		      "{'event': 'sample', 't_ns': 4, 'v': [1, 1]}" },
	  "workload on", -EPROTO, OUTCOME_INFRA_ERROR, "not later" },
	{ "no service", { .verb = "daemon-start", .answer = "'errno': 10, 'error': 'port in use'" },
	  "workload on", -ECHILD, OUTCOME_WORKLOAD_FAILED, "port in use" },
	{ "a service that dies under load",
	  { .verb = "job-wait", .answer = FIGURES, .before = EXIT_NEWS },
	  "measure", -ECHILD, OUTCOME_WORKLOAD_FAILED, "nginx ended by itself; it last printed: oops" },
	{ "a service that dies after the load",
	  { .verb = "sample-stop", .answer = "'result': {}", .before = EXIT_NEWS },
	  "workload off", -ECHILD, OUTCOME_WORKLOAD_FAILED, "nginx ended by itself" },
	{ "no time of day", { .verb = "ping", .answer = "'result': {}" },
	  "measure", -EPROTO, OUTCOME_INFRA_ERROR, "what time it is" },
	{ "figures without the figure",
	  { .verb = "job-wait", .answer = "'result': {'exit': 0, 'output': '{}'}" },
	  "measure", -EINVAL, OUTCOME_WORKLOAD_FAILED, "no number for 'rps'" },
	{ "a load generator that fails",
	  { .verb = "job-wait", .answer = "'result': {'exit': 1, 'output': 'refused'}" },
	  "measure", -EIO, OUTCOME_WORKLOAD_FAILED, "refused" },
	{ "news of no kind", { .verb = "job-wait", .answer = FIGURES, .before = "{'event': 'party'}" },
	  "measure", -EPROTO, OUTCOME_INFRA_ERROR, "known event" },
	{ "silence in the window, long before the job must end",
	  { .verb = "job-wait", .answer = SILENCE },
	  "measure", -ETIMEDOUT, OUTCOME_INFRA_ERROR, "has sent no sample for 1 s" },
	{ "death in the window", { .verb = "job-wait", .answer = DEATH },
	  "measure", -ECONNRESET, OUTCOME_INFRA_ERROR, "closed" },
};

/* Goes through the steps with @lie (may be NULL) before what a good guest answers. */
static int go(struct cell_fixture *f, const struct reply *lie, struct err *e)
{
	struct reply replies[REPLIES_MAX];
	struct guest_opts o = { .modules = json_array() };
	size_t n = 0;

	if (lie)
		replies[n++] = *lie;
	for (size_t i = 0; i < ARRAY_SIZE(good); i++)
		replies[n++] = good[i];
	fixture_open(f, replies, n, web, policies);
	int rc = cell_steps(&f->cell, &o, e);

	json_decref((json_t *)o.modules);
	return rc;
}

static void a_good_guest_goes_all_the_way(void **state)
{
	static const char *const phases[] = { "root disk", "hardware", "conformance", "policies",
					      "workload on", "warm-up", "settle", "measure", "verify",
					      "workload off" };
	struct cell_fixture f;
	struct err e;
	(void)state;

	assert_int_equal(go(&f, NULL, &e), -EPERM);
	assert_says(&e, "only a test");
	const json_t *r = f.cell.result, *metrics = json_object_get(r, "metrics");

	assert_string_equal(f.cell.phase, "power off");
	assert_int_equal(json_array_size(json_object_get(r, "phases")), ARRAY_SIZE(phases));
	for (size_t i = 0; i < ARRAY_SIZE(phases); i++)
		assert_string_equal(json_str(json_array_get(json_object_get(r, "phases"), i), "name"),
				    phases[i]);
	assert_true(json_number_value(json_object_get(json_object_get(metrics, "rps"), "value")) == 100);
	assert_string_equal(json_str(json_object_get(r, "proof"), "status"), "ok");
	assert_int_equal(json_int_or(json_object_get(r, "window"), "from_ns", 0), 2500);
	assert_int_equal(json_array_size(json_object_get(r, "warnings")), 0);
	fixture_close(&f);
}

static void a_guest_with_nothing_to_do_is_powered_off_once_it_conforms(void **state)
{
	struct guest_opts o = { .modules = json_array() };
	struct cell_fixture f;
	struct err e;
	(void)state;

	fixture_open(&f, good, ARRAY_SIZE(good), "{}", "[]");
	f.cell.task = task_nothing;
	assert_int_equal(cell_steps(&f.cell, &o, &e), -EPERM);
	assert_says(&e, "only a test");
	assert_string_equal(f.cell.phase, "power off");
	assert_int_equal(json_array_size(json_object_get(f.cell.result, "phases")), 3);
	assert_int_equal(asked(&f, "sample-start"), 0);
	json_decref((json_t *)o.modules);
	fixture_close(&f);
}

/* The web workload, in which the kernel is to panic. */
static int go_to_die(struct cell_fixture *f, const struct reply *end, struct err *e)
{
	struct reply replies[REPLIES_MAX] = { *end };
	struct guest_opts o = { .modules = json_array() };

	memcpy(replies + 1, good, sizeof(good));
	fixture_open(f, replies, ARRAY_SIZE(good) + 1, web, policies);
	json_object_set_new((json_t *)f->cell.workload, "expects",
			    json_pack("[{s:s}]", "report", "oom-panic"));
	int rc = cell_steps(&f->cell, &o, e);

	json_decref((json_t *)o.modules);
	return rc;
}

static void a_guest_that_dies_as_expected_leaves_a_window_up_to_its_last_sample(void **state)
{
	static const struct reply dies = {
		.verb = "job-wait", .answer = DEATH,
		.before = "{'event': 'sample', 't_ns': 3000, 'v': [3, 10]}\n"
			  "{'event': 'sample', 't_ns': 4000, 'v': [4, 20]}",
	};
	struct cell_fixture f;
	struct err e;
	(void)state;

	assert_int_equal(go_to_die(&f, &dies, &e), -ECONNRESET);
	const json_t *r = f.cell.result, *metrics = json_object_get(r, "metrics");

	assert_string_equal(f.cell.phase, "measure");
	assert_int_equal(json_int_or(json_object_get(r, "window"), "to_ns", 0), 4000);
	assert_non_null(json_object_get(metrics, "ksm_full_scans"));
	assert_null(json_object_get(metrics, "rps"));
	assert_string_equal(json_str(json_object_get(r, "proof"), "status"), "ok");
	fixture_close(&f);
}

static void a_guest_that_outlives_its_expected_death_is_the_workloads_failure(void **state)
{
	static const struct reply lives = { .verb = "job-wait", .answer = FIGURES };
	struct cell_fixture f;
	struct err e;
	(void)state;

	assert_int_equal(go_to_die(&f, &lives, &e), -ECHILD);
	assert_says(&e, "was to end for want of memory, and did not");
	assert_int_equal(f.cell.blame, OUTCOME_WORKLOAD_FAILED);
	fixture_close(&f);
}

static void the_taint_at_the_end_is_recorded_where_the_kernel_tells_it(void **state)
{
	static const struct { const char *answer, *letters; int number, rc; } cases[] = {
		{ "'result': {'data': '0\\n'}", "", 0, -EPERM },
		{ "'result': {'data': '4609\\n'}", "PWO", 4609, -EPERM },
		{ "'result': {'data': 'many'}", NULL, -1, -EPERM },
		{ "'errno': 2, 'error': 'none'", NULL, -1, -EPERM },
		{ SILENCE, NULL, -1, -ETIMEDOUT },
		{ DEATH, NULL, -1, -ECONNRESET },
	};
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct reply tainted = { .verb = "read", .about = "/proc/sys/kernel/tainted",
					 .answer = cases[i].answer };
		struct cell_fixture f;
		struct err e = { 0 };

		assert_int_equal(go(&f, &tainted, &e), cases[i].rc);
		const json_t *taint = json_object_get(f.cell.result, "taint");

		assert_int_equal(json_int_or(taint, "number", -1), cases[i].number);
		if (cases[i].letters)
			assert_string_equal(json_str(taint, "letters"), cases[i].letters);
		assert_string_equal(f.cell.phase, "power off");
		fixture_close(&f);
	}
}

static void samples_are_written_as_they_come(void **state)
{
	cleanup_samples struct samples *s = NULL;
	struct cell_fixture f;
	struct err e;
	double v;
	(void)state;

	go(&f, NULL, &e);
	fflush(f.cell.samples_log);
	cleanup_free char *path = path_format("%s/samples.jsonl", f.dir);

	assert_int_equal(samples_load(path, &s, &e), 0);
	assert_int_equal(samples_count(s), 3);
	assert_true(samples_value(s, 2, samples_column(s, "vmstat.pgfault"), &v));
	assert_true(v == 10);
	assert_false(samples_value(s, 1, samples_column(s, "vmstat.pgfault"), &v));
	fixture_close(&f);
}

static void a_guest_that_lies_is_stopped_where_it_does(void **state)
{
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(lies); i++) {
		struct cell_fixture f;
		struct err e = { 0 };

		print_message("  %s\n", lies[i].what);
		assert_int_equal(go(&f, &lies[i].reply, &e), lies[i].rc);
		assert_says(&e, lies[i].words);
		assert_string_equal(f.cell.phase, lies[i].phase);
		assert_string_equal(outcome_table[f.cell.blame].name, outcome_table[lies[i].blame].name);
		fixture_close(&f);
	}
}

static void hardware_that_does_not_come_up_is_the_kernels_where_it_says_so(void **state)
{
	static const struct { struct reply reply; enum outcome blame; const char *words; } cases[] = {
		{ { .verb = "disk", .answer = "'errno': 110, 'error': 'no disk flash'" },
		  OUTCOME_NONCONFORMING, "nvme flash: " },
		{ { .verb = "disk", .answer = SILENCE }, OUTCOME_INFRA_ERROR, "did not answer 'disk'" },
	};
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct guest_opts o = { .modules = json_array() };
		struct cell_fixture f;
		struct err e;

		fixture_open(&f, &cases[i].reply, 1, web, policies);
		f.topology.n_devices = 1;
		f.topology.devices[0] = (struct topology_device){ .kind = DEVICE_NVME, .name = "flash" };
		assert_int_equal(cell_steps(&f.cell, &o, &e), -ETIMEDOUT);
		assert_says(&e, cases[i].words);
		assert_string_equal(f.cell.phase, "hardware");
		assert_int_equal(f.cell.blame, cases[i].blame);
		assert_false(f.cell.conforms);
		json_decref((json_t *)o.modules);
		fixture_close(&f);
	}
}

static void what_hardware_is_there_is_told_also_where_some_did_not_come_up(void **state)
{
	static const struct reply refusal = {
		.verb = "disk", .answer = "'errno': 110, 'error': 'no disk flash'",
	};
	static const struct { struct reply look; int rc; const char *words; size_t rows; } cases[] = {
		{ { .verb = "read", .answer = HARDWARE("'0-1'") }, -ETIMEDOUT, "nvme flash: ", 4 },
		{ { .verb = "read", .answer = "'errno': 5, 'error': 'x'" }, -ETIMEDOUT, "nvme flash: ", 0 },
		{ { .verb = "read", .answer = DEATH }, -ECONNRESET, "closed", 0 },
	};
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		const struct reply replies[] = { refusal, cases[i].look };
		struct guest_opts o = { .modules = json_array() };
		struct cell_fixture f;
		struct err e = { 0 };

		fixture_open(&f, replies, ARRAY_SIZE(replies), web, policies);
		f.topology.n_devices = 1;
		f.topology.devices[0] = (struct topology_device){ .kind = DEVICE_NVME, .name = "flash" };
		assert_int_equal(cell_steps(&f.cell, &o, &e), cases[i].rc);
		assert_says(&e, cases[i].words);
		const json_t *rows = json_object_get(f.cell.result, "conformance");

		assert_int_equal(json_array_size(rows), cases[i].rows);
		if (cases[i].rows)
			assert_string_equal(json_str(json_array_get(rows, cases[i].rows - 1), "seen"),
					    "nothing");
		assert_false(f.cell.conforms);
		json_decref((json_t *)o.modules);
		fixture_close(&f);
	}
}

static void what_should_be_so_and_is_not_is_a_warning_of_a_good_cell(void **state)
{
	struct guest_opts o = { .modules = json_array() };
	struct cell_fixture f;
	struct err e;
	(void)state;

	fixture_open(&f, good, ARRAY_SIZE(good), doubted, policies);
	assert_int_equal(cell_steps(&f.cell, &o, &e), -EPERM);
	assert_says(&e, "only a test");
	const json_t *warnings = json_object_get(f.cell.result, "warnings");

	assert_int_equal(json_array_size(warnings), 1);
	assert_string_equal(json_string_value(json_array_get(warnings, 0)),
			    "not so: it is not too fast (rps is 100, at most 50 allowed)");
	json_decref((json_t *)o.modules);
	fixture_close(&f);
}

static void a_policy_without_effect_fails_its_proof_not_the_cell(void **state)
{
	static const struct reply idle[] = {
		{ .verb = "sample-start", .answer = "'result': {'columns': ['vmstat.pgfault']}" },
		{ .verb = "daemon-start", .answer = "'result': {'job': 1}",
		  .before = "{'event': 'sample', 't_ns': 1000, 'v': [1]}\n"
			    "{'event': 'sample', 't_ns': 400000000, 'v': [2]}" },
		{ .verb = "job-wait", .answer = FIGURES },
	};
	struct reply replies[REPLIES_MAX];
	struct guest_opts o = { .modules = json_array() };
	struct cell_fixture f;
	struct err e;
	(void)state;

	memcpy(replies, idle, sizeof(idle));
	memcpy(replies + ARRAY_SIZE(idle), good, sizeof(good));
	fixture_open(&f, replies, ARRAY_SIZE(idle) + ARRAY_SIZE(good), web, policies);
	assert_int_equal(cell_steps(&f.cell, &o, &e), -EPERM);
	const json_t *proof = json_object_get(f.cell.result, "proof");

	assert_string_equal(json_str(proof, "status"), "failed");
	assert_string_equal(json_str(json_array_get(json_object_get(proof, "checks"), 0), "seen"),
			    "absent");
	assert_int_equal(json_array_size(json_object_get(f.cell.result, "warnings")), 1);
	json_decref((json_t *)o.modules);
	fixture_close(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_good_guest_goes_all_the_way),
		cmocka_unit_test(a_guest_that_dies_as_expected_leaves_a_window_up_to_its_last_sample),
		cmocka_unit_test(a_guest_that_outlives_its_expected_death_is_the_workloads_failure),
		cmocka_unit_test(the_taint_at_the_end_is_recorded_where_the_kernel_tells_it),
		cmocka_unit_test(a_guest_with_nothing_to_do_is_powered_off_once_it_conforms),
		cmocka_unit_test(samples_are_written_as_they_come),
		cmocka_unit_test(a_guest_that_lies_is_stopped_where_it_does),
		cmocka_unit_test(hardware_that_does_not_come_up_is_the_kernels_where_it_says_so),
		cmocka_unit_test(what_hardware_is_there_is_told_also_where_some_did_not_come_up),
		cmocka_unit_test(what_should_be_so_and_is_not_is_a_warning_of_a_good_cell),
		cmocka_unit_test(a_policy_without_effect_fails_its_proof_not_the_cell),
	};

	return cmocka_run_group_tests_name("steps", tests, NULL, NULL);
}
