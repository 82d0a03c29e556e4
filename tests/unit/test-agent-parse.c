/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "agent/disk.h"
#include "agent/source-parse.h"
#include "agent/tail.h"
#include "agent-fixture.h"

static void only_a_text_that_is_one_number_is_a_value(void **state)
{
	static const struct {
		const char *text;
		bool present;
		int64_t n;
	} cases[] = {
		{ "42\n", true, 42 },
		{ "-3", true, -3 },
		{ "9223372036854775807\n", true, INT64_MAX },
		{ "9223372036854775808\n", false, 0 },
		{ "max\n", false, 0 },
		{ "1 2\n", false, 0 },
		{ "0.5\n", false, 0 },
		{ "", false, 0 },
		{ "\n", false, 0 },
	};
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct sample_value v = value_parse(cases[i].text);

		print_message("  '%s'\n", cases[i].text);
		assert_int_equal(v.present, cases[i].present);
		assert_int_equal(v.n, cases[i].n);
	}
}

static void keys_match_whole_words_and_kilobytes_become_bytes(void **state)
{
	struct source_key keys[] = {
		{ (char *)"anon", 4, 0 }, { (char *)"MemFree", 7, 0 }, { (char *)"file", 4, 0 },
		{ (char *)"big", 3, 0 }, { (char *)"limit", 5, 0 },
	};
	struct sample_value v[ARRAY_SIZE(keys)];
	(void)state;

	for (int again = 0; again < 2; again++) {
		keyed_parse("anon_thp 1\nanon 2\nMemFree:   3 kB\nbig 18014398509481984 kB\nlimit max\n",
			    keys, ARRAY_SIZE(keys), v);
		assert_int_equal(v[0].n, 2);
		assert_int_equal(v[1].n, 3072);
		assert_false(v[2].present);
		assert_false(v[3].present);
		assert_false(v[4].present);
	}
	assert_int_equal(keys[0].line, 1);
}

static void pressure_without_a_full_line_is_half_absent(void **state)
{
	struct sample_value v[2];
	(void)state;

	psi_parse("some avg10=1.00 avg60=0.00 avg300=0.00 total=77\n", v);
	assert_int_equal(v[0].n, 77);
	assert_true(v[0].present);
	assert_false(v[1].present);
}

static void a_tail_keeps_the_last_bytes_and_counts_the_others(void **state)
{
	struct tail t = { .max = 8 };
	(void)state;

	tail_append(&t, "abcdef", 6);
	tail_append(&t, "ghij", 4);
	assert_int_equal(t.len, 8);
	assert_memory_equal(t.buf, "cdefghij", 8);
	assert_int_equal(t.dropped, 2);
	tail_append(&t, "0123456789", 10);
	assert_memory_equal(t.buf, "23456789", 8);
	assert_int_equal(t.dropped, 12);
	tail_clear(&t);
}

static void a_text_is_found_across_the_seam_of_two_reads_but_not_twice(void **state)
{
	struct tail t = { .max = 64 };
	(void)state;

	tail_append(&t, "is rea", 6);
	assert_false(tail_has_new(&t, "ready", 6));
	tail_append(&t, "dy now", 6);
	assert_true(tail_has_new(&t, "ready", 6));
	tail_append(&t, " and more", 9);
	assert_false(tail_has_new(&t, "ready", 9));
	tail_clear(&t);
}

static void disks_are_found_by_serial_on_virtio_and_nvme(void **state)
{
	static const struct {
		const char *serial, *name;
	} cases[] = {
		{ "root", "vda" },
		{ "swap0", "nvme0n3" },
		{ "multi", "nvme7n1" },
		{ "other", NULL },
		{ "roo", NULL },
		{ "empty", NULL },
	};
	struct fixture f = { .dir = "/tmp/ramrig-disk-XXXXXX" };
	struct err e;
	(void)state;

	assert_non_null(mkdtemp(f.dir));
	fixture_put(&f, "block/vda/serial", "root");
	fixture_put(&f, "block/vdb/size", "8");
	fixture_put(&f, "class/nvme/nvme0/serial", "swap0               \n");
	fixture_put(&f, "class/nvme/nvme0/nvme0n3/size", "8");
	fixture_put(&f, "class/nvme/nvme0/ng0n3/dev", "8");
	fixture_put(&f, "class/nvme/nvme7/serial", "multi\n");
	fixture_put(&f, "class/nvme/nvme7/nvme7c2n1/size", "8");
	fixture_put(&f, "class/nvme/nvme9/serial", "empty\n");
	cleanup_close int sys_fd = open(f.dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		cleanup_free char *name = NULL;

		print_message("  %s\n", cases[i].serial);
		assert_int_equal(disk_find(sys_fd, cases[i].serial, &name, &e),
				 cases[i].name ? 0 : -ENOENT);
		if (cases[i].name)
			assert_string_equal(name, cases[i].name);
	}
	dir_remove(f.dir, &e);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_a_text_that_is_one_number_is_a_value),
		cmocka_unit_test(keys_match_whole_words_and_kilobytes_become_bytes),
		cmocka_unit_test(pressure_without_a_full_line_is_half_absent),
		cmocka_unit_test(a_tail_keeps_the_last_bytes_and_counts_the_others),
		cmocka_unit_test(a_text_is_found_across_the_seam_of_two_reads_but_not_twice),
		cmocka_unit_test(disks_are_found_by_serial_on_virtio_and_nvme),
	};

	return cmocka_run_group_tests_name("agent-parse", tests, NULL, NULL);
}
