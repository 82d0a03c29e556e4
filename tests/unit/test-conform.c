/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "conform-tree.h"
#include "guest-fixture.h"

/* RAMRIG_UPDATE_EXPECT=1 writes the tables anew. */
static void recorded_guests_give_the_tables_that_lie_beside_them(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(guests); i++) {
		cleanup_free char *path = path_format(RECORDED "/%s.expect", guests[i].name);
		cleanup_free char *text = NULL;
		struct tree g;
		size_t len, k;
		json_t *row;
		struct err e;
		int differ;

		tree_open(&g, &guests[i]);
		cleanup_json json_t *rows = rows_of(&g, CLOCK_HOST, &differ);
		FILE *f = open_memstream(&text, &len);

		json_array_foreach(rows, k, row)
			fprintf(f, "%s %s: declared %s; seen %s\n",
				json_is_true(json_object_get(row, "ok")) ? " " : "!", json_str(row, "what"),
				json_str(row, "declared"), json_str(row, "seen"));
		fclose(f);
		if (getenv("RAMRIG_UPDATE_EXPECT"))
			assert_int_equal(file_write_atomic(path, text, len, &e), 0);
		cleanup_free char *wanted = text_of(path);
		assert_non_null(wanted);
		assert_string_equal(text, wanted);
		tree_close(&g);
	}
}

static void two_rounds_of_questions_are_enough(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(guests); i++) {
		struct tree g;

		tree_open(&g, &guests[i]);
		json_object_clear(g.seen.files);
		assert_in_range(tree_read(&g, CLOCK_HOST), 1, 2);
		tree_close(&g);
	}
}

/* What the same guest with one file changed differs in, and how. */
struct change {
	const char *guest, *path, *text;	/* NULL: the file is absent */
	const char *what, *seen;		/* the row; NULL: none differs */
};

static const struct change changes[] = {
	{ "full", CPUS, "0\n", "online CPUs", "1" },
	{ "full", CPUS, "0-2\n", "online CPUs", "3" },
	{ "full", CPUS, "1,3\n", NULL, NULL },
	{ "full", CPUS, NULL, "online CPUs", "nothing" },
	{ "full", CPUS, "all of them\n", "online CPUs", "all of them" },
	{ "full", NODE "/online", "0\n", "memory nodes", "0" },
	{ "full", NODE "/online", "0-2\n", "memory nodes", "0-2" },
	{ "full", NODE "/online", "0,1\n", NULL, NULL },
	{ "full", NODE "/online", "0-9999999\n", "memory nodes", "0-9999999" },
	{ "full", NODE "/online", NULL, "memory nodes", "nothing" },
	{ "full", NODE "/has_cpu", "0-1\n", "nodes with CPUs", "0-1" },
	{ "full", NODE "/has_cpu", "\n", "nodes with CPUs", "nothing" },
	{ "full", NODE "/has_cpu", NULL, "nodes with CPUs", "nothing" },
	{ "full", NODE "/node0/meminfo", NULL, "memory of node 0", "nothing" },
	{ "full", NODE "/node0/meminfo", "Node 0 MemFree: 400000 kB\n", "memory of node 0", "nothing" },
	{ "full", NODE "/node0/meminfo", "Node 0 MemTotal: many kB\n", "memory of node 0", "nothing" },
	{ "full", NODE "/node0/meminfo", "Node 0 MemTotal: 9999999999999999999 kB\n",
	  "memory of node 0", "nothing" },
	{ "full", NODE "/node1/meminfo", "Node 1 MemTotal: 0 kB\n", "memory of node 1", "0 MiB" },
	{ "full", NODE "/node1/distance", "21 10\n", "distances from node 1", "21 10" },
	{ "full", NODE "/node0/distance", "10\n", "distances from node 0", "10" },
	{ "full", NODE "/node0/distance", NULL, "distances from node 0", "nothing" },
	{ "full", HMAT1 "/read_latency", "251\n", "latency of node 1", "251 ns read, 250 ns write" },
	{ "full", HMAT1 "/write_latency", NULL, "latency of node 1", "250 ns read, nothing write" },
	{ "full", HMAT1 "/write_latency", "x\n", "latency of node 1", "250 ns read, x write" },
	{ "full", HMAT1 "/read_bandwidth", "28038\n", NULL, NULL },
	{ "full", HMAT1 "/read_bandwidth", "28037\n", "bandwidth of node 1",
	  "28037 MiB/s read, 28610 MiB/s write" },
	{ "full", HMAT1 "/read_bandwidth", "9999999999999999999\n", "bandwidth of node 1",
	  "9999999999999999999 MiB/s read, 28610 MiB/s write" },
	{ "full", HMAT1 "/read_bandwidth", "99999999999999999999\n", "bandwidth of node 1",
	  "99999999999999999999 read, 28610 MiB/s write" },
	{ "full", HMAT1, NULL, "initiator of node 1", "nothing" },
	{ "full", TIERING, NULL, "memory tiers", "nothing" },
	{ "full", TIERING "/memory_tier46/nodelist", NULL, "memory tiers", "0 (memory_tier4)" },
	{ "full", TIERING "/memory_tier46/nodelist", "0-1\n", "memory tiers",
	  "0 (memory_tier4) | 0-1 (memory_tier46)" },
	{ "full", "/sys/block/zram0/size", "131064\n", "fast (zram)", "67104768 bytes, lz4, rotational 0" },
	{ "full", "/sys/block/zram0/size", NULL, "fast (zram)", "nothing" },
	{ "full", "/sys/block/zram0/size", "9999999999999999999\n", "fast (zram)", "nothing" },
	{ "full", "/sys/block/zram0/comp_algorithm", "lzo [lzo-rle] lz4\n", "fast (zram)",
	  "64 MiB, lzo-rle, rotational 0" },
	{ "full", "/sys/block/zram0/comp_algorithm", "lz4\n", "fast (zram)",
	  "64 MiB, nothing, rotational 0" },
	{ "full", "/sys/block/zram0/comp_algorithm", "[lz4", NULL, NULL },
	{ "full", "/sys/block/zram0/queue/rotational", "1\n", "fast (zram)", "64 MiB, lz4, rotational 1" },
	{ "full", "/sys/block/zram0/queue/rotational", NULL, "fast (zram)",
	  "64 MiB, lz4, rotational nothing" },
	{ "full", "/sys/block/zram0/mm_stat", "0 0 0 4096 0\n", "fast (zram)",
	  "64 MiB, lz4, rotational 0, limit 4096 bytes" },
	{ "full", "/sys/block/zram0/mm_stat", "0 0 0\n", NULL, NULL },
	{ "full", "/sys/block/zram0/backing_dev", NULL, NULL, NULL },
	{ "full", "/sys/block/zram0/backing_dev", "/dev/sda\n", "fast (zram)",
	  "64 MiB, lz4, rotational 0, writes back to /dev/sda" },
	{ "full", "/sys/block/zram0/backing_dev", "/dev/nvme0n1\n", "fast (zram)",
	  "64 MiB, lz4, rotational 0, writes back to flash" },
	{ "full", "/sys/block/nvme0n1/size", "2097160\n", "flash (nvme)", "1073745920 bytes, rotational 0" },
	{ "full", "/sys/block/nvme0n1/queue/rotational", "1\n", "flash (nvme)", "1024 MiB, rotational 1" },
	{ "devices", "/sys/block/zram0/mm_stat", "0 0 0 0 0 0 0 0 0\n", "fast (zram)",
	  "64 MiB, lz4, rotational 0, writes back to flash" },
	{ "devices", "/sys/block/zram0/backing_dev", "none\n", "fast (zram)",
	  "64 MiB, lz4, rotational 0, limit 32 MiB" },
	{ "devices", "/sys/kernel/config/nullb/timed-slow/completion_nsec", "10000\n", "slow (timed)",
	  "64 MiB, rotational 0, 10 us" },
	{ "devices", "/sys/kernel/config/nullb/timed-slow/completion_nsec", "100001\n", "slow (timed)",
	  "64 MiB, rotational 0, 100001 ns" },
	{ "devices", "/sys/kernel/config/nullb/timed-slow/completion_nsec", NULL, "slow (timed)",
	  "64 MiB, rotational 0, nothing" },
	{ "cxl-two", NODE "/node1/meminfo", "Node 1 MemTotal: 524288 kB\n", NULL, NULL },
	{ "cxl-two", NODE "/node1/meminfo", "Node 1 MemTotal: 262144 kB\n", "memory of node 1", "256 MiB" },
	{ "cxl-two", NODE "/node1/meminfo", "Node 1 MemTotal: 524289 kB\n", "memory of node 1", "512 MiB" },
	{ "cxl-two", "/proc/zoneinfo", NULL, "zone of node 1", "nothing" },
	{ "cxl-two", TIERING "/memory_tier22/nodelist", "1\n", "memory tiers",
	  "0 (memory_tier4) | 1 (memory_tier22)" },
};

static void each_row_differs_where_its_file_says_otherwise(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(changes); i++) {
		const struct change *ch = &changes[i];
		struct tree g;
		bool ok = true;
		int differ;

		print_message("  %s: %s is %s\n", ch->guest, ch->path, ch->text ? ch->text : "absent");
		tree_open_named(&g, ch->guest);
		assert_non_null(json_object_get(g.seen.files, ch->path));
		json_object_set_new(g.seen.files, ch->path, ch->text ? json_string(ch->text) : json_null());
		cleanup_json json_t *rows = rows_of(&g, CLOCK_HOST, &differ);
		/* Both nodes' zones stand in one file. */
		assert_int_equal(differ, !ch->what ? 0 : strstr(ch->path, "zoneinfo") ? 2 : 1);
		if (ch->what)
			assert_string_equal(seen_in(rows, ch->what, &ok), ch->seen);
		assert_int_equal(ok, !ch->what);
		tree_close(&g);
	}
}

static void a_node_keeps_four_fifths_less_64_mib(void **state)
{
	static const struct { uint64_t declared_mib, seen_mib; bool ok; } cases[] = {
		{ 1024, 1024, true }, { 1024, 1025, false }, { 1024, 756, true }, { 1024, 755, false },
		{ 512, 359, true },   { 512, 345, false },   { 64, 1, true },	 { 64, 0, false },
	};
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		cleanup_free char *text = path_format("\nNode 0 MemTotal: %llu kB\nNode 0 MemFree: 1 kB\n",
						      (unsigned long long)cases[i].seen_mib << 10);
		struct tree g;
		int differ;
		bool ok;

		tree_open_named(&g, "full");
		g.t.nodes[0].bytes = cases[i].declared_mib << 20;
		json_object_set_new(g.seen.files, NODE "/node0/meminfo", json_string(text));
		cleanup_json json_t *rows = rows_of(&g, CLOCK_HOST, &differ);
		seen_in(rows, "memory of node 0", &ok);
		assert_int_equal(ok, cases[i].ok);
		tree_close(&g);
	}
}

static void the_virtual_clock_has_one_cpu_whatever_is_declared(void **state)
{
	struct tree g;
	int differ;
	bool ok;
	(void)state;

	tree_open_named(&g, "full");
	cleanup_json json_t *two = rows_of(&g, CLOCK_VIRTUAL, &differ);
	assert_int_equal(differ, 1);
	assert_string_equal(seen_in(two, "online CPUs", &ok), "2");
	json_object_set_new(g.seen.files, CPUS, json_string("0\n"));
	cleanup_json json_t *one = rows_of(&g, CLOCK_VIRTUAL, &differ);
	assert_int_equal(differ, 0);
	tree_close(&g);
}

static void a_device_that_is_not_up_is_nothing(void **state)
{
	struct tree g;
	int differ;
	bool ok;
	(void)state;

	tree_open_named(&g, "devices");
	memset(g.disks, 0, sizeof(g.disks));
	cleanup_json json_t *rows = rows_of(&g, CLOCK_HOST, &differ);
	assert_int_equal(differ, 3);
	assert_string_equal(seen_in(rows, "slow (timed)", &ok), "nothing");
	tree_close(&g);
}

/* One row a declared thing, whatever the guest says, and no answer that breaks the table. */
static void nonsense_in_any_file_makes_rows_differ_and_no_harm(void **state)
{
	static char longest[200 << 10];
	static const char *const nonsense[] = {
		"", "\n", " ", "-1\n", "x\ny\n", "0-", ",", "18446744073709551615\n", "18446744073709551616\n",
		"[", "[]", "0-63\n", "64\n", "4095\n", "MemTotal:", "MemTotal: 18446744073709551615 kB",
		"\xc3\xa9\xc3\xa9\xc3\xa9", "%s%s%n\n", longest,
	};
	(void)state;

	memset(longest, '7', sizeof(longest) - 1);
	for (size_t i = 0; i < ARRAY_SIZE(guests); i++) {
		struct tree g;
		const char *path;
		json_t *unused;
		int differ;

		tree_open(&g, &guests[i]);
		cleanup_json json_t *good = rows_of(&g, CLOCK_HOST, &differ);
		cleanup_json json_t *files = json_copy(g.seen.files);
		json_object_foreach(files, path, unused) {
			for (size_t k = 0; k <= ARRAY_SIZE(nonsense) + 1; k++) {
				json_t *file = k < ARRAY_SIZE(nonsense) ? json_string(nonsense[k])
					: k == ARRAY_SIZE(nonsense)
						? json_pack("[s,i,n,[],s,s]", "../../x", 3, "memory_tier7",
							    "node")
						: json_null();

				json_object_set_new(g.seen.files, path, file);
				cleanup_json json_t *rows = rows_of(&g, CLOCK_HOST, &differ);
				assert_int_equal(json_array_size(rows), json_array_size(good));
				cleanup_json json_t *more = conform_missing(&g.t, CLOCK_HOST, &g.seen);
				assert_in_range(json_object_size(more), 0, 1);
			}
			json_object_set(g.seen.files, path, unused);
		}
		tree_close(&g);
	}
}

/* A kernel that offers nothing at all differs in every row. */
static void absent_is_never_zero_nor_well(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(guests); i++) {
		struct tree g;
		const char *path;
		json_t *unused, *row;
		int differ;
		size_t k;

		tree_open(&g, &guests[i]);
		free(take_ptr(g.seen.cxl));
		free(take_ptr(g.seen.log));
		json_object_foreach(g.seen.files, path, unused)
			json_object_set_new(g.seen.files, path, json_null());
		cleanup_json json_t *rows = rows_of(&g, CLOCK_HOST, &differ);
		assert_int_equal(differ, json_array_size(rows));
		json_array_foreach(rows, k, row) {
			print_message("  %s: %s\n", json_str(row, "what"), json_str(row, "seen"));
			assert_true(strstr(json_str(row, "seen"), "nothing") ||
				    strstr(json_str(row, "seen"), "none"));
		}
		tree_close(&g);
	}
}

/* What a guest answers about its own hardware, and what becomes of it. */
static void what_a_guest_answers_is_compared(void **state)
{
	static const struct { const char *what; struct reply reply; int rc, differ; } cases[] = {
		{ "as declared", { .verb = "read", .answer = HARDWARE("'0-1'") }, 0, 0 },
		{ "one CPU", { .verb = "read", .answer = HARDWARE("'0'") }, 0, 1 },
		{ "a kernel without such a file", { .verb = "read", .answer = HARDWARE("null") }, 0, 1 },
		{ "a folder in its place", { .verb = "read", .answer = HARDWARE("['a', 2]") }, 0, 1 },
		{ "a kernel that cannot read them",
		  { .verb = "read", .answer = "'errno': 5, 'error': 'I/O error'" }, -EIO, 0 },
		{ "an agent that sends nothing", { .verb = "read", .answer = "'result': {}" }, -EPROTO, 0 },
		{ "an agent that sends a part",
		  { .verb = "read", .answer = "'result': {'files': {'" CPUS "': '0-1'}}" }, -EPROTO, 0 },
		{ "an agent that sends a number", { .verb = "read", .answer = HARDWARE("2") }, -EPROTO, 0 },
		{ "a silent agent", { .verb = "read", .answer = SILENCE }, -ETIMEDOUT, 0 },
		{ "an agent that dies", { .verb = "read", .answer = DEATH }, -ECONNRESET, 0 },
	};
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		cleanup_json json_t *rows = json_array();
		struct cell_fixture f;
		int differ = 0;
		struct err e;

		print_message("  %s\n", cases[i].what);
		fixture_open(&f, &cases[i].reply, 1, "{}", "[]");
		assert_int_equal(conform_check(&f.guest, f.cell.topology, CLOCK_HOST, rows, &differ, &e),
				 cases[i].rc);
		assert_int_equal(differ, cases[i].differ);
		assert_int_equal(asked(&f, "read"), 1);
		fixture_close(&f);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(recorded_guests_give_the_tables_that_lie_beside_them),
		cmocka_unit_test(two_rounds_of_questions_are_enough),
		cmocka_unit_test(each_row_differs_where_its_file_says_otherwise),
		cmocka_unit_test(a_node_keeps_four_fifths_less_64_mib),
		cmocka_unit_test(the_virtual_clock_has_one_cpu_whatever_is_declared),
		cmocka_unit_test(a_device_that_is_not_up_is_nothing),
		cmocka_unit_test(nonsense_in_any_file_makes_rows_differ_and_no_harm),
		cmocka_unit_test(absent_is_never_zero_nor_well),
		cmocka_unit_test(what_a_guest_answers_is_compared),
	};

	return cmocka_run_group_tests_name("conform", tests, NULL, NULL);
}
