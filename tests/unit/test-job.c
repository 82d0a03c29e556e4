/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
#include "cell/job.h"
#include "guest-fixture.h"

#define NA "[{'policy': 'na'}]"
#define MERGE "[{'policy': 'ksm', 'process': {'merge_any': true}}]"

static const char web[] =
	"{'groups': ['server', 'load'],"
	" 'parameters': {'file_size': {'unit': 'size', 'value': 1024},"
	"                'mode': {'unit': 'text', 'value': 'fast one'}},"
	" 'daemons': [{'name': 'db', 'group': 'server', 'run': ['db'], 'ready': 'up', 'timeout': 200},"
	"             {'name': 'nginx', 'group': 'server', 'run': ['nginx'], 'ready': 'ready',"
	"              'timeout': 200, 'policy': true}],"
	" 'measure': [{'group': 'load', 'run': ['sh', 'measure.sh'], 'timeout': 200}]}";

struct job_case {
	const char *what;
	struct reply replies[3];
	int rc;
	const char *words;
	enum outcome blame;
};

#define STARTED { .verb = "job-start", .answer = "'result': {'job': 7, 'pid': 99}" }

static const struct job_case job_cases[] = {
	{ "it ends well",
	  { STARTED, { .verb = "job-wait",
		       .answer = "'result': {'running': false, 'exit': 0, 'output': 'fine\\n'}" } },
	  0, NULL, OUTCOME_INFRA_ERROR },
	{ "it prints nothing",
	  { STARTED, { .verb = "job-wait", .answer = "'result': {'running': false, 'exit': 0}" } },
	  0, NULL, OUTCOME_INFRA_ERROR },
	{ "it exits with 1",
	  { STARTED, { .verb = "job-wait",
		       .answer = "'result': {'running': false, 'exit': 1, 'output': 'no such host'}" } },
	  -EIO, "measure ended with exit code 1; it last printed: no such host",
	  OUTCOME_WORKLOAD_FAILED },
	{ "it is killed",
	  { STARTED, { .verb = "job-wait",
		       .answer = "'result': {'running': false, 'signal': 9, 'output': ''}" } },
	  -EIO, "measure was ended by signal 9", OUTCOME_WORKLOAD_FAILED },
	{ "it takes too long",
	  { STARTED, { .verb = "job-wait", .answer = "'errno': 110, 'error': 'still running'" } },
	  -ETIMEDOUT, "measure did not end within 0 s", OUTCOME_WORKLOAD_FAILED },
	{ "it takes too long, and cannot be killed",
	  { STARTED, { .verb = "job-wait", .answer = "'errno': 110, 'error': 'still running'" },
	    { .verb = "job-kill", .about = "7", .answer = "'errno': 110, 'error': 'outlived SIGKILL'" } },
	  -ETIMEDOUT, "measure did not end within 0 s, nor when it was killed", OUTCOME_HUNG },
	{ "it takes too long, and the guest falls silent when it is to be killed",
	  { STARTED, { .verb = "job-wait", .answer = "'errno': 110, 'error': 'still running'" },
	    { .verb = "job-kill", .answer = SILENCE } },
	  -ETIMEDOUT, "did not answer 'job-kill'", OUTCOME_WORKLOAD_FAILED },
	{ "there is no such program",
	  { { .verb = "job-start", .answer = "'errno': 2, 'error': 'no program sh'" } },
	  -ENOENT, "no program sh", OUTCOME_WORKLOAD_FAILED },
	{ "the agent does not say how it ended",
	  { STARTED, { .verb = "job-wait", .answer = "'result': {}" } },
	  -EPROTO, "did not say how measure ended", OUTCOME_INFRA_ERROR },
	{ "the agent says it in words",
	  { STARTED, { .verb = "job-wait", .answer = "'result': {'exit': 'zero', 'output': 5}" } },
	  -EPROTO, "did not say how measure ended", OUTCOME_INFRA_ERROR },
	{ "the guest falls silent",
	  { STARTED, { .verb = "job-wait", .answer = SILENCE } },
	  -ETIMEDOUT, "did not answer 'job-wait'", OUTCOME_INFRA_ERROR },
	{ "the agent dies", { STARTED, { .verb = "job-wait", .answer = DEATH } },
	  -ECONNRESET, "closed", OUTCOME_INFRA_ERROR },
};

static size_t replies_of(const struct job_case *c)
{
	size_t n = 0;

	while (n < ARRAY_SIZE(c->replies) && c->replies[n].verb)
		n++;
	return n;
}

static void a_job_ends_well_or_says_why_not(void **state)
{
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(job_cases); i++) {
		const struct job_case *c = &job_cases[i];
		cleanup_json json_t *outputs = json_object();
		struct cell_fixture f;
		struct err e = { 0 };

		print_message("  %s\n", c->what);
		fixture_open(&f, c->replies, replies_of(c), web, NA);
		assert_int_equal(cell_step_run(&f.cell, "measure", outputs, &e), c->rc);
		if (c->words)
			assert_says(&e, c->words);
		assert_int_equal(f.cell.blame, c->blame);
		assert_int_equal(json_object_get(outputs, "") != NULL, !c->rc);
		fixture_close(&f);
	}
}

static char *kept_output(const struct cell_fixture *f, const char *name)
{
	cleanup_free char *path = path_format("%s/output/%s.txt", f->dir, name);
	char *text = NULL;
	struct err e;

	file_read(AT_FDCWD, path, 1 << 20, &text, NULL, &e);
	return text;
}

static void what_a_job_printed_is_kept_even_when_it_failed(void **state)
{
	static const struct reply replies[] = {
		{ .verb = "job-wait", .answer = "'result': {'exit': 3, 'output': 'one\\ntwo\\n'}" },
	};
	struct cell_fixture f;
	struct err e;
	(void)state;

	fixture_open(&f, replies, 1, web, NA);
	assert_int_equal(cell_step_run(&f.cell, "measure", NULL, &e), -EIO);
	cleanup_free char *text = kept_output(&f, "measure");

	assert_string_equal(text, "one\ntwo\n");
	fixture_close(&f);
}

static void a_workload_without_a_warm_up_has_none(void **state)
{
	struct cell_fixture f;
	struct err e;
	(void)state;

	fixture_open(&f, NULL, 0, web, NA);
	assert_int_equal(cell_step_run(&f.cell, "warmup", NULL, &e), 0);
	assert_int_equal(asked(&f, "job-start"), 0);
	fixture_close(&f);
}

/* The last request with @verb that names the program @name. */
static json_t *request_of(struct cell_fixture *f, const char *verb, const char *name)
{
	json_t *found = NULL;

	fflush(f->log);
	for (const char *at = f->said, *end; (end = strchr(at, '\n')); at = end + 1) {
		cleanup_json json_t *line = json_loadb(at, (size_t)(end - at), 0, NULL);
		json_t *m = json_object_get(line, "message");

		if (!json_str(m, "verb") || strcmp(json_str(m, "verb"), verb) ||
		    strcmp(json_str(m, "name"), name))
			continue;
		json_decref(found);
		found = json_incref(m);
	}
	assert_non_null(found);
	return found;
}

static void programs_get_their_parameters_cgroup_and_attribute(void **state)
{
	static const struct { const char *policies, *name; bool merge; } cases[] = {
		{ NA, "nginx", false },
		{ MERGE, "nginx", true },
		{ MERGE, "db", false },	/* it does not take part in policies */
	};
	cleanup_json json_t *env =
		json_of("{'RAMRIG_FILE_SIZE': '1024', 'RAMRIG_MODE': 'fast one'}");
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct cell_fixture f;
		struct err e;

		print_message("  %s under %s\n", cases[i].name, cases[i].policies);
		fixture_open(&f, NULL, 0, web, cases[i].policies);
		assert_int_equal(cell_daemons_start(&f.cell, &e), 0);
		cleanup_json json_t *r = request_of(&f, "daemon-start", cases[i].name);

		assert_true(json_equal(json_object_get(r, "env"), env));
		assert_string_equal(json_str(r, "cgroup"), "server");
		assert_true(json_is_true(json_object_get(r, "root")));
		assert_int_equal(json_is_true(json_object_get(r, "merge_any")), cases[i].merge);
		assert_int_equal(json_int_or(r, "timeout_ms", 0), 200);
		fixture_close(&f);
	}
}

static void daemons_start_in_order_and_stop_in_reverse(void **state)
{
	static const struct reply replies[] = {
		{ .verb = "daemon-start", .about = "db", .answer = "'result': {'job': 11, 'pid': 2}" },
		{ .verb = "daemon-start", .about = "nginx", .answer = "'result': {'job': 12, 'pid': 3}" },
		{ .verb = "daemon-stop", .answer = "'result': {'exit': 0, 'output': 'bye'}" },
	};
	cleanup_json json_t *wanted = json_of("[{'job': 11, 'name': 'db'}, {'job': 12, 'name': 'nginx'}]");
	struct cell_fixture f;
	struct err e;
	(void)state;

	fixture_open(&f, replies, ARRAY_SIZE(replies), web, NA);
	assert_int_equal(cell_daemons_start(&f.cell, &e), 0);
	assert_true(json_equal(f.cell.daemons, wanted));
	assert_int_equal(cell_daemons_stop(&f.cell, &e), 0);
	assert_int_equal(json_array_size(f.cell.daemons), 0);
	assert_int_equal(asked(&f, "daemon-stop"), 2);
	const char *twelve = strstr(f.said, "\"job\":12,\"grace_ms\"");
	const char *eleven = strstr(f.said, "\"job\":11,\"grace_ms\"");

	assert_non_null(twelve);
	assert_non_null(eleven);
	assert_true(twelve < eleven);
	cleanup_free char *text = kept_output(&f, "nginx");

	assert_string_equal(text, "bye");
	fixture_close(&f);
}

static const char both[] =
	"{'groups': ['load'], 'parameters': {},"
	" 'measure': [{'name': 'web', 'group': 'load', 'run': ['wrk'], 'timeout': 200},"
	"             {'name': 'db', 'group': 'load', 'run': ['pgbench'], 'timeout': 200}]}";

#define ENDED(from, to, output) \
	"'result': {'exit': 0, 'output': '" output "', 'started_ns': " #from ", 'ended_ns': " #to "}"

static void programs_of_one_step_run_at_once_and_a_short_one_is_warned_of(void **state)
{
	static const struct { const char *web, *db, *warning; } cases[] = {
		{ ENDED(100, 200, "w"), ENDED(110, 210, "d"), NULL },
		{ ENDED(100, 200, "w"), ENDED(110, 300, "d"),
		  "the programs of measure ran all at once for 45 % of the time only" },
		{ ENDED(100, 200, "w"), ENDED(200, 300, "d"), "for 0 %" },
		{ "'result': {'exit': 0, 'output': 'w'}", ENDED(110, 210, "d"), "for 0 %" },
	};
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		const struct reply replies[] = {
			{ .verb = "job-start", .about = "measure-web", .answer = "'result': {'job': 1}" },
			{ .verb = "job-start", .about = "measure-db", .answer = "'result': {'job': 2}" },
			{ .verb = "job-wait", .about = "1", .answer = cases[i].web },
			{ .verb = "job-wait", .about = "2", .answer = cases[i].db },
		};
		cleanup_json json_t *outputs = json_object();
		struct cell_fixture f;
		struct err e;

		fixture_open(&f, replies, ARRAY_SIZE(replies), both, NA);
		json_object_set_new(f.cell.result, "warnings", json_array());
		assert_int_equal(cell_step_run(&f.cell, "measure", outputs, &e), 0);
		assert_string_equal(json_str(outputs, "web"), "w");
		assert_string_equal(json_str(outputs, "db"), "d");
		const json_t *programs = json_object_get(f.cell.result, "programs");
		const json_t *warnings = json_object_get(f.cell.result, "warnings");

		assert_int_equal(json_int_or(json_object_get(programs, "measure-db"), "from_ns", 0),
				 i == 2 ? 200 : 110);
		assert_int_equal(json_array_size(warnings), cases[i].warning != NULL);
		if (cases[i].warning)
			assert_non_null(strstr(json_string_value(json_array_get(warnings, 0)),
					       cases[i].warning));
		asked(&f, "job-wait");
		assert_true(strstr(f.said, "measure-db") < strstr(f.said, "job-wait"));
		fixture_close(&f);
	}
}

static void one_of_several_programs_that_fails_is_named(void **state)
{
	static const struct reply replies[] = {
		{ .verb = "job-start", .about = "measure-web", .answer = "'result': {'job': 1}" },
		{ .verb = "job-start", .about = "measure-db", .answer = "'result': {'job': 2}" },
		{ .verb = "job-wait", .about = "1", .answer = "'result': {'exit': 0}" },
		{ .verb = "job-wait", .about = "2", .answer = "'result': {'exit': 1, 'output': 'no'}" },
	};
	struct cell_fixture f;
	struct err e;
	(void)state;

	fixture_open(&f, replies, ARRAY_SIZE(replies), both, NA);
	assert_int_equal(cell_step_run(&f.cell, "measure", NULL, &e), -EIO);
	assert_says(&e, "measure-db ended with exit code 1; it last printed: no");
	assert_int_equal(f.cell.blame, OUTCOME_WORKLOAD_FAILED);
	fixture_close(&f);
}

static void a_daemon_that_cannot_be_stopped_is_held_by_the_kernel(void **state)
{
	static const struct { const char *answer; int rc; enum outcome blame; } cases[] = {
		{ "'errno': 110, 'error': 'db outlived SIGKILL'", -ETIMEDOUT, OUTCOME_HUNG },
		{ "'errno': 3, 'error': 'there is no job 11'", -ESRCH, OUTCOME_INFRA_ERROR },
		{ SILENCE, -ETIMEDOUT, OUTCOME_INFRA_ERROR },
	};
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		const struct reply replies[] = { { .verb = "daemon-stop", .answer = cases[i].answer } };
		struct cell_fixture f;
		struct err e;

		fixture_open(&f, replies, 1, web, NA);
		json_array_append_new(f.cell.daemons, json_of("{'job': 11, 'name': 'db'}"));
		assert_int_equal(cell_daemons_stop(&f.cell, &e), cases[i].rc);
		assert_int_equal(f.cell.blame, cases[i].blame);
		fixture_close(&f);
	}
}

static void a_daemon_that_does_not_get_ready_fails_the_workload(void **state)
{
	static const struct { const char *what; struct reply reply; int rc; const char *words;
			      enum outcome blame; } cases[] = {
		{ "it dies first",
		  { .verb = "daemon-start", .about = "nginx",
		    .answer = "'errno': 10, 'error': 'it ended: port in use'" },
		  -ECHILD, "port in use", OUTCOME_WORKLOAD_FAILED },
		{ "it takes too long",
		  { .verb = "daemon-start", .about = "nginx",
		    .answer = "'errno': 110, 'error': 'not ready in time'" },
		  -ETIMEDOUT, "not ready in time", OUTCOME_WORKLOAD_FAILED },
		{ "the guest falls silent",
		  { .verb = "daemon-start", .about = "nginx", .answer = SILENCE },
		  -ETIMEDOUT, "did not answer", OUTCOME_INFRA_ERROR },
	};
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct cell_fixture f;
		struct err e;

		print_message("  %s\n", cases[i].what);
		fixture_open(&f, &cases[i].reply, 1, web, NA);
		assert_int_equal(cell_daemons_start(&f.cell, &e), cases[i].rc);
		assert_says(&e, cases[i].words);
		assert_int_equal(f.cell.blame, cases[i].blame);
		assert_int_equal(json_array_size(f.cell.daemons), 1);
		fixture_close(&f);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_job_ends_well_or_says_why_not),
		cmocka_unit_test(what_a_job_printed_is_kept_even_when_it_failed),
		cmocka_unit_test(a_workload_without_a_warm_up_has_none),
		cmocka_unit_test(programs_of_one_step_run_at_once_and_a_short_one_is_warned_of),
		cmocka_unit_test(one_of_several_programs_that_fails_is_named),
		cmocka_unit_test(a_daemon_that_cannot_be_stopped_is_held_by_the_kernel),
		cmocka_unit_test(programs_get_their_parameters_cgroup_and_attribute),
		cmocka_unit_test(daemons_start_in_order_and_stop_in_reverse),
		cmocka_unit_test(a_daemon_that_does_not_get_ready_fails_the_workload),
	};

	return cmocka_run_group_tests_name("job", tests, NULL, NULL);
}
