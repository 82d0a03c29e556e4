/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Every file tests/bad-input/KIND-*.yaml is refused with exactly the message
 * and excerpt that the .expect file beside it holds. Experiments are planned,
 * with tests/bad-input/path in front of ramrig's own files; topology-host-* and
 * topology-virtual-* are held against a small host, on that clock; all others
 * are loaded.
 */
#include <fcntl.h>
#include <glob.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <cmocka.h>
#include "lib/cleanup.h"
#include "lib/file.h"
#include "plan/plan.h"
#include "topology/load.h"

#define FOLDER "tests/bad-input"
#define FILES_MIN 130

static enum spec_kind kind_of(const char *path)
{
	const char *name = path + strlen(FOLDER "/");
	enum spec_kind kind = 0;

	while (kind < SPEC_KIND_COUNT &&
	       strncmp(name, spec_kind_name(kind), strcspn(name, "-")))
		kind++;
	assert_true(kind < SPEC_KIND_COUNT);
	return kind;
}

/* Two CPUs, one node of 4 GiB, and a QEMU without tables of latencies and volatile CXL. */
static void small_host_refuse(const char *path, enum guest_clock clock, struct err *e)
{
	struct site site = {
		.host = { .total_bytes = 4ULL << 30, .node_mask = 1, .cpus = 2 },
		.features = { .version = (char *)"7.2.22", .has = { [VM_NVME] = true,
			      [VM_CXL_MACHINE] = true, [VM_CXL_PERSISTENT] = true, [VM_ICOUNT] = true } },
		.host_known = true, .qemu_asked = true, .qemu_answered = true,
	};
	const struct topology_wish w = { .scale = 1, .clock = clock, .site = &site };
	struct search search = {};
	json_t *doc = NULL;

	assert_int_equal(search_add(&search, "tests/golden/plan-data", e), 0);
	assert_int_not_equal(topology_load(&search, path, &w, &doc, e), 0);
	assert_null(doc);
	search_clear(&search);
}

/* Loads or plans @path, which must fail. */
static void input_refuse(const char *path, struct err *e)
{
	const struct plan_opts o = { .experiment = path };
	enum spec_kind kind = kind_of(path);
	struct search search = {};

	if (strstr(path, "/topology-host-")) {
		small_host_refuse(path, CLOCK_HOST, e);
		return;
	}
	if (strstr(path, "/topology-virtual-")) {
		small_host_refuse(path, CLOCK_VIRTUAL, e);
		return;
	}
	if (kind != SPEC_EXPERIMENT) {
		struct spec *spec = NULL;

		assert_int_not_equal(spec_load(kind, path, &spec, e), 0);
		assert_null(spec);
		return;
	}
	json_t *plan = NULL;

	assert_int_equal(search_add(&search, FOLDER "/path", e), 0);
	assert_int_equal(search_add(&search, ".", e), 0);
	assert_int_not_equal(plan_make(&search, &o, &plan, e), 0);
	assert_null(plan);
	search_clear(&search);
}

/* What a person sees, with the folder of this tree cut off the paths in it. */
static char *error_text(const struct err *e)
{
	cleanup_free char *here = realpath(".", NULL);
	cleanup_free char *text = path_format("%s\n%s%s", e->msg, e->excerpt,
					      *e->excerpt ? "\n" : "");
	size_t len = strlen(here) + 1;

	for (char *at; (at = strstr(text, here));)
		memmove(at, at + len, strlen(at + len) + 1);
	return take_ptr(text);
}

static void every_bad_file_is_refused_with_its_place(void **state)
{
	glob_t files;
	struct err e;

	(void)state;
	assert_int_equal(glob(FOLDER "/*.yaml", 0, NULL, &files), 0);
	assert_true(files.gl_pathc >= FILES_MIN);
	for (size_t i = 0; i < files.gl_pathc; i++) {
		const char *path = files.gl_pathv[i];
		cleanup_free char *expect_path = path_format("%.*s.expect",
							     (int)(strlen(path) - 5), path);
		cleanup_free char *expect = NULL;

		print_message("  %s\n", path);
		e = (struct err){};
		input_refuse(path, &e);
		cleanup_free char *seen = error_text(&e);

		if (getenv("RAMRIG_UPDATE_EXPECT"))
			assert_int_equal(file_write_atomic(expect_path, seen, strlen(seen), &e), 0);
		assert_int_equal(file_read(AT_FDCWD, expect_path, 65536, &expect, NULL, &e), 0);
		assert_string_equal(seen, expect);
	}
	globfree(&files);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_bad_file_is_refused_with_its_place),
	};

	return cmocka_run_group_tests_name("bad-input", tests, NULL, NULL);
}
