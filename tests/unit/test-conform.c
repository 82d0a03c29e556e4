/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
#include "cell/conform.h"
#include "guest-fixture.h"

#define CPUS "/sys/devices/system/cpu/online"
#define NODES "/sys/devices/system/node/online"
#define NODE0 "/sys/devices/system/node/node0/meminfo"

static void lists_of_the_kernel_are_counted_and_others_refused(void **state)
{
	static const struct { const char *list; int count; } cases[] = {
		{ "0-1,4", 3 },
		{ "0", 1 },
		{ "0\n", 1 },
		{ "", 0 },
		{ "\n", 0 },
		{ "0-4095", 4096 },
		{ "7-7", 1 },
		{ "0,2,4,6-9\n", 7 },
		{ "x", -EINVAL },
		{ "0-", -EINVAL },
		{ "-1", -EINVAL },
		{ "5-1", -EINVAL },
		{ "5--1", -EINVAL },
		{ "0-1;4", -EINVAL },
		{ ",", -EINVAL },
		{ "0-4096", -EINVAL },
		{ "0-9223372036854775807", -EINVAL },
		{ "0-99999999999999999999999999", -EINVAL },
	};
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		print_message("  '%s'\n", cases[i].list);
		assert_int_equal(conform_list_count(cases[i].list), cases[i].count);
	}
}

static void a_list_as_long_as_a_frame_does_not_overflow(void **state)
{
	static char list[1 << 20];
	size_t len = 0;
	(void)state;

	while (len + 8 < sizeof(list)) {
		memcpy(list + len, "0-4095,", 7);
		len += 7;
	}
	int n = conform_list_count(list);
	assert_int_equal(n, (int)(len / 7) * 4096);
}

static char *meminfo(uint64_t mib)
{
	return path_format("\nNode 0 MemTotal:       %llu kB\nNode 0 MemFree: 12 kB\n",
			   (unsigned long long)mib << 10);
}

struct seen {
	const char *cpus, *nodes;
	int mib[2];	/* of the nodes; -1: the kernel has no such node */
};

/* Two CPUs and two nodes of 1 GiB are declared. */
static int differences(enum guest_clock clock, struct seen seen, json_t *rows)
{
	cleanup_json json_t *topology =
		json_of("{'cpus': 2, 'nodes': [{'size': 1073741824}, {'size': 1073741824}]}");
	cleanup_free char *a = seen.mib[0] < 0 ? NULL : meminfo((uint64_t)seen.mib[0]);
	cleanup_free char *b = seen.mib[1] < 0 ? NULL : meminfo((uint64_t)seen.mib[1]);
	struct conform_seen s = {
		.cpus = (char *)seen.cpus,
		.nodes = (char *)seen.nodes,
		.n_nodes = 2,
		.meminfo = (char *[]){ a, b },
	};

	return conform_compare(topology, clock, &s, rows);
}

static void every_difference_is_found(void **state)
{
	static const struct { const char *what; enum guest_clock clock; struct seen seen; int n; } cases[] = {
		{ "all as declared", CLOCK_HOST, { "0-1\n", "0-1\n", { 1000, 1024 } }, 0 },
		{ "just enough memory", CLOCK_HOST, { "0-1", "0-1", { 820, 820 } }, 0 },
		{ "too little memory", CLOCK_HOST, { "0-1", "0-1", { 819, 1000 } }, 1 },
		{ "more memory than there is", CLOCK_HOST, { "0-1", "0-1", { 1025, 1000 } }, 1 },
		{ "a node without memory", CLOCK_HOST, { "0-1", "0-1", { 1000, 0 } }, 1 },
		{ "a CPU offline", CLOCK_HOST, { "0", "0-1", { 1000, 1000 } }, 1 },
		{ "a CPU too many", CLOCK_HOST, { "0-2", "0-1", { 1000, 1000 } }, 1 },
		{ "a node is missing", CLOCK_HOST, { "0-1", "0", { 1000, -1 } }, 2 },
		{ "a node too many", CLOCK_HOST, { "0-1", "0-2", { 1000, 1000 } }, 1 },
		{ "no NUMA at all", CLOCK_HOST, { "0-1", NULL, { -1, -1 } }, 3 },
		{ "nothing", CLOCK_HOST, { NULL, NULL, { -1, -1 } }, 4 },
		{ "nonsense for CPUs", CLOCK_HOST, { "all of them", "0-1", { 1000, 1000 } }, 1 },
		{ "the virtual clock and one CPU", CLOCK_VIRTUAL, { "0", "0-1", { 1000, 1000 } }, 0 },
		{ "the virtual clock and two CPUs", CLOCK_VIRTUAL, { "0-1", "0-1", { 1000, 1000 } }, 1 },
	};
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		cleanup_json json_t *rows = json_array();
		int n = 0;

		print_message("  %s\n", cases[i].what);
		assert_int_equal(differences(cases[i].clock, cases[i].seen, rows), cases[i].n);
		assert_int_equal(json_array_size(rows), 4);
		for (size_t k = 0; k < 4; k++)
			n += json_is_false(json_object_get(json_array_get(rows, k), "ok"));
		assert_int_equal(n, cases[i].n);
	}
}

static void a_row_says_what_was_declared_and_what_is_there(void **state)
{
	cleanup_json json_t *rows = json_array();
	struct seen seen = { "0-3", "0-1", { 512, 1000 } };
	(void)state;

	assert_int_equal(differences(CLOCK_HOST, seen, rows), 2);
	cleanup_json json_t *cpus = json_of("{'what': 'online CPUs', 'declared': '2', 'seen': '4', 'ok': false}");
	cleanup_json json_t *node = json_of("{'what': 'memory of node 0', 'declared': '1024 MiB', "
					    "'seen': '512 MiB', 'ok': false}");
	assert_true(json_equal(json_array_get(rows, 0), cpus));
	assert_true(json_equal(json_array_get(rows, 2), node));
}

/* What a guest answers about its own hardware, and what becomes of it. */
static void what_a_guest_answers_is_compared(void **state)
{
	static const struct { const char *what; struct reply replies[3]; int rc, differ; } cases[] = {
		{ "as declared",
		  { { .verb = "read", .about = CPUS, .answer = "'result': {'data': '0-1'}" },
		    { .verb = "read", .about = NODES, .answer = "'result': {'data': '0'}" },
		    { .verb = "read", .about = NODE0,
		      .answer = "'result': {'data': 'Node 0 MemTotal: 1000000 kB'}" } }, 0, 0 },
		{ "a kernel without these files",
		  { { .verb = "read", .answer = "'errno': 2, 'error': 'no such file'" } }, 0, 3 },
		{ "a kernel that cannot read them",
		  { { .verb = "read", .answer = "'errno': 5, 'error': 'I/O error'" } }, -EIO, 0 },
		{ "an agent that sends no data", { { .verb = "read", .answer = "'result': {}" } },
		  -EPROTO, 0 },
		{ "an agent that sends a number",
		  { { .verb = "read", .answer = "'result': {'data': 2}" } }, -EPROTO, 0 },
		{ "a silent agent", { { .verb = "read", .answer = SILENCE } }, -ETIMEDOUT, 0 },
		{ "an agent that dies", { { .verb = "read", .answer = DEATH } }, -ECONNRESET, 0 },
	};
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		cleanup_json json_t *rows = json_array();
		struct reply replies[3];
		struct cell_fixture f;
		size_t n = 0;
		int differ = 0;
		struct err e;

		print_message("  %s\n", cases[i].what);
		for (; n < 3 && cases[i].replies[n].verb; n++)
			replies[n] = cases[i].replies[n];
		fixture_open(&f, replies, n, "{}", "[]");
		assert_int_equal(conform_check(&f.guest, f.cell.topology, CLOCK_HOST, rows, &differ, &e),
				 cases[i].rc);
		assert_int_equal(differ, cases[i].differ);
		fixture_close(&f);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lists_of_the_kernel_are_counted_and_others_refused),
		cmocka_unit_test(a_list_as_long_as_a_frame_does_not_overflow),
		cmocka_unit_test(every_difference_is_found),
		cmocka_unit_test(a_row_says_what_was_declared_and_what_is_there),
		cmocka_unit_test(what_a_guest_answers_is_compared),
	};

	return cmocka_run_group_tests_name("conform", tests, NULL, NULL);
}
