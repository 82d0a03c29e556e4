/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
#include "lib/cleanup.h"
#include "lib/file.h"
#include "workloads/fleet/fleet-maps.h"

/* A /proc with one process and the limit @limit. The caller removes it. */
static char *proc_make(const char *maps, const char *limit)
{
	char *dir = path_format("/tmp/ramrig-test-XXXXXX");
	struct err e;

	assert_non_null(mkdtemp(dir));
	cleanup_free char *process = path_format("%s/42", dir), *vm = path_format("%s/sys/vm", dir);
	cleanup_free char *maps_path = path_format("%s/maps", process);
	cleanup_free char *limit_path = path_format("%s/max_map_count", vm);

	assert_int_equal(dir_make(process, 0755, &e) | dir_make(vm, 0755, &e), 0);
	assert_int_equal(file_write_atomic(maps_path, maps, strlen(maps), &e), 0);
	assert_int_equal(file_write_atomic(limit_path, limit, strlen(limit), &e), 0);
	return dir;
}

static void proc_drop(char *dir)
{
	struct err e;

	dir_remove(dir, &e);
	free(dir);
}

static void mappings_are_counted_and_the_limit_is_read(void **state)
{
	char *proc = proc_make("55e0-55e1 r--p 00000000 fe:01 7 /fleet\n7f00-7f01 rw-p 0 00:00 0\n"
			       "ffffffffff600000-ffffffffff601000 --xp 0 00:00 0 [vsyscall]\n",
			       "65530\n");
	uint64_t maps = 0, limit = 0;
	struct err e;
	(void)state;

	assert_int_equal(maps_count(proc, 42, &maps, &e), 0);
	assert_int_equal(maps, 2);
	assert_int_equal(maps_limit(proc, &limit, &e), 0);
	assert_int_equal(limit, 65530);
	proc_drop(proc);
}

static void a_process_that_is_gone_is_no_process_without_mappings(void **state)
{
	char *proc = proc_make("", "1\n");
	uint64_t maps = 7;
	struct err e;
	(void)state;

	assert_int_equal(maps_count(proc, 43, &maps, &e), -ENOENT);
	assert_int_equal(maps, 7);
	assert_non_null(strstr(e.msg, "43/maps"));
	proc_drop(proc);
}

static void a_limit_that_is_none_is_refused(void **state)
{
	static const char *const texts[] = { "", "\n", "0\n", "many\n", "65530", "65530 mappings\n" };
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		char *proc = proc_make("", texts[i]);
		uint64_t limit = 7;
		struct err e;

		print_message("  '%s'\n", texts[i]);
		assert_int_equal(maps_limit(proc, &limit, &e), -EINVAL);
		assert_int_equal(limit, 7);
		proc_drop(proc);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(mappings_are_counted_and_the_limit_is_read),
		cmocka_unit_test(a_process_that_is_gone_is_no_process_without_mappings),
		cmocka_unit_test(a_limit_that_is_none_is_refused),
	};

	return cmocka_run_group_tests_name("fleet-maps", tests, NULL, NULL);
}
