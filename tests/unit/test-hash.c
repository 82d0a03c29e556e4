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
#include "lib/hash.h"

/* FIPS 180-4's examples, as NIST publishes them, and the empty text. */
static const struct {
	const char *text, *hash;
} known[] = {
	{ "abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad" },
	{ "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
	  "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1" },
	{ "", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855" },
};

static void hashes_are_those_that_are_published(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(known); i++) {
		cleanup_hasher struct hasher h = { 0 };
		char hash[65];

		hash_bytes(known[i].text, strlen(known[i].text), hash);
		assert_string_equal(hash, known[i].hash);
		/* Begun anew, and byte by byte. */
		hasher_begin(&h);
		hasher_add(&h, "x", 1);
		hasher_begin(&h);
		for (const char *s = known[i].text; *s; s++)
			hasher_add(&h, s, 1);
		hasher_end(&h, hash);
		assert_string_equal(hash, known[i].hash);
	}
}

static void a_file_has_the_hash_of_its_bytes(void **state)
{
	char path[] = "/tmp/ramrig-test-XXXXXX", hash[65];
	cleanup_close int fd = mkstemp(path);
	struct err e;
	(void)state;

	assert_true(fd >= 0);
	for (size_t i = 0; i < ARRAY_SIZE(known); i++) {
		assert_int_equal(file_write_atomic(path, known[i].text, strlen(known[i].text), &e),
				 0);
		assert_int_equal(file_sha256(path, hash, &e), 0);
		assert_string_equal(hash, known[i].hash);
	}
	unlink(path);
	assert_int_equal(file_sha256(path, hash, &e), -ENOENT);
	assert_non_null(strstr(e.msg, path));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(hashes_are_those_that_are_published),
		cmocka_unit_test(a_file_has_the_hash_of_its_bytes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
