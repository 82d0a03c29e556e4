/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
#include "cell/policy-daemon.h"
#include "cell/policy.h"
#include "guest-fixture.h"
#include "result/proof.h"

#define RUN "/sys/kernel/mm/ksm/run"
#define ADVISOR "/sys/kernel/mm/ksm/advisor_mode"

static const char ksm[] =
	"[{'policy': 'na', 'write': []},"
	" {'policy': 'ksm', 'needs': {'files': ['" RUN "']}, 'process': {'merge_any': true},"
	"  'write': [{'file': '" ADVISOR "', 'value': 'none', 'optional': true},"
	"            {'file': '" RUN "', 'value': '1', 'optional': false}]}]";

struct policy_case {
	const char *what;
	struct reply replies[3];
	int rc;
	const char *words;
	int writes;
};

#define ADVISOR_CHOSEN \
	{ .verb = "write", .about = ADVISOR, .answer = "'result': {'value': '[none] scan-time'}" }

static const struct policy_case policy_cases[] = {
	{ "the files read back what was written",
	  { ADVISOR_CHOSEN, { .verb = "write", .about = RUN, .answer = "'result': {'value': '1'}" } },
	  0, NULL, 2 },
	{ "an optional file is missing",
	  { { .verb = "write", .about = ADVISOR, .answer = "'errno': 2, 'error': 'no such file'" },
	    { .verb = "write", .about = RUN, .answer = "'result': {'value': '1'}" } },
	  0, NULL, 2 },
	{ "the file it needs is missing",
	  { { .verb = "read", .about = RUN, .answer = "'errno': 2, 'error': 'no such file'" } },
	  -ENOENT, "policy ksm needs " RUN ", which this kernel lacks", 0 },
	{ "a file that is not optional is missing",
	  { ADVISOR_CHOSEN,
	    { .verb = "write", .about = RUN, .answer = "'errno': 2, 'error': 'no such file'" } },
	  -ENOENT, "policy ksm: ", 2 },
	{ "the kernel refuses the value",
	  { ADVISOR_CHOSEN,
	    { .verb = "write", .about = RUN, .answer = "'errno': 22, 'error': 'Invalid argument'" } },
	  -EINVAL, "Invalid argument", 2 },
	{ "the kernel keeps another value",
	  { ADVISOR_CHOSEN, { .verb = "write", .about = RUN, .answer = "'result': {'value': '0'}" } },
	  -EIO, "wrote 1 to " RUN ", which then reads '0'", 2 },
	{ "another choice stands in brackets",
	  { { .verb = "write", .about = ADVISOR, .answer = "'result': {'value': 'none [scan-time]'}" } },
	  -EIO, "reads 'none [scan-time]'", 1 },
	{ "the agent does not say what it reads",
	  { { .verb = "write", .answer = "'result': {}" } }, -EIO, "reads ''", 1 },
	{ "the agent says a number",
	  { { .verb = "write", .answer = "'result': {'value': 1}" } }, -EIO, "reads ''", 1 },
	{ "the agent is silent",
	  { { .verb = "write", .answer = SILENCE } }, -ETIMEDOUT, "did not answer 'write'", 1 },
	{ "the agent dies", { { .verb = "read", .answer = DEATH } }, -ECONNRESET, "closed", 0 },
};

static void policies_are_on_only_when_their_files_say_so(void **state)
{
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(policy_cases); i++) {
		const struct policy_case *c = &policy_cases[i];
		struct cell_fixture f;
		struct err e = { 0 };
		size_t n = 0;

		print_message("  %s\n", c->what);
		while (n < ARRAY_SIZE(c->replies) && c->replies[n].verb)
			n++;
		fixture_open(&f, c->replies, n, "{}", ksm);
		assert_int_equal(cell_policies_apply(&f.cell, &e), c->rc);
		if (c->words)
			assert_says(&e, c->words);
		assert_int_equal(asked(&f, "write"), c->writes);
		fixture_close(&f);
	}
}

/* One write, and what of it the guest must have been told. */
struct write_case {
	const char *what, *write, *answer;
	int rc;
	const char *data;	/* that was written; NULL: nothing */
	bool read_back;
};

#define MEMINFO { .verb = "read", .about = "/proc/meminfo", \
		  .answer = "'result': {'data': 'MemTotal:  1000000 kB'}" }

static const struct write_case write_cases[] = {
	{ "the file says something else, and that is right",
	  "'value': '0', 'reads': '0x0000'", "'result': {'value': '0x0000'}", 0, "0", true },
	{ "the file says what was written where it should not", "'value': '0', 'reads': '0x0000'",
	  "'result': {'value': '0'}", -EIO, "0", true },
	{ "the file cannot be read", "'value': '3', 'write_only': true", "'result': {}", 0, "3", false },
	{ "so many percent of memory", "'value': '3', 'percent_of': 'MemTotal'",
	  "'result': {'value': '30000'}", 0, "30000", true },
	{ "a part of a percent", "'value': '0.5', 'percent_of': 'MemTotal'",
	  "'result': {'value': '5000'}", 0, "5000", true },
	{ "more than all memory", "'value': '101', 'percent_of': 'MemTotal'", NULL, -EINVAL, NULL, true },
	{ "what is no number", "'value': '3x', 'percent_of': 'MemTotal'", NULL, -EINVAL, NULL, true },
	{ "it is for later", "'value': '3', 'when': 'measure'", NULL, 0, NULL, true },
};

static void a_write_says_how_it_is_written(void **state)
{
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(write_cases); i++) {
		const struct write_case *c = &write_cases[i];
		cleanup_free char *policies = path_format("[{'policy': 'p', 'write': [{'file': '/f', %s}]}]",
							  c->write);
		cleanup_free char *data = path_format("\"data\":\"%s\"", c->data ? c->data : "");
		const struct reply replies[] = { MEMINFO, { .verb = "write", .answer = c->answer } };
		struct cell_fixture f;
		struct err e = { 0 };

		print_message("  %s\n", c->what);
		fixture_open(&f, replies, ARRAY_SIZE(replies), "{}", policies);
		assert_int_equal(cell_policies_apply(&f.cell, &e), c->rc);
		assert_int_equal(asked(&f, "write"), c->data != NULL);
		if (c->data)
			assert_non_null(strstr(f.said, data));
		assert_int_equal(!!strstr(f.said, "\"read_back\":true"), c->data && c->read_back);
		fixture_close(&f);
	}
}

static void what_is_for_the_window_is_written_right_before_it(void **state)
{
	struct cell_fixture f;
	struct err e = { 0 };
	(void)state;

	fixture_open(&f, NULL, 0, "{}", "[{'policy': 'p', 'write': ["
		     "{'file': '/a', 'value': '1', 'write_only': true, 'when': 'start'},"
		     "{'file': '/b', 'value': '1', 'write_only': true, 'when': 'measure'}]}]");
	assert_int_equal(cell_policies_measure(&f.cell, &e), 0);
	assert_int_equal(asked(&f, "write"), 1);
	assert_non_null(strstr(f.said, "\"/b\""));
	fixture_close(&f);
}

#define GROUPS "{'groups': ['load', 'server', 'side'], 'limited': ['side'], " \
	       "'daemons': [{'name': 'd', 'group': 'server', 'policy': true}," \
	       "            {'name': 'w', 'group': 'load', 'policy': false}]}"

static void policies_are_for_daemons_that_say_so_and_groups_that_are_limited(void **state)
{
	cleanup_json json_t *workload = json_of(GROUPS), *wanted = json_of("['server', 'side']");
	cleanup_json json_t *groups = policy_groups(workload);
	(void)state;

	assert_true(json_equal(groups, wanted));
}

static void cgroups_of_these_groups_get_the_policies_files(void **state)
{
	static const struct reply replies[] = {
		{ .verb = "mkdir", .answer = "'errno': 17, 'error': 'exists'", .times = 1 },
		{ .verb = "write", .answer = "'result': {'value': '1'}" },
	};
	struct cell_fixture f;
	struct err e = { 0 };
	(void)state;

	fixture_open(&f, replies, ARRAY_SIZE(replies), GROUPS,
		     "[{'policy': 'p', 'cgroups': [{'file': 'memory.oom.group', 'value': '1'}]}]");
	assert_int_equal(cell_policies_group(&f.cell, &e), 0);
	assert_int_equal(asked(&f, "write"), 2);
	assert_non_null(strstr(f.said, "/sys/fs/cgroup/ramrig/server/memory.oom.group"));
	assert_non_null(strstr(f.said, "/sys/fs/cgroup/ramrig/side/memory.oom.group"));
	fixture_close(&f);
}

static void a_daemon_has_an_argument_for_each_group_and_the_disk(void **state)
{
	cleanup_json json_t *workload = json_of(GROUPS), *daemon = json_of(
		"{'name': 's', 'run': ['ramrig-s', '--cgroup={group}', '--disk={disk}', '--odd={x}']}");
	cleanup_json json_t *wanted = json_of(
		"['/daemons/ramrig-s', '--cgroup=ramrig/server', '--cgroup=ramrig/side',"
		" '--disk=/dev/zram0', '--odd={x}']");
	cleanup_json json_t *argv = policy_daemon_argv(daemon, workload, "/dev/zram0");
	(void)state;

	assert_true(json_equal(argv, wanted));
}

static void a_sum_is_over_all_lines_that_have_the_number(void **state)
{
	static const struct { const char *output; bool any; double sum; } cases[] = {
		{ "", false, 0 },
		{ "{\"event\":\"start\"}\n", false, 0 },
		{ "{\"bytes\":\"5\"}\n", false, 0 },
		{ "{\"bytes\":0}\n", true, 0 },
		{ "cut\":1}\n{\"bytes\":5}\nnot JSON\n{\"bytes\":2.5,\"other\":9}\n", true, 7.5 },
		{ "{\"bytes\":5}\n{\"bytes\":", true, 5 },
	};
	double sum;
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		print_message("  case %zu\n", i);
		assert_int_equal(policy_daemon_lines_sum(cases[i].output, "bytes", &sum), cases[i].any);
		assert_true(sum == cases[i].sum);
	}
}

static void a_policy_that_may_idle_is_shown_and_need_not_hold(void **state)
{
	cleanup_json json_t *policies = json_of(
		"[{'policy': 'a', 'proof': [{'file': '/a', 'reads': '1', 'what': 'a'}]},"
		" {'policy': 'b', 'may_idle': ['a'], 'proof': [{'file': '/b', 'reads': '1', 'what': 'b'}]}]");
	cleanup_json json_t *upper = json_of("{'files': {'/a': '0', '/b': '1'}}");
	cleanup_json json_t *lower = json_of("{'files': {'/a': '1', '/b': '0'}}");
	cleanup_json json_t *well = NULL, *ill = NULL;
	struct err e;
	(void)state;

	assert_int_equal(proof_check(policies, NULL, NULL, (struct window){ 0, 1 }, upper, &well, &e), 0);
	assert_int_equal(proof_check(policies, NULL, NULL, (struct window){ 0, 1 }, lower, &ill, &e), 0);
	assert_string_equal(json_str(well, "status"), "ok");
	assert_string_equal(json_str(ill, "status"), "failed");

	/* Where nobody else has a proof, something must still have acted. */
	json_object_del(json_array_get(policies, 1), "proof");
	cleanup_json json_t *idle = NULL;
	assert_int_equal(proof_check(policies, NULL, NULL, (struct window){ 0, 1 }, upper, &idle, &e), 0);
	assert_string_equal(json_str(idle, "status"), "failed");
	const json_t *a = json_array_get(json_object_get(well, "checks"), 0);
	assert_true(json_is_false(json_object_get(a, "ok")));
	assert_true(json_is_true(json_object_get(a, "may_idle")));
}

static void proofs_ask_for_files_and_for_what_daemons_printed(void **state)
{
	static const struct reply replies[] = {
		{ .verb = "daemon-start", .answer = "'result': {'job': 4, 'pid': 9}" },
		{ .verb = "job-wait", .about = "4", .answer =
		  "'result': {'running': true, 'output': '{\\\"bytes\\\":3}\\n{\\\"bytes\\\":4}\\n'}" },
		{ .verb = "read", .about = "/gone", .answer = "'errno': 2, 'error': 'none'" },
		{ .verb = "read", .about = "/mode", .answer = "'result': {'data': 'on\\n'}" },
	};
	cleanup_json json_t *wanted = json_of("{'files': {'/mode': 'on'}, 'sums': {'s.bytes': 7.0}}");
	cleanup_json json_t *facts = NULL;
	struct cell_fixture f;
	struct err e = { 0 };
	(void)state;

	fixture_open(&f, replies, ARRAY_SIZE(replies), GROUPS, "[{'policy': 'p',"
		     " 'daemons': [{'name': 's', 'run': ['ramrig-s']}], 'proof': ["
		     "  {'file': '/mode', 'reads': 'on', 'what': 'w'},"
		     "  {'file': '/gone', 'reads': 'on', 'what': 'w'},"
		     "  {'daemon': 's', 'sum': 'bytes', 'more_than': 0, 'what': 'w'},"
		     "  {'metric': 'mem_used', 'more_than': 0, 'what': 'w'}]}]");
	assert_int_equal(cell_policy_daemons_start(&f.cell, &e), 0);
	assert_int_equal(cell_policies_facts(&f.cell, &facts, &e), 0);
	assert_true(json_equal(facts, wanted));
	fixture_close(&f);
}

static void no_policy_asks_the_guest_for_nothing(void **state)
{
	struct cell_fixture f;
	struct err e;
	(void)state;

	fixture_open(&f, NULL, 0, "{}", "[{'policy': 'na', 'write': []}]");
	assert_int_equal(cell_policies_apply(&f.cell, &e), 0);
	assert_int_equal(asked(&f, "write") + asked(&f, "read"), 0);
	fixture_close(&f);
}

static void a_process_attribute_is_on_when_any_policy_wants_it(void **state)
{
	static const struct { const char *policies; bool on; } cases[] = {
		{ "[]", false },
		{ "[{'policy': 'na'}]", false },
		{ "[{'process': {'merge_any': false}}]", false },
		{ "[{'process': {'other': true}}]", false },
		{ "[{'policy': 'na'}, {'process': {'merge_any': true}}]", true },
	};
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		cleanup_json json_t *p = json_of(cases[i].policies);

		print_message("  %s\n", cases[i].policies);
		assert_int_equal(policy_process_attribute(p, "merge_any"), cases[i].on);
	}
}

#define SCANS "[{'policy': 'ksm', 'settle': {'timeout': 1000, 'conditions': " \
	      "[{'metric': 'ksm_full_scans', 'at_least': 2}]}}]"

/* Takes what comes for a little while: the samples that follow an answer. */
static void settle_begin(struct cell_fixture *f, const struct reply *r, size_t n, const char *policies)
{
	cleanup_json json_t *columns = json_of("['ksm.full_scans']");
	struct err e;

	fixture_open(f, r, n, GROUPS, policies);
	assert_int_equal(samples_new(columns, &f->cell.samples, &e), 0);
}

static void append_sample(const json_t *event, void *arg)
{
	struct cell *c = arg;

	c->samples_rc = samples_append(c->samples, event, &c->samples_err);
}

static void measuring_waits_until_the_policies_rest(void **state)
{
	static const struct reply replies[] = {
		{ .verb = "ping", .answer = "'result': {'monotonic_ns': 1}",
		  .after = "{'event': 'sample', 't_ns': 1000000, 'v': [1]}\n"
			   "{'event': 'sample', 't_ns': 2000000, 'v': [2]}" },
	};
	struct cell_fixture f;
	struct err e;
	int64_t now;
	(void)state;

	settle_begin(&f, replies, ARRAY_SIZE(replies), SCANS);
	link_set_event_handler(f.guest.link, append_sample, &f.cell);
	assert_int_equal(cell_guest_now(&f.cell, &now, &e), 0);
	assert_int_equal(cell_policies_settle(&f.cell, &e), 0);
	assert_int_equal(samples_count(f.cell.samples), 2);
	assert_int_equal(json_array_size(json_object_get(f.cell.result, "warnings")), 0);
	fixture_close(&f);
}

static void policies_that_never_rest_are_a_warning(void **state)
{
	static const struct reply replies[] = {
		{ .verb = "ping", .answer = "'result': {'monotonic_ns': 1}",
		  .after = "{'event': 'sample', 't_ns': 500000000, 'v': [0]}\n"
			   "{'event': 'sample', 't_ns': 1600000000, 'v': [1]}" },
	};
	struct cell_fixture f;
	struct err e;
	int64_t now;
	(void)state;

	settle_begin(&f, replies, ARRAY_SIZE(replies), SCANS);
	link_set_event_handler(f.guest.link, append_sample, &f.cell);
	/* Whoever says nothing more is not waited for longer than the wall clock allows. */
	int64_t start = clock_now_ms();

	assert_int_equal(cell_guest_now(&f.cell, &now, &e), 0);
	assert_int_equal(cell_policies_settle(&f.cell, &e), 0);
	assert_in_range(clock_now_ms() - start, 0, 2 * guest_wall_ms(&f.guest, 1000));
	const char *warning =
		json_string_value(json_array_get(json_object_get(f.cell.result, "warnings"), 0));

	assert_non_null(warning);
	assert_non_null(strstr(warning, "did not settle within 1 s: ksm_full_scans is 1, not yet at least 2"));
	fixture_close(&f);
}

static void without_daemons_that_policies_are_for_nothing_is_waited_for(void **state)
{
	struct cell_fixture f;
	struct err e;
	(void)state;

	settle_begin(&f, NULL, 0, SCANS);
	json_object_del((json_t *)f.cell.workload, "daemons");
	assert_int_equal(cell_policies_settle(&f.cell, &e), 0);
	assert_int_equal(json_array_size(json_object_get(f.cell.result, "warnings")), 0);
	fixture_close(&f);
}

static void a_guest_that_dies_while_settling_is_noticed(void **state)
{
	static const struct reply replies[] = { { .verb = "ping", .answer = DEATH } };
	struct cell_fixture f;
	struct err e;
	int64_t now;
	(void)state;

	settle_begin(&f, replies, ARRAY_SIZE(replies), SCANS);
	assert_int_equal(cell_guest_now(&f.cell, &now, &e), -ECONNRESET);
	assert_int_equal(cell_policies_settle(&f.cell, &e), -ECONNRESET);
	fixture_close(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(policies_are_on_only_when_their_files_say_so),
		cmocka_unit_test(a_write_says_how_it_is_written),
		cmocka_unit_test(what_is_for_the_window_is_written_right_before_it),
		cmocka_unit_test(policies_are_for_daemons_that_say_so_and_groups_that_are_limited),
		cmocka_unit_test(cgroups_of_these_groups_get_the_policies_files),
		cmocka_unit_test(a_daemon_has_an_argument_for_each_group_and_the_disk),
		cmocka_unit_test(a_sum_is_over_all_lines_that_have_the_number),
		cmocka_unit_test(a_policy_that_may_idle_is_shown_and_need_not_hold),
		cmocka_unit_test(proofs_ask_for_files_and_for_what_daemons_printed),
		cmocka_unit_test(no_policy_asks_the_guest_for_nothing),
		cmocka_unit_test(a_process_attribute_is_on_when_any_policy_wants_it),
		cmocka_unit_test(measuring_waits_until_the_policies_rest),
		cmocka_unit_test(policies_that_never_rest_are_a_warning),
		cmocka_unit_test(without_daemons_that_policies_are_for_nothing_is_waited_for),
		cmocka_unit_test(a_guest_that_dies_while_settling_is_noticed),
	};

	return cmocka_run_group_tests_name("policy", tests, NULL, NULL);
}
