/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include <sys/stat.h>
#include <cmocka.h>
#include "lib/cleanup.h"
#include "lib/file.h"
#include "spec/search.h"

static void the_users_folder_comes_before_ramrigs(void **state)
{
	char dir[] = "/tmp/test-search-XXXXXX";
	cleanup_free char *path = NULL, *own = NULL;
	struct search s = {};
	struct err e = {};

	(void)state;
	assert_non_null(mkdtemp(dir));
	cleanup_free char *folder = path_format("%s/policies", dir);
	cleanup_free char *file = path_format("%s/ksm.yaml", folder);

	assert_int_equal(dir_make(folder, 0700, &e), 0);
	assert_int_equal(file_write_atomic(file, "", 0, &e), 0);
	assert_int_equal(search_add(&s, dir, &e), 0);
	assert_int_equal(search_add(&s, ".", &e), 0);
	assert_int_equal(search_find(&s, SPEC_POLICY, "ksm", &path, &e), 0);
	assert_string_equal(path, file);
	assert_int_equal(search_find(&s, SPEC_POLICY, "na", &own, &e), 0);
	assert_int_equal(access(own, R_OK), 0);

	/* A name in both folders is listed once. */
	cleanup_json json_t *list = search_list(&s, SPEC_POLICY);
	size_t n = 0, i;
	const json_t *item;

	json_array_foreach(list, i, item)
		n += !strcmp(json_string_value(item), "ksm");
	assert_int_equal(n, 1);

	/* Put in front of a path, it comes before what was there. */
	struct search own_only = {}, with = {};
	cleanup_free char *first = NULL;

	assert_int_equal(search_add(&own_only, ".", &e), 0);
	assert_int_equal(search_with(&own_only, dir, &with, &e), 0);
	assert_int_equal(search_find(&with, SPEC_POLICY, "ksm", &first, &e), 0);
	assert_string_equal(first, file);
	search_clear(&with);
	assert_int_equal(search_with(&own_only, "/nowhere", &with, &e), -ENOENT);
	assert_int_equal(with.n, 0);
	search_clear(&own_only);
	search_clear(&s);
	assert_int_equal(dir_remove(dir, &e), 0);
}

static void every_kind_is_found_and_listed(void **state)
{
	static const char *const names[SPEC_KIND_COUNT] = {
		[SPEC_IMAGE] = "default", [SPEC_KERNEL] = "debian-6.12", [SPEC_TOPOLOGY] = "dram",
		[SPEC_POLICY] = "na", [SPEC_WORKLOAD] = "nginx", [SPEC_EXPERIMENT] = "quickstart",
		[SPEC_CLAIM] = "ksm-idle",
	};
	struct search s = {};
	struct err e = {};

	(void)state;
	assert_int_equal(search_add(&s, ".", &e), 0);
	for (enum spec_kind kind = 0; kind < SPEC_KIND_COUNT; kind++) {
		cleanup_json json_t *list = search_list(&s, kind);
		cleanup_free char *path = NULL;
		const json_t *item;
		bool listed = false;
		size_t i;

		print_message("  %s\n", spec_kind_name(kind));
		assert_int_equal(search_find(&s, kind, names[kind], &path, &e), 0);
		json_array_foreach(list, i, item)
			listed |= !strcmp(json_string_value(item), names[kind]);
		assert_true(listed);
	}
	search_clear(&s);
}

static void a_missing_name_is_explained(void **state)
{
	char *path = (char *)state;
	struct search s = {};
	struct err e = {};

	assert_int_equal(search_add(&s, ".", &e), 0);
	assert_int_equal(search_find(&s, SPEC_TOPOLOGY, "drma", &path, &e), -ENOENT);
	assert_ptr_equal(path, state);
	assert_non_null(strstr(e.msg, "there is no topology 'drma'"));
	assert_non_null(strstr(e.msg, "/topologies"));
	assert_non_null(strstr(e.msg, "did you mean 'dram'?"));
	search_clear(&s);
}

static void a_path_is_taken_as_it_is(void **state)
{
	static const struct { enum spec_kind kind; const char *name; int rc; const char *path; } cases[] = {
		{ SPEC_TOPOLOGY, "topologies/dram.yaml", 0, "topologies/dram.yaml" },
		{ SPEC_WORKLOAD, "./workloads/nginx", 0, "./workloads/nginx/workload.yaml" },
		{ SPEC_TOPOLOGY, "dram.yaml", -ENOENT, NULL },
		{ SPEC_TOPOLOGY, "/tmp", -ENOENT, NULL },
	};
	struct search s = {};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		cleanup_free char *path = NULL;
		struct err e = {};

		print_message("  %s\n", cases[i].name);
		assert_int_equal(search_find(&s, cases[i].kind, cases[i].name, &path, &e), cases[i].rc);
		if (cases[i].path)
			assert_string_equal(path, cases[i].path);
	}
}

static void only_folders_can_be_searched(void **state)
{
	struct search s = {};
	struct err e = {};

	(void)state;
	assert_int_equal(search_add(&s, "no/such", &e), -ENOENT);
	assert_int_equal(search_add(&s, "COPYING", &e), -ENOTDIR);
	assert_int_equal(s.n, 0);
	for (size_t i = 0; i < SEARCH_DIRS_MAX; i++)
		assert_int_equal(search_add(&s, ".", &e), 0);
	assert_int_equal(search_add(&s, ".", &e), -E2BIG);
	search_clear(&s);
	assert_int_equal(s.n, 0);
}

static void ramrigs_own_folder_can_be_set_for_tests(void **state)
{
	cleanup_free char *here = realpath(".", NULL);
	struct search s = {};
	struct err e = {};

	(void)state;
	assert_int_equal(setenv("RAMRIG_DATA", ".", 1), 0);
	assert_int_equal(search_add_own(&s, &e), 0);
	assert_string_equal(s.dirs[0], here);
	search_clear(&s);
	assert_int_equal(setenv("RAMRIG_DATA", "no/such", 1), 0);
	assert_int_equal(search_add_own(&s, &e), -ENOENT);
	assert_int_equal(unsetenv("RAMRIG_DATA"), 0);
}

static void a_program_of_ramrig_is_found_beside_the_running_one(void **state)
{
	cleanup_free char *self = realpath("/proc/self/exe", NULL), *path = NULL;
	struct err e = {};

	(void)state;
	assert_int_equal(search_program(strrchr(self, '/') + 1, &path, &e), 0);
	assert_string_equal(path, self);
	assert_int_equal(search_program("no-such-program", &path, &e), -ENOENT);
	assert_string_equal(path, self);
}

static void put(const char *dir, const char *name, mode_t mode)
{
	cleanup_free char *path = path_format("%s/%s", dir, name);
	struct err e = {};

	*strrchr(path, '/') = '\0';
	assert_int_equal(dir_make(path, 0700, &e), 0);
	path[strlen(path)] = '/';
	assert_int_equal(file_write_atomic(path, "", 0, &e), 0);
	assert_int_equal(chmod(path, mode), 0);
}

static void a_workloads_program_is_its_folders_own_before_what_make_built(void **state)
{
	char dir[] = "/tmp/test-search-XXXXXX";
	struct err e = {};

	(void)state;
	assert_non_null(mkdtemp(dir));
	cleanup_free char *folder = path_format("%s/workloads/churn", dir);
	char *path = (char *)state;

	put(folder, "workload.yaml", 0644);
	assert_int_equal(search_guest_program(folder, "churn", &path, &e), -ENOENT);
	assert_non_null(strstr(e.msg, "nor a churn.c"));
	put(folder, "churn.c", 0644);
	assert_int_equal(search_guest_program(folder, "churn", &path, &e), -ENOENT);
	assert_non_null(strstr(e.msg, "cc -static -o churn churn.c"));
	assert_ptr_equal(path, state);

	/* In ramrig's own tree a program beside its source would stand before what make builds. */
	put(dir, "harness/spec/search.c", 0644);
	assert_int_equal(search_guest_program(folder, "churn", &path, &e), -ENOENT);
	assert_non_null(strstr(e.msg, "run 'make'"));
	assert_null(strstr(e.msg, "cc "));

	put(dir, "build/workloads/churn/churn", 0755);
	assert_int_equal(search_guest_program(folder, "churn", &path, &e), 0);
	assert_non_null(strstr(path, "/build/workloads/churn/churn"));
	free(path);

	put(folder, "churn", 0644);
	assert_int_equal(search_guest_program(folder, "churn", &path, &e), -EACCES);
	assert_non_null(strstr(e.msg, "chmod +x"));
	put(folder, "churn", 0755);
	assert_int_equal(search_guest_program(folder, "churn", &path, &e), 0);
	assert_null(strstr(path, "/build/"));
	free(path);
	assert_int_equal(dir_remove(dir, &e), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_users_folder_comes_before_ramrigs),
		cmocka_unit_test(every_kind_is_found_and_listed),
		cmocka_unit_test(a_missing_name_is_explained),
		cmocka_unit_test(a_path_is_taken_as_it_is),
		cmocka_unit_test(only_folders_can_be_searched),
		cmocka_unit_test(ramrigs_own_folder_can_be_set_for_tests),
		cmocka_unit_test(a_program_of_ramrig_is_found_beside_the_running_one),
		cmocka_unit_test(a_workloads_program_is_its_folders_own_before_what_make_built),
	};

	return cmocka_run_group_tests_name("search", tests, NULL, NULL);
}
