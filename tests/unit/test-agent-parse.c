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
		{ (char *)"anon", 4, 0, NULL, NULL }, { (char *)"MemFree", 7, 0, NULL, NULL },
		{ (char *)"file", 4, 0, NULL, NULL }, { (char *)"big", 3, 0, NULL, NULL },
		{ (char *)"limit", 5, 0, NULL, NULL },
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

static void a_nodes_lines_are_read_past_the_node_they_name(void **state)
{
	struct source_key keys[] = {
		{ (char *)"MemUsed", 7, 0, NULL, NULL }, { (char *)"Node", 4, 0, NULL, NULL },
		{ (char *)"AnonPages", 9, 0, NULL, NULL },
	};
	struct sample_value v[ARRAY_SIZE(keys)];
	(void)state;

	keyed_parse("Node 11 MemFree:  8 kB\nNode 11 MemUsed:  2 kB\nNode x AnonPages: 1 kB\n",
		    keys, ARRAY_SIZE(keys), v);
	assert_int_equal(v[0].n, 2048);
	assert_false(v[1].present);
	assert_false(v[2].present);
}

/* As Linux 6.12 writes it (mm/memcontrol.c, memory_numa_stat_show), nodes out of order and cut. */
static void a_nodes_number_is_found_by_the_nodes_whole_name(void **state)
{
	struct source_key keys[] = {
		{ (char *)"anon.N0", 4, 0, NULL, "N0" }, { (char *)"anon.N1", 4, 0, NULL, "N1" },
		{ (char *)"file.N1", 4, 0, NULL, "N1" }, { (char *)"file.N2", 4, 0, NULL, "N2" },
		{ (char *)"shmem.N0", 5, 0, NULL, "N0" }, { (char *)"none.N0", 4, 0, NULL, "N0" },
		{ (char *)"bad.N0", 3, 0, NULL, "N0" }, { (char *)"cut.N1", 3, 0, NULL, "N1" },
	};
	static const int64_t wanted[] = { 4096, 8192, 7, -1, -1, -1, -1, -1 };
	struct sample_value v[ARRAY_SIZE(keys)];
	(void)state;

	for (int again = 0; again < 2; again++) {
		numa_parse("anon_thp N0=1 N1=1\nanon N0=4096 N1=8192\nfile N11=5 N1=7\nshmem\n"
			   "bad N0=x\ncut N0=3 N1=", keys, ARRAY_SIZE(keys), v);
		for (size_t i = 0; i < ARRAY_SIZE(keys); i++) {
			print_message("  %s\n", keys[i].name);
			assert_int_equal(v[i].present ? v[i].n : -1, wanted[i]);
		}
	}
}

static void fields_are_counted_and_what_is_no_number_is_absent(void **state)
{
	static const struct {
		const char *text;
		int64_t first, third, fifth;	/* -1: absent */
	} cases[] = {
		{ "   10 11\t12 13 14   15\n", 10, 12, 14 },
		{ "10 11 12\n", 10, 12, -1 },
		{ "10 11 12\n13 14 15\n", 10, 12, -1 },
		{ "x 11 12y 13 14", -1, -1, 14 },
		{ "1 2 9223372036854775808 4 5\n", 1, -1, 5 },
		{ "\n1 2 3 4 5\n", -1, -1, -1 },
		{ "", -1, -1, -1 },
	};
	struct source_key keys[] = {
		{ (char *)"a", 1, 0, NULL, NULL }, { (char *)"c", 1, 2, NULL, NULL }, { (char *)"e", 1, 4, NULL, NULL },
	};
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		const int64_t wanted[] = { cases[i].first, cases[i].third, cases[i].fifth };
		struct sample_value v[ARRAY_SIZE(keys)];

		print_message("  '%s'\n", cases[i].text);
		fields_parse(cases[i].text, keys, ARRAY_SIZE(keys), v);
		for (size_t k = 0; k < ARRAY_SIZE(keys); k++)
			assert_int_equal(v[k].present ? v[k].n : -1, wanted[k]);
	}
}

static void only_the_device_itself_is_swapped_to(void **state)
{
	struct source_key keys[] = {
		{ (char *)"fast", 4, 0, "/dev/zram0", NULL }, { (char *)"flash", 5, 1, "/dev/nvme1n1", NULL },
		{ (char *)"head", 4, 2, "Filename", NULL },	{ (char *)"part", 4, 3, "/dev/nvme1n1p", NULL },
		{ (char *)"bad", 3, 4, "/dev/bad", NULL },	{ (char *)"cut", 3, 5, "/dev/cut", NULL },
	};
	static const int64_t wanted[] = { 1024, 3 << 20, -1, -1, -1, -1 };
	struct sample_value v[ARRAY_SIZE(keys)];
	(void)state;

	swaps_parse("Filename\t\t\t\tType\t\tSize\t\tUsed\t\tPriority\n"
		    "/dev/zram0                              partition\t65532\t\t1\t\t100\n"
		    "/dev/nvme1n1p1                          partition\t9\t\t9\t\t10\n"
		    "/dev/nvme1n1                            partition\t1048572\t\t3072\t\t10\n"
		    "/dev/bad                                partition\t1\t\t9007199254740993\t1\n"
		    "/dev/cut", keys, ARRAY_SIZE(keys), v);
	for (size_t i = 0; i < ARRAY_SIZE(keys); i++) {
		print_message("  %s\n", keys[i].path);
		assert_int_equal(v[i].present ? v[i].n : -1, wanted[i]);
	}
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
		cmocka_unit_test(a_nodes_lines_are_read_past_the_node_they_name),
		cmocka_unit_test(a_nodes_number_is_found_by_the_nodes_whole_name),
		cmocka_unit_test(fields_are_counted_and_what_is_no_number_is_absent),
		cmocka_unit_test(only_the_device_itself_is_swapped_to),
		cmocka_unit_test(pressure_without_a_full_line_is_half_absent),
		cmocka_unit_test(a_tail_keeps_the_last_bytes_and_counts_the_others),
		cmocka_unit_test(a_text_is_found_across_the_seam_of_two_reads_but_not_twice),
		cmocka_unit_test(disks_are_found_by_serial_on_virtio_and_nvme),
	};

	return cmocka_run_group_tests_name("agent-parse", tests, NULL, NULL);
}
