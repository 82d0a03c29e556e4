/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A program with a kernel's layout, tests/unit/data/vmlinux, is compiled here, in its
 * own folder and from a folder of objects. Sizes are told by nm, which knows nothing
 * of debug information.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
#include "cell/where.h"
#include "image/vmlinux.h"
#include "lib/child.h"
#include "lib/cleanup.h"
#include "lib/file.h"

#define SOURCE "tests/unit/data/vmlinux"
#define TOOL_MS 60000

struct built {
	char dir[64];
	char *path[2];	/* made in the source's folder, and in one of objects */
};

static char *run(const char *cwd, const char *const *argv)
{
	const struct child_opts o = { .argv = argv, .cwd = cwd, .timeout_ms = TOOL_MS,
				      .output_max = 1 << 16 };
	struct child_result r = { 0 };
	struct err e;

	if (child_run(&o, &r, &e))
		fail_msg("%s: %s", argv[0], e.msg);
	if (r.status)
		fail_msg("%s: %s", argv[0], r.output);
	return r.output;
}

static void compile(const char *cwd, const char *to_source, const char *debug, const char *out)
{
	cleanup_free char *a = path_format("%sinit/main.c", to_source);
	cleanup_free char *b = path_format("%smm/one.c", to_source);
	cleanup_free char *c = path_format("%smm/two.c", to_source);
	const char *argv[] = { "gcc", debug, "-O1", "-falign-functions=1", "-fno-pie", "-no-pie",
			       "-static", "-nostdlib", "-Wl,-e,start_kernel", "-o", out, a, b, c, NULL };

	free(run(cwd, argv));
}

static int build(void **state)
{
	struct built *b = calloc(1, sizeof(*b));
	struct err e;

	snprintf(b->dir, sizeof(b->dir), "/tmp/ramrig-vmlinux-XXXXXX");
	assert_non_null(mkdtemp(b->dir));
	cleanup_free char *source = path_format("%s/linux", b->dir);
	cleanup_free char *objects = path_format("%s/obj", b->dir);

	assert_int_equal(dir_copy(SOURCE, source, &e), 0);
	assert_int_equal(dir_make(objects, 0755, &e), 0);
	b->path[0] = path_format("%s/vmlinux", source);
	b->path[1] = path_format("%s/vmlinux", objects);
	compile(source, "", "-g", b->path[0]);
	compile(objects, "../linux/", "-g", b->path[1]);
	*state = b;
	return 0;
}

static int clean(void **state)
{
	struct built *b = *state;
	struct err e;
	int rc = dir_remove(b->dir, &e);

	free(b->path[0]);
	free(b->path[1]);
	free(b);
	return rc;
}

/* The size up to the next symbol of the @nth function called @name, in order of addresses. */
static uint64_t size_of(const char *path, const char *name, int nth)
{
	const char *argv[] = { "nm", "-n", path, NULL };
	cleanup_free char *list = run(NULL, argv);
	uint64_t start = 0;

	for (char *line = list; *line; line = strchr(line, '\n') + 1) {
		uint64_t address = strtoull(line, NULL, 16);
		size_t len = strcspn(line + 19, "\n");

		if (start)
			return address - start;
		if (strlen(name) == len && !strncmp(line + 19, name, len) && !nth--)
			start = address;
	}
	fail_msg("%s has no such %s", path, name);
	return 0;
}

static struct vmlinux *opened(const char *path)
{
	struct vmlinux *v = NULL;
	struct err e;

	if (vmlinux_open(path, &v, &e))
		fail_msg("%s", e.msg);
	return v;
}

static struct vmlinux_place place_of(const char *function, uint64_t offset, uint64_t size)
{
	struct vmlinux_place p = { .offset = offset, .size = size };

	snprintf(p.function, sizeof(p.function), "%s", function);
	return p;
}

static void a_place_is_read_to_the_letter(void **state)
{
	static const char *const wrong[] = {
		"", "foo", "+0x1/0x2", "foo+0x1", "foo+0x1/", "foo+1/2", "foo+0x/0x2", "foo+0x1/0x2 ",
		"foo+0x1/0x2 [zram]", "foo+0x3/0x2", "foo+0x-1/0x2", "foo+0x1/0x12345678912345678",
	};
	struct vmlinux_place p;
	(void)state;

	assert_true(vmlinux_place_parse("foo.isra.0+0x1f/0x20", &p));
	assert_string_equal(p.function, "foo.isra.0");
	assert_int_equal(p.offset, 0x1f);
	assert_int_equal(p.size, 0x20);
	for (size_t i = 0; i < ARRAY_SIZE(wrong); i++) {
		print_message("  '%s'\n", wrong[i]);
		assert_false(vmlinux_place_parse(wrong[i], &p));
	}
}

static void a_function_is_at_its_line_wherever_the_kernel_was_built(void **state)
{
	static const struct { const char *function, *where; } cases[] = {
		{ "start_kernel", "init/main.c:6" },
		{ "mm_one", "mm/one.c:13" },
		{ "mm_two", "mm/two.c:9" },
	};
	const struct built *b = *state;
	char where[VMLINUX_WHERE_MAX];

	for (size_t i = 0; i < 2 * ARRAY_SIZE(cases); i++) {
		const char *path = b->path[i % 2], *function = cases[i / 2].function;
		cleanup_vmlinux struct vmlinux *v = opened(path);
		const struct vmlinux_place p = place_of(function, 0, size_of(path, function, 0));

		assert_true(vmlinux_where(v, &p, false, where));
		assert_string_equal(where, cases[i / 2].where);
	}
}

static void a_size_tells_functions_of_one_name_apart_or_none_is_taken(void **state)
{
	const struct built *b = *state;
	cleanup_vmlinux struct vmlinux *v = opened(b->path[0]);
	struct vmlinux_place p = place_of("shared", 0, size_of(b->path[0], "shared", 0));
	char where[VMLINUX_WHERE_MAX] = "untouched";

	assert_true(vmlinux_where(v, &p, false, where));
	assert_string_equal(where, "mm/one.c:9");
	p.size = size_of(b->path[0], "shared", 1);
	assert_true(vmlinux_where(v, &p, false, where));
	assert_string_equal(where, "mm/two.c:7");
	p.size++;
	assert_false(vmlinux_where(v, &p, false, where));
	assert_int_equal(size_of(b->path[0], "twin", 0), size_of(b->path[0], "twin", 1));
	p = place_of("twin", 0, size_of(b->path[0], "twin", 0));
	assert_false(vmlinux_where(v, &p, false, where));
	p = place_of("absent", 0, 1);
	assert_false(vmlinux_where(v, &p, false, where));
	assert_string_equal(where, "mm/two.c:7");
}

static void where_a_call_returns_to_the_call_is_meant(void **state)
{
	const struct built *b = *state;
	cleanup_vmlinux struct vmlinux *v = opened(b->path[0]);
	uint64_t size = size_of(b->path[0], "ends_with_a_call", 0);
	const struct vmlinux_place end = place_of("ends_with_a_call", size, size);
	const struct vmlinux_place start = place_of("ends_with_a_call", 0, size);
	char where[VMLINUX_WHERE_MAX];

	/* The call is the function's last instruction: it would return to the next function. */
	assert_true(vmlinux_where(v, &end, true, where));
	assert_string_equal(where, "mm/one.c:12");
	assert_true(vmlinux_where(v, &end, false, where));
	assert_string_equal(where, "mm/one.c:13");
	assert_false(vmlinux_where(v, &start, true, where));
}

static bool somewhere_in(struct vmlinux *v, const char *path, const char *function, const char *wanted)
{
	struct vmlinux_place p = place_of(function, 0, size_of(path, function, 0));
	char where[VMLINUX_WHERE_MAX];

	for (; p.offset < p.size; p.offset++) {
		if (vmlinux_where(v, &p, false, where) && !strcmp(where, wanted))
			return true;
	}
	return false;
}

static void an_inlined_line_comes_with_those_that_inlined_it(void **state)
{
	const struct built *b = *state;

	for (size_t i = 0; i < 2; i++) {
		cleanup_vmlinux struct vmlinux *v = opened(b->path[i]);

		assert_true(somewhere_in(v, b->path[i], "calls_inlined",
					 "mm/inner.h:5 mm/inner.h:6 mm/one.c:11"));
	}
}

static void a_file_without_a_table_of_addresses_is_searched(void **state)
{
	const struct built *b = *state;
	cleanup_free char *bare = path_format("%s/no-aranges", b->dir);
	const char *argv[] = { "objcopy", "--remove-section", ".debug_aranges", b->path[0], bare, NULL };

	free(run(NULL, argv));
	cleanup_vmlinux struct vmlinux *v = opened(bare);
	const struct vmlinux_place p = place_of("mm_two", 0, size_of(bare, "mm_two", 0));
	char where[VMLINUX_WHERE_MAX];

	assert_true(vmlinux_where(v, &p, false, where));
	assert_string_equal(where, "mm/two.c:9");
}

static void a_file_that_tells_nothing_says_so(void **state)
{
	const struct built *b = *state;
	cleanup_free char *source = path_format("%s/linux", b->dir);
	cleanup_free char *plain = path_format("%s/plain", b->dir);
	cleanup_free char *absent = path_format("%s/absent", b->dir);
	struct vmlinux *v = NULL;
	struct err e;

	compile(source, "", "-g0", plain);
	assert_int_equal(vmlinux_open(plain, &v, &e), -ENODATA);
	assert_int_equal(vmlinux_open(absent, &v, &e), -ENOENT);
	assert_int_equal(vmlinux_open("Makefile", &v, &e), -EINVAL);
	assert_null(v);
}

/* A result with one report: its function, and a frame each of a module and of nonsense. */
static json_t *result_at(const char *function)
{
	return json_pack("{s:s, s:[], s:[{s:s, s:s, s:s, s:[{s:s, s:b}, {s:s, s:b}, {s:i}, s]}]}",
			 "reason", "warm-up: the kernel crashed: BUG: x in y (report 3f2a91c0, console "
			 "line 4)", "warnings", "reports", "hash", "3f2a91c0", "title", "BUG: x", "function",
			 function, "frames", "at", function, "exact", 1, "at",
			 "mm_two+0x0/0x1 [zram]", "exact", 1, "at", 7, "nonsense");
}

static void reports_and_the_reason_get_their_lines(void **state)
{
	const struct built *b = *state;
	cleanup_free char *function = path_format("mm_two+0x0/0x%x",
						  (unsigned)size_of(b->path[0], "mm_two", 0));
	cleanup_json json_t *r = result_at(function), *named = result_at(function);
	json_t *report = json_array_get(json_object_get(r, "reports"), 0);
	const json_t *frames = json_object_get(report, "frames");

	where_decode(b->path[0], r);
	assert_string_equal(json_str(report, "where"), "mm/two.c:9");
	assert_string_equal(json_str(json_array_get(frames, 0), "where"), "mm/two.c:9");
	assert_null(json_str(json_array_get(frames, 1), "where"));
	assert_string_equal(json_str(r, "reason"), "warm-up: the kernel crashed: BUG: x in y "
						   "(mm/two.c:9; report 3f2a91c0, console line 4)");
	/* As with BUG() and WARN(), whose own words name the line. */
	json_object_set_new(json_array_get(json_object_get(named, "reports"), 0), "title",
			    json_string("kernel BUG at mm/two.c:9!"));
	where_decode(b->path[0], named);
	assert_non_null(strstr(json_str(named, "reason"), "in y (report 3f2a91c0, "));
	assert_int_equal(json_array_size(json_object_get(r, "warnings")), 0);
}

static void without_debug_information_a_result_stays_as_it_was(void **state)
{
	const struct built *b = *state;
	cleanup_free char *plain = path_format("%s/plain", b->dir);
	cleanup_json json_t *r = result_at("mm_two+0x0/0x1"), *was = json_deep_copy(r);
	cleanup_json json_t *warned = json_deep_copy(r), *no_reports = json_pack("{}");

	where_decode(NULL, r);
	where_decode(plain, r);
	where_decode(b->path[0], r);	/* no function of that size */
	assert_true(json_equal(r, was));
	where_decode("Makefile", no_reports);
	assert_int_equal(json_object_size(no_reports), 0);
	where_decode("Makefile", warned);
	assert_int_equal(json_array_size(json_object_get(warned, "warnings")), 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_place_is_read_to_the_letter),
		cmocka_unit_test(a_function_is_at_its_line_wherever_the_kernel_was_built),
		cmocka_unit_test(a_size_tells_functions_of_one_name_apart_or_none_is_taken),
		cmocka_unit_test(where_a_call_returns_to_the_call_is_meant),
		cmocka_unit_test(an_inlined_line_comes_with_those_that_inlined_it),
		cmocka_unit_test(a_file_without_a_table_of_addresses_is_searched),
		cmocka_unit_test(a_file_that_tells_nothing_says_so),
		cmocka_unit_test(reports_and_the_reason_get_their_lines),
		cmocka_unit_test(without_debug_information_a_result_stays_as_it_was),
	};

	return cmocka_run_group_tests_name("vmlinux", tests, build, clean);
}
