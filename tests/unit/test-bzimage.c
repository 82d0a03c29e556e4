/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>
#include "image/bzimage.h"
#include "lib/cleanup.h"
#include "lib/file.h"

#define IMAGE_MAX 2048

/* A setup header with @magic and the version string's offset at their places. */
static void write_image(const char *path, const char *magic, unsigned protocol, unsigned offset,
			const char *version, size_t len)
{
	unsigned char image[IMAGE_MAX] = { 0 };
	struct err e;

	memcpy(image + 0x202, magic, 4);
	image[0x206] = protocol & 0xff;
	image[0x207] = (unsigned char)(protocol >> 8);
	image[0x20e] = offset & 0xff;
	image[0x20f] = (unsigned char)(offset >> 8);
	if (version)
		memcpy(image + 0x200 + offset, version, strlen(version) + 1);
	assert_int_equal(file_write_atomic(path, image, len, &e), 0);
}

static void release_is_read_up_to_the_first_space(void **state)
{
	cleanup_free char *release = NULL;
	struct err e;

	write_image(*state, "HdrS", 0x20f, 0x300,
		    "6.12.117+deb12-amd64 (debian-kernel@lists) #1 SMP", IMAGE_MAX);
	assert_int_equal(bzimage_release(*state, &release, &e), 0);
	assert_string_equal(release, "6.12.117+deb12-amd64");
}

static void what_is_no_bzimage_is_refused(void **state)
{
	static const struct {
		const char *what, *magic;
		unsigned protocol, offset;
		const char *version;
		size_t len;
	} cases[] = {
		{ "no magic", "ELF!", 0x20f, 0x300, "6.12 x", IMAGE_MAX },
		{ "ends before the header", "HdrS", 0x20f, 0x300, "6.12 x", 0x205 },
		{ "an empty file", "HdrS", 0x20f, 0x300, NULL, 0 },
		{ "version past the end", "HdrS", 0x20f, 0xfff0, NULL, IMAGE_MAX },
		{ "no version", "HdrS", 0x20f, 0, NULL, IMAGE_MAX },
		{ "version cut off by the end", "HdrS", 0x20f, 0x300, "6.12.1", 0x503 },
		{ "version with a slash", "HdrS", 0x20f, 0x300, "../../etc x", IMAGE_MAX },
		{ "version with control bytes", "HdrS", 0x20f, 0x300, "6.\033[2J x", IMAGE_MAX },
		{ "a protocol without a version", "HdrS", 0x100, 0x300, "6.12 x", IMAGE_MAX },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		char *release = NULL;
		struct err e;

		print_message("  %s\n", cases[i].what);
		write_image(*state, cases[i].magic, cases[i].protocol, cases[i].offset,
			    cases[i].version, cases[i].len);
		assert_int_equal(bzimage_release(*state, &release, &e), -EINVAL);
		assert_null(release);
		assert_non_null(strstr(e.msg, *state));
	}
}

static void missing_file_and_folder_are_named(void **state)
{
	char *release = NULL;
	struct err e;

	(void)state;
	assert_int_equal(bzimage_release("/nonexistent/bzImage", &release, &e), -ENOENT);
	assert_non_null(strstr(e.msg, "/nonexistent/bzImage"));
	assert_int_equal(bzimage_release("/tmp", &release, &e), -EINVAL);
	assert_null(release);
}

static int make_path(void **state)
{
	char path[] = "/tmp/ramrig-bzimage-XXXXXX";
	int fd = mkstemp(path);

	close(fd);
	*state = strdup(path);
	return fd < 0;
}

static int remove_path(void **state)
{
	unlink(*state);
	free(*state);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(release_is_read_up_to_the_first_space),
		cmocka_unit_test(what_is_no_bzimage_is_refused),
		cmocka_unit_test(missing_file_and_folder_are_named),
	};

	return cmocka_run_group_tests_name("bzimage", tests, make_path, remove_path);
}
