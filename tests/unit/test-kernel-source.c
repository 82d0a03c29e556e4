/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <cmocka.h>
#include "image/kernel-source.h"
#include "image/kernel-source-config.h"
#include "image/kernel-source-make.h"
#include "image/kernel-source-series.h"
#include "lib/cleanup.h"
#include "lib/file.h"

#define SERIES "tests/unit/data/kernel-source/"

static json_t *load(const char *file)
{
	cleanup_json json_t *paths = json_pack("[s]", file);
	json_t *series = NULL;
	struct err e;

	assert_int_equal(series_load(paths, &series, &e), 0);
	return series;
}

static void an_mbox_is_taken_apart_and_its_cover_letter_left_out(void **state)
{
	cleanup_json json_t *series = load(SERIES "series.mbox");
	static const char *const titles[] = { "mm: one becomes five", "mm: five becomes six" };

	(void)state;
	assert_int_equal(json_array_size(series), ARRAY_SIZE(titles));
	for (size_t i = 0; i < ARRAY_SIZE(titles); i++) {
		const json_t *patch = json_array_get(series, i);

		assert_string_equal(json_str(patch, "title"), titles[i]);
		assert_non_null(strstr(json_str(patch, "text"), "diff --git"));
		assert_false(series_touches_config(patch));
	}
}

static void a_plain_diff_is_a_patch_without_a_subject(void **state)
{
	cleanup_json json_t *series = json_array();
	const char *text = "--- a/mm/Kconfig\n+++ b/mm/Kconfig\n@@ -1 +1 @@\n-a\n+b\n";
	struct err e;

	(void)state;
	assert_int_equal(series_parse("plain.diff", text, series, &e), 0);
	assert_string_equal(json_str(json_array_get(series, 0), "title"), "plain.diff");
	assert_true(series_touches_config(json_array_get(series, 0)));
}

static void what_holds_no_diff_or_an_encoded_one_is_refused(void **state)
{
	static const struct {
		const char *text, *said;
	} cases[] = {
		{ "", "has no diff" },
		{ "From me\nSubject: hello\n\nNothing here\n", "has no diff" },
		{ "Subject: x\nContent-Transfer-Encoding: base64\n\nZGlmZg==\n", "b4 am" },
		{ "Subject: x\nContent-Transfer-Encoding: quoted-printable\n\n--- a\n+++ b\n", "b4 am" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		cleanup_json json_t *series = json_array();
		struct err e;

		assert_int_equal(series_parse("x.patch", cases[i].text, series, &e), -EINVAL);
		assert_non_null(strstr(e.msg, cases[i].said));
	}
}

static void a_hunk_is_found_by_file_and_number_and_ends_before_the_next(void **state)
{
	const char *text = "diff --git a/a.c b/a.c\n--- a/a.c\n+++ b/a.c\n"
			   "@@ -1,2 +1,2 @@ f\n one\n-two\n+2\n@@ -9 +9 @@\n-nine\n+9\n"
			   "diff --git a/b.c b/b.c\n--- a/b.c\n+++ b/b.c\n@@ -1 +1 @@\n-b\n+B\n-- \n2.39\n";
	cleanup_free char *first = series_hunk(text, "a.c", 1);
	cleanup_free char *second = series_hunk(text, "a.c", 2);
	cleanup_free char *other = series_hunk(text, "b.c", 1);

	(void)state;
	assert_string_equal(first, "@@ -1,2 +1,2 @@ f\n one\n-two\n+2\n");
	assert_non_null(strstr(second, "+9\n"));
	assert_null(strstr(second, "-b\n"));
	assert_string_equal(other, "@@ -1 +1 @@\n-b\n+B\n");
	assert_null(series_hunk(text, "a.c", 3));
	assert_null(series_hunk(text, "c.c", 1));
}

static void options_are_checked_by_the_last_line_that_names_them(void **state)
{
	cleanup_free char *first = path_format("%s/first.config", (char *)*state);
	cleanup_free char *last = path_format("%s/last.config", (char *)*state);
	cleanup_json json_t *fragments = json_pack("[s, s]", first, last);
	static const struct {
		const char *first, *last, *config, *missed, *got;
	} cases[] = {
		{ "CONFIG_A=y\n", "", "CONFIG_A=y\n", NULL, NULL },
		{ "CONFIG_A=y\n", "", "CONFIG_A=m\n", "A", "m" },
		{ "CONFIG_A=y\n", "", "", "A", "n" },
		{ "CONFIG_A=y\n", "# CONFIG_A is not set\n", "# CONFIG_A is not set\n", NULL, NULL },
		{ "CONFIG_A=n\n", "", "", NULL, NULL },
		{ "CONFIG_A=n\n", "", "CONFIG_A=y\n", "A", "y" },
		{ "# CONFIG_A=y is a thought\n", "", "", NULL, NULL },
		{ "CONFIG_S=\"a b\"  \n", "CONFIG_N=0x10\r\n", "CONFIG_S=\"a b\"\nCONFIG_N=0x10\n", NULL,
		  NULL },
		{ "CONFIG_AB=y\n", "", "CONFIG_ABC=y\nCONFIG_A=y\n", "AB", "n" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct config_miss miss = { 0 };
		struct err e;

		print_message("  case %zu\n", i);
		assert_int_equal(file_write_atomic(first, cases[i].first, strlen(cases[i].first), &e), 0);
		assert_int_equal(file_write_atomic(last, cases[i].last, strlen(cases[i].last), &e), 0);
		assert_int_equal(config_check(fragments, cases[i].config, &miss, &e),
				 cases[i].missed ? -EINVAL : 0);
		if (!cases[i].missed)
			continue;
		assert_string_equal(miss.name, cases[i].missed);
		assert_string_equal(miss.got, cases[i].got);
		assert_int_equal(miss.line, 1);
	}
}

static void put_kconfig(const char *root)
{
	static const char text[] =
		"menu \"Memory\"\n\n"
		"config CXL_BUS\n\ttristate \"CXL\"\n\tdepends on PCI\n\n"
		"menuconfig CXL_REGION\n\tbool \"CXL: regions\"\n\tdefault CXL_BUS\n"
		"\tdepends on SPARSEMEM && !SLOW # why\n\tdepends on PCI\n\tselect MEMREGION\n"
		"\thelp\n\t  depends on luck\n\n"
		"config CXL_HIDDEN\n\tbool\n\tdepends on PCI\nendmenu\n";
	cleanup_free char *dir = path_format("%s/drivers", root);
	cleanup_free char *path = path_format("%s/Kconfig.cxl", dir);
	struct err e;

	assert_int_equal(dir_make(dir, 0755, &e), 0);
	assert_int_equal(file_write_atomic(path, text, strlen(text), &e), 0);
}

static void a_missed_option_names_what_it_depends_on_and_which_of_it_is_off(void **state)
{
	static const struct {
		const char *name, *said;
		bool in_excerpt;
	} cases[] = {
		{ "CXL_REGION", "drivers/Kconfig.cxl:7: config CXL_REGION depends on SPARSEMEM && !SLOW "
				"&& PCI\nof which off: SPARSEMEM", true },
		{ "CXL_HIDDEN", "It has no prompt", true },
		{ "CXL_BU", "no Kconfig file of this source has such an option", false },
	};

	put_kconfig(*state);
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct config_miss m = { .fragment = "my.config", .line = 7, .wanted = "y", .got = "n" };
		struct err e;

		snprintf(m.name, sizeof(m.name), "%s", cases[i].name);
		assert_int_equal(config_explain(*state, &m, "CONFIG_PCI=y\n", &e), -EINVAL);
		print_message("  %s\n%s\n", e.msg, e.excerpt);
		assert_non_null(strstr(e.msg, "my.config:7: CONFIG_"));
		assert_non_null(strstr(cases[i].in_excerpt ? e.excerpt : e.msg, cases[i].said));
	}
}

static void the_compilers_first_error_is_quoted_with_its_line(void **state)
{
	struct err e;

	(void)state;
	kernel_make_explain("  CC      mm/a.o\n../mm/a.c: In function 'f':\n"
			    "../mm/a.c:3:2: error: 'x' undeclared\n    3 |  x;\n      |  ^\n"
			    "../mm/a.c:4:2: error: more\nmake[3]: *** [a.o] Error 1\n", &e);
	assert_string_equal(e.excerpt, "../mm/a.c:3:2: error: 'x' undeclared\n    3 |  x;\n      |  ^\n");
	kernel_make_explain("ld: a.o: in function `f':\na.c:(.text+0x1): undefined reference to `g'\n", &e);
	assert_non_null(strstr(e.excerpt, "undefined reference to `g'"));
	kernel_make_explain("all is well\n", &e);
	assert_string_equal(e.excerpt, "");
}

static void own_kernels_from_source_have_all_their_files(void **state)
{
	static const char *const names[] = { "testbed-6.12", "testbed-6.12-debug" };
	struct search s = { 0 };
	struct err e;

	(void)state;
	assert_int_equal(search_add(&s, ".", &e), 0);
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		cleanup_kernel_source struct kernel_source k = { 0 };

		assert_int_equal(kernel_source_load(&s, names[i], &k, &e), 0);
		assert_string_equal(k.config, "tinyconfig");
		assert_int_equal(json_array_size(k.fragments), i + 1);
	}
	search_clear(&s);
}

static int folder_setup(void **state)
{
	char template[] = "/tmp/ramrig-source-XXXXXX";

	*state = mkdtemp(template) ? strdup(template) : NULL;
	return *state ? 0 : -1;
}

static int folder_teardown(void **state)
{
	struct err e;
	int rc = dir_remove(*state, &e);

	free(*state);
	return rc;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_mbox_is_taken_apart_and_its_cover_letter_left_out),
		cmocka_unit_test(a_plain_diff_is_a_patch_without_a_subject),
		cmocka_unit_test(what_holds_no_diff_or_an_encoded_one_is_refused),
		cmocka_unit_test(a_hunk_is_found_by_file_and_number_and_ends_before_the_next),
		cmocka_unit_test_setup_teardown(options_are_checked_by_the_last_line_that_names_them,
						folder_setup, folder_teardown),
		cmocka_unit_test_setup_teardown(
			a_missed_option_names_what_it_depends_on_and_which_of_it_is_off,
			folder_setup, folder_teardown),
		cmocka_unit_test(the_compilers_first_error_is_quoted_with_its_line),
		cmocka_unit_test(own_kernels_from_source_have_all_their_files),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
