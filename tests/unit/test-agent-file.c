/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "agent-fixture.h"

static void ping_tells_the_monotonic_clock(void **state)
{
	cleanup_json json_t *r = ask(*state, "ping", NULL);

	assert_in_range(json_int_or(r, "monotonic_ns", 0) / 1000000, clock_now_ms() - CALL_MS,
			clock_now_ms());
}

static void a_request_that_makes_no_sense_is_refused_and_the_next_is_served(void **state)
{
	static const struct {
		const char *verb, *params;
		int rc;
	} cases[] = {
		{ "fly", "{}", -EOPNOTSUPP },
		{ "ping", "{\"x\":1}", -EINVAL },
		{ "read", "{}", -EINVAL },
		{ "read", "{\"path\":7}", -EINVAL },
		{ "read", "{\"path\":\"/etc/hostname\",\"max_bytes\":0}", -EINVAL },
		{ "read", "{\"path\":\"/etc/hostname\",\"rooot\":true}", -EINVAL },
		{ "read", "{\"path\":\"/etc/hostname\",\"paths\":[]}", -EINVAL },
		{ "read", "{\"paths\":\"/etc/hostname\"}", -EINVAL },
		{ "read", "{\"paths\":[\"/etc/hostname\",1]}", -EINVAL },
		{ "write", "{\"path\":\"/tmp/x\"}", -EINVAL },
		{ "modules", "{\"files\":\"x\"}", -EINVAL },
		{ "modules", "{\"files\":[1]}", -EINVAL },
		{ "modules", "{\"files\":[\"../x\"]}", -EINVAL },
		{ "modules", "{\"files\":[\"absent.ko\"]}", -ENOENT },
		{ "modules", "{\"files\":[\"\"]}", -EINVAL },
		{ "modules", "{\"files\":[\" n=1\"]}", -EINVAL },
		{ "mount", "{\"serial\":\"\",\"target\":\"/x\",\"type\":\"tmpfs\"}", -EINVAL },
		{ "mount", "{\"serial\":\"none\",\"target\":\"/x\",\"type\":\"ext4\",\"timeout_ms\":20}",
		  -ETIMEDOUT },
		{ "disk", "{\"serial\":\"none\",\"timeout_ms\":20}", -ETIMEDOUT },
		{ "disk", "{\"serial\":\"none\"}", -EINVAL },
		{ "disk", "{\"serial\":\"none\",\"timeout_ms\":-1}", -EINVAL },
		{ "mkdir", "{}", -EINVAL },
		{ "swap-on", "{\"device\":\"/absent\",\"priority\":1}", -ENOENT },
		{ "swap-on", "{\"device\":\"/absent\",\"priority\":-1}", -EINVAL },
		{ "swap-on", "{\"device\":\"/absent\",\"priority\":32768}", -EINVAL },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct err e;

		print_message("  %s %s\n", cases[i].verb, cases[i].params);
		assert_int_equal(refuse(*state, cases[i].verb, json_loads(cases[i].params, 0, NULL),
					&e), cases[i].rc);
	}
	tell(*state, "ping", NULL);
}

static void options_are_no_part_of_a_modules_file_name(void **state)
{
	struct err e;

	assert_int_equal(refuse(*state, "modules", json_pack("{s:[s]}", "files", "absent.ko n=1 m=2"),
				&e), -ENOENT);
	assert_non_null(strstr(e.msg, "/absent.ko: "));
}

static void a_file_is_read_whole_or_not_at_all(void **state)
{
	struct fixture *f = *state;
	cleanup_free char *path = path_format("%s/text", f->dir);
	struct err e;

	fixture_put(f, "text", "one\ntwo\n");
	cleanup_json json_t *r = ask(f, "read", json_pack("{s:s}", "path", path));
	assert_string_equal(json_str(r, "data"), "one\ntwo\n");
	assert_int_equal(refuse(f, "read", json_pack("{s:s, s:i}", "path", path, "max_bytes", 7), &e),
			 -EFBIG);
	tell(f, "read", json_pack("{s:s, s:i}", "path", path, "max_bytes", 8));
	cleanup_free char *absent = path_format("%s/absent", f->dir);
	assert_int_equal(refuse(f, "read", json_pack("{s:s}", "path", absent), &e), -ENOENT);
	assert_non_null(strstr(e.msg, absent));
}

static void bytes_that_are_no_text_come_as_question_marks(void **state)
{
	struct fixture *f = *state;
	cleanup_free char *path = path_format("%s/bytes", f->dir);

	fixture_put(f, "bytes", "a\xff\xc3\xa9\xc3(\x1b\x7f\t\xed\xa0\x80\xf0\x9f\x98\x80\n\xe2\x82");
	cleanup_json json_t *r = ask(f, "read", json_pack("{s:s}", "path", path));
	assert_string_equal(json_str(r, "data"), "a?\xc3\xa9?(??\t???\xf0\x9f\x98\x80\n??");
}

static void a_folder_is_read_as_its_sorted_names(void **state)
{
	struct fixture *f = *state;
	cleanup_free char *path = path_format("%s/folder", f->dir);

	fixture_put(f, "folder/b", "");
	fixture_put(f, "folder/a", "");
	fixture_put(f, "folder/c/d", "");
	cleanup_json json_t *r = ask(f, "read", json_pack("{s:s}", "path", path));
	cleanup_json json_t *wanted = json_pack("{s:[sss]}", "entries", "a", "b", "c");
	assert_true(json_equal(r, wanted));
}

static void many_paths_are_read_at_once_and_an_absent_one_is_null(void **state)
{
	struct fixture *f = *state;
	cleanup_free char *text = path_format("%s/text", f->dir), *folder = path_format("%s/pair", f->dir);
	cleanup_free char *absent = path_format("%s/absent", f->dir), *below = path_format("%s/x", text);

	fixture_put(f, "text", "one\n");
	fixture_put(f, "pair/b", "");
	fixture_put(f, "pair/a", "");
	cleanup_json json_t *r = ask(f, "read", json_pack("{s:[ssss]}", "paths", text, folder, absent,
							  below));
	cleanup_json json_t *wanted = json_pack("{s:{s:s, s:[ss], s:n, s:n}}", "files", text, "one\n",
						folder, "a", "b", absent, below);
	assert_true(json_equal(r, wanted));
	cleanup_json json_t *in_root = ask(f, "read", json_pack("{s:[s], s:b}", "paths", "/in-root",
								"root", 1));
	assert_string_equal(json_str(json_object_get(in_root, "files"), "/in-root"), "yes\n");
}

static void paths_that_no_answer_can_hold_or_that_cannot_be_read_are_refused_together(void **state)
{
	struct fixture *f = *state;
	static char large[300 << 10];
	cleanup_free char *a = path_format("%s/a", f->dir), *b = path_format("%s/b", f->dir);
	struct err e;

	memset(large, '\\', sizeof(large) - 1);
	fixture_put(f, "a", large);
	fixture_put(f, "b", large);
	tell(f, "read", json_pack("{s:[s], s:i}", "paths", a, "max_bytes", sizeof(large)));
	assert_int_equal(refuse(f, "read", json_pack("{s:[ss], s:i}", "paths", a, b, "max_bytes",
						     sizeof(large)), &e), -EFBIG);
	assert_non_null(strstr(e.msg, b));
	assert_int_equal(refuse(f, "read", json_pack("{s:[ss]}", "paths", "/in-root", a), &e), -EFBIG);
	assert_int_equal(refuse(f, "read", json_pack("{s:[s]}", "paths", "/proc/self/mem"), &e), -EIO);
}

static void root_paths_are_below_the_sysroot(void **state)
{
	cleanup_json json_t *r = ask(*state, "read", json_pack("{s:s, s:b}", "path", "/in-root",
							       "root", 1));
	struct err e;

	assert_string_equal(json_str(r, "data"), "yes\n");
	assert_int_equal(refuse(*state, "read", json_pack("{s:s}", "path", "/in-root"), &e), -ENOENT);
}

static void a_write_can_be_read_back(void **state)
{
	struct fixture *f = *state;
	cleanup_free char *path = path_format("%s/knob", f->dir);

	fixture_put(f, "knob", "old\n");
	cleanup_json json_t *r = ask(f, "write", json_pack("{s:s, s:s, s:b}", "path", path, "data",
							   "new\n", "read_back", 1));
	assert_string_equal(json_str(r, "value"), "new");
}

static void only_create_makes_a_file_and_cuts_what_was_there(void **state)
{
	struct fixture *f = *state;
	cleanup_free char *path = path_format("%s/fresh", f->dir);
	struct stat st;
	struct err e;

	assert_int_equal(refuse(f, "write", json_pack("{s:s, s:s}", "path", path, "data", "x"), &e),
			 -ENOENT);
	for (int i = 0; i < 2; i++) {
		cleanup_json json_t *r = ask(f, "write", json_pack("{s:s, s:s, s:b, s:i, s:b}", "path",
			path, "data", i ? "x" : "longer", "create", 1, "mode", 0700, "read_back", 1));

		assert_string_equal(json_str(r, "value"), i ? "x" : "longer");
	}
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0700);
}

static void a_write_that_blocks_does_not_hold_up_the_agent(void **state)
{
	struct fixture *f = *state;
	cleanup_free char *path = path_format("%s/fifo", f->dir);
	struct err e;

	assert_int_equal(mkfifo(path, 0600), 0);
	assert_int_equal(link_call(f->link, "write", json_pack("{s:s, s:s}", "path", path, "data", "x"),
				   clock_now_ms() + 100, NULL, &e), -ETIMEDOUT);
	assert_false(link_answered(f->link));
	tell(f, "ping", NULL);
}

static void a_folder_is_made_once(void **state)
{
	struct fixture *f = *state;
	cleanup_free char *path = path_format("%s/made", f->dir);
	cleanup_free char *orphan = path_format("%s/absent/made", f->dir);
	struct stat st;
	struct err e;

	tell(f, "mkdir", json_pack("{s:s}", "path", path));
	assert_int_equal(stat(path, &st), 0);
	assert_true(S_ISDIR(st.st_mode));
	assert_int_equal(refuse(f, "mkdir", json_pack("{s:s}", "path", path), &e), -EEXIST);
	assert_non_null(strstr(e.msg, path));
	assert_int_equal(refuse(f, "mkdir", json_pack("{s:s}", "path", orphan), &e), -ENOENT);
}

static void power_off_is_answered_before_the_end(void **state)
{
	struct fixture *f = *state;
	struct err e;

	tell(f, "power-off", NULL);
	assert_int_equal(link_wait(f->link, clock_now_ms() + CALL_MS, &e), -ECONNRESET);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ping_tells_the_monotonic_clock),
		cmocka_unit_test(a_request_that_makes_no_sense_is_refused_and_the_next_is_served),
		cmocka_unit_test(options_are_no_part_of_a_modules_file_name),
		cmocka_unit_test(a_file_is_read_whole_or_not_at_all),
		cmocka_unit_test(bytes_that_are_no_text_come_as_question_marks),
		cmocka_unit_test(a_folder_is_read_as_its_sorted_names),
		cmocka_unit_test(many_paths_are_read_at_once_and_an_absent_one_is_null),
		cmocka_unit_test(paths_that_no_answer_can_hold_or_that_cannot_be_read_are_refused_together),
		cmocka_unit_test(root_paths_are_below_the_sysroot),
		cmocka_unit_test(a_write_can_be_read_back),
		cmocka_unit_test(only_create_makes_a_file_and_cuts_what_was_there),
		cmocka_unit_test(a_write_that_blocks_does_not_hold_up_the_agent),
		cmocka_unit_test(a_folder_is_made_once),
		cmocka_unit_test(power_off_is_answered_before_the_end),
	};

	return cmocka_run_group_tests_name("agent-file", tests, fixture_setup, fixture_teardown);
}
