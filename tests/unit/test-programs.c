/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
#include "cell/policy-daemon.h"
#include "cell/programs.h"
#include "lib/cleanup.h"
#include "lib/file.h"

static void a_kept_program_is_taken_and_no_other(void **state)
{
	cleanup_json json_t *plan = json_pack("{s:{s:s, s:s}}", "programs", PROGRAM_AGENT, "hash",
					      "ramrig-lost", "hash");
	char dir[] = "/tmp/ramrig-test-XXXXXX";
	cleanup_free char *found = NULL;
	struct err e;
	(void)state;

	assert_non_null(mkdtemp(dir));
	cleanup_free char *folder = path_format("%s/" PROGRAMS_FOLDER, dir);
	cleanup_free char *agent = path_format("%s/" PROGRAM_AGENT, folder);
	cleanup_free char *senpai = path_format("%s/ramrig-senpai", folder);

	assert_int_equal(dir_make(folder, 0755, &e), 0);
	assert_int_equal(file_write_atomic(agent, "#!", 2, &e), 0);
	assert_int_equal(file_write_atomic(senpai, "#!", 2, &e), 0);
	assert_int_equal(programs_find(plan, dir, PROGRAM_AGENT, &found, &e), 0);
	assert_string_equal(found, agent);
	/* It is there, but the plan knows nothing of it; and the other way round. */
	assert_int_equal(programs_find(plan, dir, "ramrig-senpai", &found, &e), -ENOENT);
	assert_int_equal(programs_find(plan, dir, "ramrig-lost", &found, &e), -ENOENT);
	assert_non_null(strstr(e.msg, "the result keeps no program ramrig-lost"));
	/* A plan that keeps none has those of ramrig itself, which this test is not beside. */
	json_object_del(plan, "programs");
	assert_int_equal(programs_find(plan, dir, "ramrig-lost", &found, &e), -ENOENT);
	assert_non_null(strstr(e.msg, "run 'make'"));
	assert_int_equal(dir_remove(dir, &e), 0);
}

static void each_daemon_of_the_policies_is_named_once(void **state)
{
	cleanup_json json_t *policies = json_pack(
		"[{s:[{s:[s, s]}, {s:[s]}]}, {s:[{s:[s]}]}, {}]", "daemons", "run", "ramrig-damon",
		"--x", "run", "ramrig-senpai", "daemons", "run", "ramrig-damon");
	cleanup_json json_t *wanted = json_pack("[s, s]", "ramrig-damon", "ramrig-senpai");
	cleanup_json json_t *names = policy_daemon_names(policies);
	(void)state;

	assert_true(json_equal(names, wanted));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_kept_program_is_taken_and_no_other),
		cmocka_unit_test(each_daemon_of_the_policies_is_named_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
