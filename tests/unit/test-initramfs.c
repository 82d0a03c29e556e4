/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <stdbool.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>
#include "module-tree.h"
#include "image/initramfs.h"
#include "image/modules.h"

/* A module tree and a kernel that has it, an agent, and where the archive goes. */
struct fixture {
	char *root, *out, *agent, *workload, *missing;
	struct kernel kernel;
};

static int fixture_make(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));
	struct err e;

	f->root = tree_make();
	f->out = path_format("%s/initramfs", f->root);
	f->agent = path_format("%s/agent", f->root);
	f->workload = path_format("%s/work", f->root);
	f->kernel = (struct kernel){
		.name = path_format("test"),
		.release = path_format(TREE_RELEASE),
		.modules = path_format("%s/lib/modules/" TREE_RELEASE, f->root),
	};
	cleanup_free char *sub = path_format("%s/conf", f->workload);

	assert_int_equal(dir_make(sub, 0755, &e), 0);
	tree_write(f->root, "agent", "#!the agent");
	tree_write(f->workload, "server.sh", "echo ready\n");
	tree_write(f->workload, "conf/nginx.conf", "daemon off;\n");
	*state = f;
	return 0;
}

static int fixture_remove(void **state)
{
	struct fixture *f = *state;
	struct err e;

	dir_remove(f->root, &e);
	kernel_clear(&f->kernel);
	free(f->root);
	free(f->out);
	free(f->agent);
	free(f->workload);
	free(f->missing);
	free(f);
	return 0;
}

/* Sets *ret_load, and f->missing, to the arrays' text. */
static int write_with(struct fixture *f, const struct module_want *modules, char **ret_load,
		      struct err *e)
{
	const struct initramfs_opts o = { .kernel = &f->kernel,
					  .agent = f->agent,
					  .modules = modules,
					  .workload_dir = f->workload };
	cleanup_json json_t *load = NULL, *missing = NULL;
	int rc = initramfs_write(&o, f->out, &load, &missing, e);

	if (rc)
		return rc;
	*ret_load = json_dumps(load, JSON_COMPACT);
	free(f->missing);
	f->missing = json_dumps(missing, JSON_COMPACT);
	return 0;
}

/* "mode name[=contents of short files]" of each entry, a line each. */
static char *read_back(const char *path)
{
	struct archive *a = archive_read_new();
	struct archive_entry *entry;
	char *all = path_format("%s", "");

	archive_read_support_format_cpio(a);
	assert_int_equal(archive_read_open_filename(a, path, 10240), ARCHIVE_OK);
	assert_int_equal(archive_filter_count(a), 1);
	while (archive_read_next_header(a, &entry) == ARCHIVE_OK) {
		cleanup_free char *old = all;
		char text[64] = { 0 };

		if (archive_entry_size(entry) < (int64_t)sizeof(text))
			assert_true(archive_read_data(a, text, sizeof(text) - 1) >= 0);
		all = path_format("%s%o %s=%s\n", old, archive_entry_mode(entry),
				  archive_entry_pathname(entry), text);
		if (S_ISCHR(archive_entry_mode(entry)))
			assert_int_equal(archive_entry_rdev(entry), makedev(5, 1));
	}
	archive_read_free(a);
	return all;
}

static void archive_holds_agent_console_and_workload(void **state)
{
	static const struct module_want none[] = { { .name = NULL } };
	struct fixture *f = *state;
	cleanup_free char *load = NULL;
	struct err e;

	assert_int_equal(write_with(f, none, &load, &e), 0);
	assert_string_equal(load, "[]");
	cleanup_free char *all = read_back(f->out);

	assert_string_equal(all, "40755 dev=\n20600 dev/console=\n100755 init=#!the agent\n"
				 "40755 modules=\n100644 modules/early=\n40755 workload=\n"
				 "40755 workload/conf=\n"
				 "100644 workload/conf/nginx.conf=daemon off;\n\n"
				 "100755 workload/server.sh=echo ready\n\n");
}

static void modules_come_after_all_they_depend_on_and_once(void **state)
{
	static const struct {
		struct module_want wanted[4];
		const char *load;
	} cases[] = {
		{ { { .name = "base" } }, "[\"base.ko\"]" },
		{ { { .name = "mid" } }, "[\"base.ko\",\"mid.ko\"]" },
		/* Of the modules that have a soft dependency's algorithm, the generic. */
		{ { { .name = "top" } },
		  "[\"sum_generic.ko\",\"base.ko\",\"mid.ko\",\"top.ko\"]" },
		{ { { .name = "mid" }, { .name = "base" }, { .name = "mid" } },
		  "[\"base.ko\",\"mid.ko\"]" },
		{ { { .name = "inside" } }, "[]" },
		{ { { .name = "inside" }, { .name = "base" } }, "[\"base.ko\"]" },
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		cleanup_free char *load = NULL;
		struct err e;

		print_message("  %s\n", cases[i].load);
		assert_int_equal(write_with(f, cases[i].wanted, &load, &e), 0);
		assert_string_equal(load, cases[i].load);
		assert_string_equal(f->missing, "[]");
	}
}

static void options_go_with_the_module_that_they_are_for(void **state)
{
	static const struct {
		struct module_want wanted[4];
		const char *load;
	} cases[] = {
		{ { { .name = "mid", .options = "a=1 b=2" } }, "[\"base.ko\",\"mid.ko a=1 b=2\"]" },
		/* One that another depends on, and that is wanted itself only then. */
		{ { { .name = "mid" }, { .name = "base", .options = "n=3" } },
		  "[\"base.ko n=3\",\"mid.ko\"]" },
		{ { { .name = "base", .options = "n=3" }, { .name = "mid" }, { .name = "base" } },
		  "[\"base.ko n=3\",\"mid.ko\"]" },
		{ { { .name = "inside", .options = "n=3" } }, "[]" },
		{ { { .name = "sum_fast", .options = "n=3" }, { .name = "top" } },
		  "[\"sum_fast.ko n=3\",\"sum_generic.ko\",\"base.ko\",\"mid.ko\",\"top.ko\"]" },
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		cleanup_free char *load = NULL;
		struct err e;

		print_message("  %s\n", cases[i].load);
		assert_int_equal(write_with(f, cases[i].wanted, &load, &e), 0);
		assert_string_equal(load, cases[i].load);
	}
}

static void a_module_that_a_guest_boots_without_is_told_if_it_was_wanted(void **state)
{
	static const struct module_want wanted[] = {
		{ .name = "nonesuch", .options = "n=3", .need = MODULE_WANTED },
		{ .name = "base", .need = MODULE_WANTED },
		{ .name = "inside", .need = MODULE_WANTED },
		{ .name = "nowhere", .need = MODULE_WELCOME },
		{ .name = NULL },
	};
	struct fixture *f = *state;
	cleanup_free char *load = NULL;
	struct err e;

	assert_int_equal(write_with(f, wanted, &load, &e), 0);
	assert_string_equal(load, "[\"base.ko\"]");
	assert_string_equal(f->missing, "[\"nonesuch\"]");
}

static void circle_of_soft_dependencies_ends(void **state)
{
	static const struct module_want wanted[] = { { .name = "soft" }, { .name = NULL } };
	cleanup_free char *load = NULL;
	struct err e;

	assert_int_equal(write_with(*state, wanted, &load, &e), 0);
	assert_non_null(strstr(load, "\"soft.ko\""));
	assert_non_null(strstr(load, "\"loop.ko\""));
}

static void compressed_module_is_stored_uncompressed(void **state)
{
	static const struct module_want wanted[] = { { .name = "mid" }, { .name = NULL } };
	struct fixture *f = *state;
	cleanup_free char *load = NULL;
	cleanup_free char *packed = path_format("%s/mid.ko.xz", f->kernel.modules);
	cleanup_free void *data = NULL;
	size_t len;
	struct err e;

	assert_int_equal(access(packed, R_OK), 0);
	assert_int_equal(write_with(f, wanted, &load, &e), 0);
	cleanup_free char *all = read_back(f->out);

	assert_non_null(strstr(all, "modules/mid.ko="));
	assert_int_equal(module_read(packed, &data, &len, &e), 0);
	assert_memory_equal(data, "\177ELF", 4);
}

static void missing_module_is_named_with_the_kernel(void **state)
{
	static const struct module_want wanted[] = { { .name = "base" }, { .name = "nonesuch" }, { .name = NULL } };
	struct fixture *f = *state;
	char *load = NULL;
	struct err e;

	assert_int_equal(write_with(f, wanted, &load, &e), -ENOENT);
	assert_null(load);
	assert_non_null(strstr(e.msg, "no module nonesuch"));
	assert_non_null(strstr(e.msg, TREE_RELEASE));
	assert_int_equal(access(f->out, F_OK), -1);
}

static void damaged_module_is_an_error_and_leaves_no_archive(void **state)
{
	static const struct module_want wanted[] = { { .name = "mid" }, { .name = NULL } };
	struct fixture *f = *state;
	cleanup_free char *packed = path_format("%s/mid.ko.xz", f->kernel.modules);
	char *load = NULL;
	struct stat st;
	struct err e;

	assert_int_equal(stat(packed, &st), 0);
	assert_int_equal(truncate(packed, st.st_size / 2), 0);
	assert_int_equal(write_with(f, wanted, &load, &e), -EINVAL);
	assert_non_null(strstr(e.msg, "mid.ko.xz is damaged"));
	tree_write(f->kernel.modules, "mid.ko.xz", "neither xz nor ELF");
	assert_int_equal(write_with(f, wanted, &load, &e), -EINVAL);
	assert_non_null(strstr(e.msg, "mid.ko.xz is damaged"));
	assert_int_equal(access(f->out, F_OK), -1);
}

static void kernel_without_modules_has_all_built_in(void **state)
{
	static const struct module_want wanted[] = {
		{ .name = "ext4" }, { .name = "zram", .need = MODULE_WANTED }, { .name = NULL },
	};
	struct fixture *f = *state;
	cleanup_free char *load = NULL;
	struct err e;

	free(f->kernel.modules);
	f->kernel.modules = NULL;
	assert_int_equal(write_with(f, wanted, &load, &e), 0);
	assert_string_equal(load, "[]");
	assert_string_equal(f->missing, "[]");
}

static void missing_agent_is_named(void **state)
{
	static const struct module_want none[] = { { .name = NULL } };
	struct fixture *f = *state;
	char *load = NULL;
	struct err e;

	unlink(f->agent);
	assert_int_equal(write_with(f, none, &load, &e), -ENOENT);
	assert_non_null(strstr(e.msg, f->agent));
}

#define test_in_tree(t) cmocka_unit_test_setup_teardown(t, fixture_make, fixture_remove)

int main(void)
{
	const struct CMUnitTest tests[] = {
		test_in_tree(archive_holds_agent_console_and_workload),
		test_in_tree(modules_come_after_all_they_depend_on_and_once),
		test_in_tree(options_go_with_the_module_that_they_are_for),
		test_in_tree(a_module_that_a_guest_boots_without_is_told_if_it_was_wanted),
		test_in_tree(circle_of_soft_dependencies_ends),
		test_in_tree(compressed_module_is_stored_uncompressed),
		test_in_tree(missing_module_is_named_with_the_kernel),
		test_in_tree(damaged_module_is_an_error_and_leaves_no_archive),
		test_in_tree(kernel_without_modules_has_all_built_in),
		test_in_tree(missing_agent_is_named),
	};

	return cmocka_run_group_tests_name("initramfs", tests, NULL, NULL);
}
