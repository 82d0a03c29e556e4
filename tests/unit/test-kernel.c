/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>
#include "image/apt.h"
#include "image/kernel.h"
#include "image/kernel-config.h"
#include "image/resolved.h"
#include "image/stanza.h"
#include "image/tool.h"
#include "lib/cleanup.h"
#include "lib/file.h"

#define RELEASE "6.99.0-test"

static void put(const char *root, const char *name, const char *text)
{
	cleanup_free char *path = path_format("%s/%s", root, name);
	cleanup_free char *dir = strndup(path, (size_t)(strrchr(path, '/') - path));
	struct err e;

	assert_int_equal(dir_make(dir, 0755, &e), 0);
	assert_int_equal(file_write_atomic(path, text, strlen(text), &e), 0);
}

/* A file that has a bzImage's header and nothing to boot. */
static char *put_bzimage(const char *root, const char *name)
{
	unsigned char image[1024] = { 0 };
	char *path = path_format("%s/%s", root, name);
	struct err e;

	put(root, name, "");
	memcpy(image + 0x202, "HdrS", 4);
	image[0x206] = 0x0f;
	image[0x207] = 0x02;
	image[0x20f] = 0x01;
	memcpy(image + 0x300, RELEASE " (me@here)", sizeof(RELEASE " (me@here)"));
	assert_int_equal(file_write_atomic(path, image, sizeof(image), &e), 0);
	return path;
}

static int ensure(const char *name, const char *modules, struct kernel *k, struct err *e)
{
	const struct search none = { 0 };
	const struct progress silent = { 0 };

	return kernel_ensure(&none, name, modules, &silent, k, e);
}

static void bzimage_without_modules_counts_as_all_built_in(void **state)
{
	cleanup_free char *path = put_bzimage(*state, "bzImage");
	struct kernel k = { 0 };
	struct err e;

	assert_int_equal(ensure(path, NULL, &k, &e), 0);
	assert_string_equal(k.name, path);
	assert_string_equal(k.release, RELEASE);
	assert_null(k.modules);
	assert_null(k.package);
	assert_int_equal(strlen(k.hash), 64);
	kernel_clear(&k);
}

static void modules_are_found_as_a_folder_or_as_an_install_root(void **state)
{
	cleanup_free char *path = put_bzimage(*state, "bzImage");
	cleanup_free char *root = path_format("%s/inst", (char *)*state);
	cleanup_free char *folder = path_format("%s/lib/modules/" RELEASE, root);
	const char *const given[] = { root, folder };

	put(folder, "modules.dep", "");
	for (size_t i = 0; i < ARRAY_SIZE(given); i++) {
		struct kernel k = { 0 };
		struct err e;

		print_message("  %s\n", given[i]);
		assert_int_equal(ensure(path, given[i], &k, &e), 0);
		assert_string_equal(k.modules, folder);
		kernel_clear(&k);
	}
}

static void modules_folder_without_modules_dep_names_depmod(void **state)
{
	cleanup_free char *path = put_bzimage(*state, "bzImage");
	struct kernel k = { 0 };
	struct err e;

	assert_int_equal(ensure(path, *state, &k, &e), -ENOENT);
	assert_null(k.bzimage);
	assert_non_null(strstr(e.msg, "depmod -b"));
}

static void built_tree_gives_its_image(void **state)
{
	cleanup_free char *path = put_bzimage(*state, "tree/arch/x86/boot/bzImage");
	cleanup_free char *tree = path_format("%s/tree", (char *)*state);
	cleanup_json json_t *config = NULL;
	struct kernel k = { 0 };
	struct err e;

	put(tree, ".config", "CONFIG_KSM=y\nCONFIG_ZRAM=m\n");
	assert_int_equal(ensure(tree, NULL, &k, &e), 0);
	assert_string_equal(k.bzimage, path);
	assert_null(k.modules);
	assert_int_equal(kernel_config_load(&k, &config, &e), 0);
	assert_string_equal(json_str(config, "KSM"), "y");
	kernel_clear(&k);
}

static void a_trees_vmlinux_is_its_images_unless_it_was_made_after_it(void **state)
{
	cleanup_free char *path = put_bzimage(*state, "tree/arch/x86/boot/bzImage");
	cleanup_free char *tree = path_format("%s/tree", (char *)*state);
	cleanup_free char *vmlinux = path_format("%s/vmlinux", tree);
	const struct timespec old[2] = { { .tv_sec = 1000 }, { .tv_sec = 1000 } };
	struct kernel absent = { 0 }, found = { 0 }, later = { 0 };
	struct err e;

	put(tree, ".config", "");
	put(tree, "Makefile", "");
	assert_int_equal(ensure(tree, NULL, &absent, &e), 0);
	put(tree, "vmlinux", "");
	assert_int_equal(utimensat(AT_FDCWD, vmlinux, old, 0), 0);
	assert_int_equal(ensure(path, NULL, &found, &e), 0);
	assert_int_equal(utimensat(AT_FDCWD, vmlinux, NULL, 0), 0);
	assert_int_equal(utimensat(AT_FDCWD, path, old, 0), 0);
	assert_int_equal(ensure(tree, NULL, &later, &e), 0);
	assert_null(absent.vmlinux);
	assert_string_equal(found.vmlinux, vmlinux);
	assert_null(later.vmlinux);
	kernel_clear(&absent);
	kernel_clear(&found);
	kernel_clear(&later);
}

/* The tree's own Makefile decides what modules_install does: here, what a kernel's does. */
static void modules_of_a_tree_are_installed_once_until_one_changes(void **state)
{
	cleanup_free char *path = put_bzimage(*state, "tree/arch/x86/boot/bzImage");
	cleanup_free char *tree = path_format("%s/tree", (char *)*state);
	cleanup_free char *runs = path_format("%s/runs", tree);
	static const size_t wanted_runs[] = { 2, 2, 4 };

	put(tree, ".config", "");
	put(tree, "modules.order", "drivers/one.o\n");
	put(tree, "drivers/one.ko", "first");
	put(tree, "Makefile",
	    "D = $(INSTALL_MOD_PATH)/lib/modules/" RELEASE "\n"
	    "modules_install:\n\t@mkdir -p $(D) && touch $(D)/modules.dep && echo >>runs && echo >>runs\n");
	for (size_t i = 0; i < ARRAY_SIZE(wanted_runs); i++) {
		struct kernel k = { 0 };
		struct stat st;
		struct err e;

		if (i == 2)
			put(tree, "drivers/one.ko", "second");
		/* A path to the tree's image means the tree. */
		assert_int_equal(ensure(i ? path : tree, NULL, &k, &e), 0);
		assert_non_null(strstr(k.modules, "/lib/modules/" RELEASE));
		assert_int_equal(access(k.modules, F_OK), 0);
		assert_int_equal(stat(runs, &st), 0);
		assert_int_equal(st.st_size, wanted_runs[i]);
		kernel_clear(&k);
	}
}

static void wrong_paths_are_named(void **state)
{
	struct kernel k = { 0 };
	struct err e;

	assert_int_equal(ensure("/nonexistent/bzImage", NULL, &k, &e), -ENOENT);
	assert_non_null(strstr(e.msg, "/nonexistent/bzImage"));
	assert_int_equal(ensure(*state, NULL, &k, &e), -ENOENT);
	assert_non_null(strstr(e.msg, "not a built kernel tree"));
}

static void kernel_survives_json_and_back(void **state)
{
	struct kernel k = { .name = (char *)"n", .bzimage = (char *)"/b", .release = (char *)"6.1",
			    .vmlinux = (char *)"/v" };
	struct kernel back = { 0 };
	struct err e;

	(void)state;
	memset(k.hash, 'a', 64);
	cleanup_json json_t *j = kernel_to_json(&k);

	assert_int_equal(kernel_from_json(j, &back, &e), 0);
	assert_string_equal(back.bzimage, "/b");
	assert_string_equal(back.vmlinux, "/v");
	assert_string_equal(back.hash, k.hash);
	assert_null(back.modules);
	kernel_clear(&back);
	json_object_set_new(j, "hash", json_string("short"));
	assert_int_equal(kernel_from_json(j, &back, &e), -EINVAL);
}

static void patterns_leave_out_what_is_excluded(void **state)
{
	static const struct {
		const char *name;
		bool meant;
	} cases[] = {
		{ "linux-image-6.12.117+deb12-amd64-unsigned", true },
		{ "linux-image-6.12.117+deb12-amd64", false },
		{ "linux-image-6.12.117+deb12-cloud-amd64-unsigned", false },
		{ "linux-image-6.12.117+deb12-rt-amd64-unsigned", false },
		{ "linux-image-6.1.0-56-amd64-unsigned", false },
	};
	cleanup_json json_t *exclude = json_pack("[s, s]", "*-cloud-*", "*-rt-*");

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		print_message("  %s\n", cases[i].name);
		assert_int_equal(apt_name_matches(cases[i].name,
						  "linux-image-6.12.*-amd64-unsigned", exclude),
				 cases[i].meant);
	}
}

#define TARGET(by, origin, codename, uri, release, part)                                       \
	"Created-By: " by "\nOrigin: " origin "\nCodename: " codename "\nRepo-URI: " uri       \
	"\nRelease: " release "\nComponent: " part "\n\n"

static void only_debian_sources_of_the_suite_are_used(void **state)
{
	static const char text[] =
		TARGET("Packages", "Debian", "bookworm", "file:/mirror/", "stable", "main")
		TARGET("Translations", "Debian", "bookworm", "file:/mirror/", "stable", "main")
		TARGET("Packages", "Debian", "bookworm", "file:/mirror/", "stable", "contrib")
		TARGET("Packages", "Debian", "bookworm-security", "file:/s/", "bookworm-security",
		       "main")
		TARGET("Packages", "Debian", "bookworm-security", "file:/s/", "bookworm-security",
		       "main")
		TARGET("Packages", "Debian", "trixie", "file:/mirror/", "trixie", "main")
		TARGET("Packages", "Debian", "bookworm-backports", "file:/mirror/", "x", "main")
		TARGET("Packages", "Somebody", "bookworm", "file:/other/", "bookworm", "main")
		"Created-By: Packages\nRepo-URI: file:/unknown/\nRelease: bookworm\n";
	cleanup_json json_t *lines = apt_sources_parse(text, "bookworm");

	(void)state;
	assert_int_equal(json_array_size(lines), 2);
	assert_string_equal(json_string_value(json_array_get(lines, 0)),
			    "deb file:/mirror/ stable main");
	assert_string_equal(json_string_value(json_array_get(lines, 1)),
			    "deb file:/s/ bookworm-security main");
}

static void stanzas_keep_fields_and_drop_continuations(void **state)
{
	cleanup_json json_t *all = stanza_parse("\n\nA: 1\nB:two words\n B: more\njunk\n\n\nA: 2");

	(void)state;
	assert_int_equal(json_array_size(all), 2);
	assert_string_equal(json_str(json_array_get(all, 0), "A"), "1");
	assert_string_equal(json_str(json_array_get(all, 0), "B"), "two words");
	assert_string_equal(json_str(json_array_get(all, 1), "A"), "2");
}

static void config_tells_on_module_and_off_apart(void **state)
{
	cleanup_json json_t *j = kernel_config_parse("CONFIG_KSM=y\n# CONFIG_PSI is not set\n"
						     "CONFIG_ZRAM=m\nCONFIG_DAMON_X=y\n");

	(void)state;
	assert_string_equal(json_str(j, "KSM"), "y");
	assert_string_equal(json_str(j, "ZRAM"), "m");
	assert_true(json_is_null(json_object_get(j, "PSI")));
	assert_true(json_is_null(json_object_get(j, "DAMON")));
}

static void answer_of_apt_is_good_for_a_day_and_one_question(void **state)
{
	cleanup_free char *entry = path_format("%s/ramrig/kernel/k-1", (char *)*state);
	cleanup_free char *stamp = path_format("%s/ramrig/kernel/k.resolved", (char *)*state);
	cleanup_free char *dir = NULL;
	const struct timespec old[2] = { { .tv_sec = time(NULL) - 90000 },
					 { .tv_sec = time(NULL) - 90000 } };
	char *stale = NULL;
	struct err e;

	assert_int_equal(dir_make(entry, 0755, &e), 0);
	assert_int_equal(resolved_get("kernel", "k", "key", &stale, &e), -ENOENT);
	assert_int_equal(resolved_put("kernel", "k", "key", entry, &e), 0);
	assert_int_equal(resolved_get("kernel", "k", "key", &dir, &e), 0);
	assert_string_equal(dir, entry);
	assert_int_equal(resolved_get("kernel", "k", "other key", &stale, &e), -ENOENT);
	assert_int_equal(utimensat(AT_FDCWD, stamp, old, 0), 0);
	assert_int_equal(resolved_get("kernel", "k", "key", &stale, &e), -ENOENT);
	assert_int_equal(utimensat(AT_FDCWD, stamp, NULL, 0), 0);
	assert_int_equal(dir_remove(entry, &e), 0);
	assert_int_equal(resolved_get("kernel", "k", "key", &stale, &e), -ENOENT);
	assert_null(stale);
}

static int make_root(void **state)
{
	char dir[] = "/tmp/ramrig-kernel-XXXXXX";

	if (!mkdtemp(dir))
		return 1;
	*state = strdup(dir);
	return setenv("XDG_CACHE_HOME", dir, 1);
}

static int remove_root(void **state)
{
	struct err e;
	int rc = dir_remove(*state, &e);

	free(*state);
	return rc;
}

static void missing_and_failing_tools_are_told_apart(void **state)
{
	const char *const missing[] = { "mmdebstrap", NULL };
	const char *const failing[] = { "sh", "-c", "echo first; echo the reason; exit 7", NULL };
	struct tool_opts o = { .argv = missing, .timeout_ms = 10000 };
	cleanup_free char *path = strdup(getenv("PATH"));
	cleanup_free char *output = NULL;
	struct err e;

	(void)state;
	assert_int_equal(tool_require("sh", &e), 0);
	assert_int_equal(tool_require("no-such-tool", &e), -ENOPKG);
	assert_non_null(strstr(e.msg, "ci/setup"));
	setenv("PATH", "/nonexistent", 1);
	assert_int_equal(tool_run(&o, &output, &e), -ENOPKG);
	setenv("PATH", path, 1);
	assert_non_null(strstr(e.msg, "install the Debian package mmdebstrap"));
	o.argv = failing;
	assert_int_equal(tool_run(&o, &output, &e), -EIO);
	assert_string_equal(e.msg, "sh ended with status 7: the reason");
	assert_null(output);
}

#define test_in_root(f) cmocka_unit_test_setup_teardown(f, make_root, remove_root)

int main(void)
{
	const struct CMUnitTest tests[] = {
		test_in_root(bzimage_without_modules_counts_as_all_built_in),
		test_in_root(modules_are_found_as_a_folder_or_as_an_install_root),
		test_in_root(modules_folder_without_modules_dep_names_depmod),
		test_in_root(built_tree_gives_its_image),
		test_in_root(a_trees_vmlinux_is_its_images_unless_it_was_made_after_it),
		test_in_root(modules_of_a_tree_are_installed_once_until_one_changes),
		test_in_root(wrong_paths_are_named),
		cmocka_unit_test(kernel_survives_json_and_back),
		cmocka_unit_test(patterns_leave_out_what_is_excluded),
		cmocka_unit_test(only_debian_sources_of_the_suite_are_used),
		cmocka_unit_test(stanzas_keep_fields_and_drop_continuations),
		cmocka_unit_test(config_tells_on_module_and_off_apart),
		cmocka_unit_test(missing_and_failing_tools_are_told_apart),
		test_in_root(answer_of_apt_is_good_for_a_day_and_one_question),
	};

	return cmocka_run_group_tests_name("kernel", tests, NULL, NULL);
}
