/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "agent-fixture.h"
#include "proto/protocol.h"

static void a_job_that_ends_tells_its_exit_code_and_output(void **state)
{
	json_int_t job = start_script(*state, "echo out; echo err >&2; exit 3");
	cleanup_json json_t *r = wait_job(*state, job);

	assert_true(json_is_false(json_object_get(r, "running")));
	assert_int_equal(json_int_or(r, "exit", -1), 3);
	assert_null(json_object_get(r, "signal"));
	assert_string_equal(json_str(r, "output"), "out\nerr\n");
	assert_int_equal(json_int_or(r, "output_dropped", -1), 0);
	/* Asked again, it says the same. */
	cleanup_json json_t *again = wait_job(*state, job);
	assert_true(json_equal(r, again));
}

static void a_job_that_dies_of_a_signal_tells_which(void **state)
{
	cleanup_json json_t *r = wait_job(*state, start_script(*state, "kill -9 $$"));

	assert_int_equal(json_int_or(r, "signal", 0), SIGKILL);
	assert_null(json_object_get(r, "exit"));
}

static void a_jobs_cpu_time_is_told(void **state)
{
	cleanup_json json_t *r = wait_job(*state, start_script(*state,
		"i=0; while [ $i -lt 200000 ]; do i=$((i+1)); done"));

	assert_in_range(json_int_or(r, "user_us", -1), 10000, 10000000);
	assert_in_range(json_int_or(r, "system_us", -1), 0, 10000000);
}

static void of_too_much_output_the_last_is_kept(void **state)
{
	cleanup_json json_t *j = ask(*state, "job-start", json_pack("{s:s, s:[sss], s:i}", "name",
		"loud", "argv", "sh", "-c", "i=0; while [ $i -lt 1000 ]; do echo line$i; i=$((i+1)); done",
		"output_max", 16));
	cleanup_json json_t *r = wait_job(*state, json_int_or(j, "job", 0));

	assert_string_equal(json_str(r, "output"), "line998\nline999\n");
	assert_int_equal(json_int_or(r, "output_dropped", -1), 7890 - 16);
}

static void a_flood_of_output_stays_within_the_protocols_limit(void **state)
{
	cleanup_json json_t *r = wait_job(*state, start_script(*state,
		"head -c 3000000 /dev/zero; echo; echo end"));
	const char *output = json_str(r, "output");

	assert_int_equal(strlen(output), PROTOCOL_OUTPUT_MAX);
	assert_string_equal(output + PROTOCOL_OUTPUT_MAX - 5, "\nend\n");
	assert_int_equal(json_int_or(r, "output_dropped", -1), 3000005 - (int)PROTOCOL_OUTPUT_MAX);
}

static void a_wait_that_is_over_too_soon_leaves_the_job_running(void **state)
{
	json_int_t job = start_script(*state, "sleep 0.3; echo done");
	struct err e;

	assert_int_equal(refuse(*state, "job-wait", json_pack("{s:I, s:i}", "job", job, "timeout_ms",
							      20), &e), -ETIMEDOUT);
	cleanup_json json_t *r = wait_job(*state, job);
	assert_string_equal(json_str(r, "output"), "done\n");
}

static void a_wait_can_end_with_a_text(void **state)
{
	json_int_t job = start_script(*state, "echo he; sleep 0.1; printf 'rea'; sleep 0.1; echo dy; "
					      "sleep 60");

	for (int i = 0; i < 2; i++) {
		cleanup_json json_t *r = ask(*state, "job-wait", json_pack("{s:I, s:i, s:s}", "job", job,
			"timeout_ms", 10000, "until", "ready"));

		assert_true(json_is_true(json_object_get(r, "running")));
		assert_string_equal(json_str(r, "output"), "he\nready\n");
	}
	tell(*state, "job-kill", json_pack("{s:I, s:i}", "job", job, "signal", SIGKILL));
}

static void a_kill_reaches_the_whole_process_group(void **state)
{
	json_int_t job = start_script(*state, "sleep 61 & sleep 62 & echo up; wait");

	tell(*state, "job-wait", json_pack("{s:I, s:i, s:s}", "job", job, "timeout_ms", 10000, "until",
					   "up"));
	/* A group of which one is left would cost the whole grace. */
	int64_t before = clock_now_ms();
	tell(*state, "job-kill", json_pack("{s:I, s:i}", "job", job, "grace_ms", 15000));
	assert_in_range(clock_now_ms() - before, 0, 14000);
	cleanup_json json_t *r = wait_job(*state, job);
	assert_int_equal(json_int_or(r, "signal", 0), SIGTERM);
}

static void what_ignores_a_kill_is_killed_after_the_grace(void **state)
{
	json_int_t job = start_script(*state, "trap '' TERM; echo up; while :; do sleep 0.05; done");
	int64_t before;

	tell(*state, "job-wait", json_pack("{s:I, s:i, s:s}", "job", job, "timeout_ms", 10000, "until",
					   "up"));
	before = clock_now_ms();
	tell(*state, "job-kill", json_pack("{s:I, s:i}", "job", job, "grace_ms", 100));
	assert_in_range(clock_now_ms() - before, 99, 5000);
	cleanup_json json_t *r = wait_job(*state, job);
	assert_int_equal(json_int_or(r, "signal", 0), SIGKILL);
}

static void a_program_that_is_not_there_is_an_error_of_the_start(void **state)
{
	struct err e;

	assert_int_equal(refuse(*state, "job-start", json_pack("{s:s, s:[s]}", "name", "x", "argv",
							       "/no/such/program"), &e), -ENOENT);
	assert_non_null(strstr(e.msg, "/no/such/program"));
}

static void a_start_that_makes_no_sense_is_refused(void **state)
{
	static const char *const cases[] = {
		"{\"name\":\"x\"}",
		"{\"name\":\"x\",\"argv\":[]}",
		"{\"name\":\"x\",\"argv\":\"ls\"}",
		"{\"name\":\"x\",\"argv\":[1]}",
		"{\"name\":\"x\",\"argv\":[\"true\"],\"env\":{\"A\":1}}",
		"{\"name\":\"x\",\"argv\":[\"true\"],\"env\":[]}",
		"{\"name\":\"x\",\"argv\":[\"true\"],\"cgroup\":\"../x\"}",
		"{\"name\":\"x\",\"argv\":[\"true\"],\"cgroup\":\"\"}",
		"{\"name\":\"x\",\"argv\":[\"true\"],\"mempolicy\":\"interleave\"}",
		"{\"name\":\"x\",\"argv\":[\"true\"],\"output_max\":-1}",
		"{\"name\":\"x\",\"argv\":[\"true\"],\"output_max\":99999999}",
		"{\"name\":\"x\",\"argv\":[\"true\"],\"ready\":\"y\"}",
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct err e;

		print_message("  %s\n", cases[i]);
		assert_int_equal(refuse(*state, "job-start", json_loads(cases[i], 0, NULL), &e), -EINVAL);
	}
}

static void a_job_joins_its_cgroup_before_it_runs(void **state)
{
	struct fixture *f = *state;
	cleanup_free char *path = path_format("%s/cgroup/server/cgroup.procs", f->dir);
	cleanup_free char *joined = NULL;
	struct err e;
	char pid[32];

	cleanup_json json_t *j = ask(f, "job-start", json_pack("{s:s, s:[s], s:s}", "name", "x", "argv",
							       "true", "cgroup", "server"));
	assert_int_equal(file_read(AT_FDCWD, path, 100, &joined, NULL, &e), 0);
	snprintf(pid, sizeof(pid), "%lld", (long long)json_int_or(j, "pid", 0));
	assert_string_equal(joined, pid);
	/* Made when missing; this one is no cgroup, so the job cannot join and must not run. */
	assert_int_equal(refuse(f, "job-start", json_pack("{s:s, s:[s], s:s}", "name", "x", "argv",
							  "true", "cgroup", "fresh"), &e), -ENOENT);
	cleanup_free char *fresh = path_format("%s/cgroup/fresh", f->dir);
	assert_int_equal(access(fresh, F_OK), 0);
}

static void a_jobs_environment_and_folder_are_as_asked(void **state)
{
	struct fixture *f = *state;
	cleanup_json json_t *j = ask(f, "job-start", json_pack("{s:s, s:[sss], s:{s:s}, s:s}", "name",
		"x", "argv", "sh", "-c", "echo $A $HOME $USERX; pwd; cat", "env", "A", "b c", "cwd",
		f->dir));
	cleanup_json json_t *r = wait_job(f, json_int_or(j, "job", 0));
	cleanup_free char *wanted = path_format("b c /root\n%s\n", f->dir);

	assert_string_equal(json_str(r, "output"), wanted);
}

static json_t *daemon_params(const char *script, int timeout_ms)
{
	return json_pack("{s:s, s:[sss], s:s, s:i}", "name", "d", "argv", "sh", "-c", script, "ready",
			 "ready", "timeout_ms", timeout_ms);
}

static void a_daemon_is_started_once_it_is_ready_and_stopped_with_its_output(void **state)
{
	struct fixture *f = *state;
	cleanup_json json_t *d = ask(f, "daemon-start", daemon_params(
		"trap 'echo bye; exit 4' TERM; sleep 0.1; echo ready; while :; do :; done", 10000));
	cleanup_json json_t *r = ask(f, "daemon-stop", json_pack("{s:O, s:i}", "job",
		json_object_get(d, "job"), "grace_ms", 5000));

	assert_int_equal(json_int_or(r, "exit", -1), 4);
	assert_string_equal(json_str(r, "output"), "ready\nbye\n");
	tell(f, "ping", NULL);
	assert_int_equal(json_array_size(f->events), 0);
}

static void a_daemon_that_dies_early_is_an_error_with_its_words(void **state)
{
	struct err e;

	assert_int_equal(refuse(*state, "daemon-start", daemon_params("echo no such tier; exit 1", 10000),
				&e), -ECHILD);
	assert_non_null(strstr(e.msg, "no such tier"));
}

static void a_daemon_that_is_never_ready_is_an_error_and_is_killed(void **state)
{
	struct err e;

	assert_int_equal(refuse(*state, "daemon-start", daemon_params("echo $$; exec sleep 60", 200), &e),
			 -ETIMEDOUT);
	const char *pid = strstr(e.msg, "output: ");
	assert_non_null(pid);
	/* It was told to die; give it a moment. */
	for (int i = 0; i < 200 && !kill((pid_t)strtol(pid + 8, NULL, 10), 0); i++)
		usleep(10000);
	assert_int_equal(kill((pid_t)strtol(pid + 8, NULL, 10), 0), -1);
}

static void a_daemon_that_nobody_stopped_makes_an_event(void **state)
{
	struct fixture *f = *state;
	struct err e;

	json_array_clear(f->events);
	cleanup_json json_t *d = ask(f, "daemon-start", daemon_params(
		"echo ready; sleep 0.1; echo oops; kill -SEGV $$", 10000));
	for (int i = 0; i < 100 && !json_array_size(f->events); i++)
		assert_int_equal(link_wait(f->link, clock_now_ms() + 20, &e), 0);
	const json_t *event = json_array_get(f->events, 0);
	assert_non_null(event);
	assert_string_equal(json_str(event, "event"), "daemon-exit");
	assert_int_equal(json_int_or(event, "job", -1), json_int_or(d, "job", -2));
	assert_int_equal(json_int_or(event, "signal", 0), SIGSEGV);
	assert_string_equal(json_str(event, "name"), "d");
	assert_string_equal(json_str(event, "output"), "ready\noops\n");
}

static void ended_jobs_make_room_for_new_ones(void **state)
{
	json_int_t first = start_script(*state, "exit 0"), last = 0;
	struct err e;

	for (int i = 0; i < PROTOCOL_JOBS_MAX + 5; i++) {
		last = start_script(*state, "exit 7");
		cleanup_json json_t *r = wait_job(*state, last);

		assert_int_equal(json_int_or(r, "exit", -1), 7);
	}
	assert_int_equal(refuse(*state, "job-wait", json_pack("{s:I, s:i}", "job", first, "timeout_ms",
							      10), &e), -ESRCH);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_job_that_ends_tells_its_exit_code_and_output),
		cmocka_unit_test(a_job_that_dies_of_a_signal_tells_which),
		cmocka_unit_test(a_jobs_cpu_time_is_told),
		cmocka_unit_test(of_too_much_output_the_last_is_kept),
		cmocka_unit_test(a_flood_of_output_stays_within_the_protocols_limit),
		cmocka_unit_test(a_wait_that_is_over_too_soon_leaves_the_job_running),
		cmocka_unit_test(a_wait_can_end_with_a_text),
		cmocka_unit_test(a_kill_reaches_the_whole_process_group),
		cmocka_unit_test(what_ignores_a_kill_is_killed_after_the_grace),
		cmocka_unit_test(a_program_that_is_not_there_is_an_error_of_the_start),
		cmocka_unit_test(a_start_that_makes_no_sense_is_refused),
		cmocka_unit_test(a_job_joins_its_cgroup_before_it_runs),
		cmocka_unit_test(a_jobs_environment_and_folder_are_as_asked),
		cmocka_unit_test(a_daemon_is_started_once_it_is_ready_and_stopped_with_its_output),
		cmocka_unit_test(a_daemon_that_dies_early_is_an_error_with_its_words),
		cmocka_unit_test(a_daemon_that_is_never_ready_is_an_error_and_is_killed),
		cmocka_unit_test(a_daemon_that_nobody_stopped_makes_an_event),
		cmocka_unit_test(ended_jobs_make_room_for_new_ones),
	};

	return cmocka_run_group_tests_name("agent-job", tests, fixture_setup, fixture_teardown);
}
