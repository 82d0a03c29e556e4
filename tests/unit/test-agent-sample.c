/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "agent-fixture.h"

#define STAT "41 (kswapd0 x) y) S 2 0 0 0 -1 10758208 0 0 0 0 30 12 0 0 20 0 1 0 50 0 0\n"

static const char sources[] =
	"[ {\"name\":\"vmstat\",\"kind\":\"keyed\",\"path\":\"/proc/vmstat\","
	"   \"keys\":[\"pgfault\",\"pgmajfault\",\"absent\"]},"
	"  {\"name\":\"meminfo\",\"kind\":\"keyed\",\"path\":\"/proc/meminfo\",\"keys\":[\"MemFree\"]},"
	"  {\"name\":\"ksm.full_scans\",\"kind\":\"value\",\"path\":\"/sys/full_scans\"},"
	"  {\"name\":\"gone\",\"kind\":\"value\",\"path\":\"/sys/not-there\"},"
	"  {\"name\":\"psi\",\"kind\":\"psi\",\"path\":\"/proc/pressure/memory\"},"
	"  {\"name\":\"cpu.kswapd0\",\"kind\":\"thread\",\"path\":\"kswapd0\"},"
	"  {\"name\":\"cpu.user\",\"kind\":\"thread\",\"path\":\"impostor\"},"
	"  {\"name\":\"node.1\",\"kind\":\"keyed\",\"path\":\"/sys/node1/meminfo\",\"keys\":[\"MemUsed\"]},"
	"  {\"name\":\"zram.fast\",\"kind\":\"fields\",\"path\":\"/sys/mm_stat\","
	"   \"keys\":[\"orig\",\"-\",\"memory\",\"huge_since\"]},"
	"  {\"name\":\"swap\",\"kind\":\"swaps\",\"path\":\"/proc/swaps\","
	"   \"keys\":[\"fast.used=/dev/zram0\",\"flash.used=/dev/nvme0n1\"]},"
	"  {\"name\":\"cgroup.server.dram\",\"kind\":\"numa\",\"path\":\"/sys/numa_stat\","
	"   \"keys\":[\"anon.N0\",\"file.N1\",\"anon.N2\"]} ]";

static const char *const columns[] = {
	"agent.cpu_us", "vmstat.pgfault", "vmstat.pgmajfault", "vmstat.absent", "meminfo.MemFree",
	"ksm.full_scans", "gone", "psi.some_us", "psi.full_us", "cpu.kswapd0", "cpu.user",
	"node.1.MemUsed", "zram.fast.orig", "zram.fast.memory", "zram.fast.huge_since",
	"swap.fast.used", "swap.flash.used", "cgroup.server.dram.anon.N0", "cgroup.server.dram.file.N1",
	"cgroup.server.dram.anon.N2",
};

static void put_tree(struct fixture *f)
{
	fixture_put(f, "proc/vmstat", "nr_free_pages 9\npgfault 100\npgfaultx 7\npgmajfault 3\n");
	fixture_put(f, "proc/meminfo", "MemTotal:  2048 kB\nMemFree:    1024 kB\n");
	fixture_put(f, "sys/full_scans", "2\n");
	fixture_put(f, "proc/pressure/memory",
		    "some avg10=0.00 avg60=0.00 avg300=0.00 total=1234\n"
		    "full avg10=0.00 avg60=0.00 avg300=0.00 total=56\n");
	fixture_put(f, "sys/node1/meminfo", "Node 1 MemTotal:  2048 kB\nNode 1 MemUsed:     10 kB\n");
	fixture_put(f, "sys/mm_stat", "    4096       74    12288\n");
	fixture_put(f, "proc/swaps", "Filename\t\t\t\tType\t\tSize\t\tUsed\t\tPriority\n"
		    "/dev/zram0                              partition\t65532\t\t7\t\t100\n");
	fixture_put(f, "sys/numa_stat", "anon N0=20480 N1=8192\nfile N0=0 N1=4096\n");
	fixture_put(f, "proc/40/comm", "impostor\n");
	fixture_put(f, "proc/40/cmdline", "impostor");
	fixture_put(f, "proc/40/stat", STAT);
	fixture_put(f, "proc/41/comm", "kswapd0\n");
	fixture_put(f, "proc/41/cmdline", "");
	fixture_put(f, "proc/41/stat", STAT);
}

static json_t *start(struct fixture *f, int hz)
{
	return ask(f, "sample-start", json_pack("{s:i, s:o}", "hz", hz, "sources",
						json_loads(sources, 0, NULL)));
}

/* The last sample that came within a while. */
static const json_t *last_sample(struct fixture *f)
{
	struct err e;

	json_array_clear(f->events);
	for (int i = 0; i < 200 && json_array_size(f->events) < 3; i++)
		assert_int_equal(link_wait(f->link, clock_now_ms() + 20, &e), 0);
	size_t n = json_array_size(f->events);
	assert_true(n >= 3);
	return json_object_get(json_array_get(f->events, n - 1), "v");
}

static void check_value(const json_t *v, size_t column, json_int_t wanted)
{
	const json_t *got = json_array_get(v, column);

	print_message("  %s\n", columns[column]);
	if (wanted < 0)
		assert_true(json_is_null(got));
	else
		assert_int_equal(json_integer_value(got), wanted);
}

static void a_recorded_tree_gives_its_numbers_and_null_for_what_is_absent(void **state)
{
	static const json_int_t wanted[] = { 0, 100, 3, -1, 1048576, 2, -1, 1234, 56, 420000, -1,
					     10240, 4096, 12288, -1, 7168, -1, 20480, 4096, -1 };
	struct fixture *f = *state;

	put_tree(f);
	cleanup_json json_t *r = start(f, 50);
	json_t *names = json_object_get(r, "columns");
	assert_int_equal(json_array_size(names), ARRAY_SIZE(columns));
	for (size_t i = 0; i < ARRAY_SIZE(columns); i++)
		assert_string_equal(json_string_value(json_array_get(names, i)), columns[i]);
	const json_t *v = last_sample(f);
	assert_int_equal(json_array_size(v), ARRAY_SIZE(columns));
	assert_true(json_is_integer(json_array_get(v, 0)));
	for (size_t i = 1; i < ARRAY_SIZE(columns); i++)
		check_value(v, i, wanted[i]);
	cleanup_json json_t *end = ask(f, "sample-stop", NULL);
	assert_true(json_int_or(end, "samples", 0) >= 3);
}

static void what_changes_or_comes_later_is_seen(void **state)
{
	struct fixture *f = *state;

	put_tree(f);
	json_decref(start(f, 50));
	/* The order of lines changes, too. */
	fixture_put(f, "proc/vmstat", "absent 5\npgmajfault 4\npgfault 101\n");
	fixture_put(f, "sys/not-there", "-8\n");
	const json_t *v = last_sample(f);
	check_value(v, 1, 101);
	check_value(v, 2, 4);
	check_value(v, 3, 5);
	assert_int_equal(json_integer_value(json_array_get(v, 6)), -8);
	tell(f, "sample-stop", NULL);
}

static void samples_keep_their_rate(void **state)
{
	struct fixture *f = *state;
	json_int_t first = 0, last = 0;
	struct err e;

	put_tree(f);
	json_array_clear(f->events);
	json_decref(start(f, 20));
	assert_int_equal(link_wait(f->link, clock_now_ms() + 1000, &e), 0);
	cleanup_json json_t *end = ask(f, "sample-stop", NULL);
	size_t n = json_array_size(f->events);
	assert_true(n >= 2);
	first = json_int_or(json_array_get(f->events, 0), "t_ns", 0);
	last = json_int_or(json_array_get(f->events, n - 1), "t_ns", 0);
	/* All ticks are there or counted, whatever this machine was busy with. */
	assert_int_equal(json_int_or(end, "samples", 0), n);
	json_int_t ticks = (last - first + 25000000) / 50000000;
	assert_in_range((json_int_t)n - 1 + json_int_or(end, "late", 0), ticks - 1, ticks + 1);
}

static void a_sampler_that_makes_no_sense_is_refused(void **state)
{
	static const struct {
		const char *params;
		int rc;
	} cases[] = {
		{ "{\"hz\":0,\"sources\":[]}", -EINVAL },
		{ "{\"hz\":101,\"sources\":[]}", -EINVAL },
		{ "{\"hz\":2}", -EINVAL },
		{ "{\"hz\":2,\"sources\":{}}", -EINVAL },
		{ "{\"hz\":2,\"sources\":[7]}", -EINVAL },
		{ "{\"hz\":2,\"sources\":[{\"name\":\"x\",\"kind\":\"odd\",\"path\":\"/x\"}]}", -EINVAL },
		{ "{\"hz\":2,\"sources\":[{\"name\":\"x\",\"kind\":\"keyed\",\"path\":\"/x\"}]}", -EINVAL },
		{ "{\"hz\":2,\"sources\":[{\"name\":\"x\",\"kind\":\"keyed\",\"path\":\"/x\",\"keys\":[1]}]}",
		  -EINVAL },
		{ "{\"hz\":2,\"sources\":[{\"name\":\"x\",\"kind\":\"fields\",\"path\":\"/x\"}]}", -EINVAL },
		{ "{\"hz\":2,\"sources\":[{\"name\":\"x\",\"kind\":\"swaps\",\"path\":\"/x\","
		  "\"keys\":[\"fast\"]}]}", -EINVAL },
		{ "{\"hz\":2,\"sources\":[{\"name\":\"x\",\"kind\":\"swaps\",\"path\":\"/x\","
		  "\"keys\":[\"=/dev/zram0\"]}]}", -EINVAL },
		{ "{\"hz\":2,\"sources\":[{\"name\":\"x\",\"kind\":\"numa\",\"path\":\"/x\","
		  "\"keys\":[\"anon.0\"]}]}", -EINVAL },
	};
	struct err e;

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		print_message("  %s\n", cases[i].params);
		assert_int_equal(refuse(*state, "sample-start", json_loads(cases[i].params, 0, NULL), &e),
				 cases[i].rc);
	}
	assert_int_equal(refuse(*state, "sample-stop", NULL, &e), -ESRCH);
	tell(*state, "sample-start", json_loads("{\"hz\":1,\"sources\":[]}", 0, NULL));
	assert_int_equal(refuse(*state, "sample-start", json_loads("{\"hz\":1,\"sources\":[]}", 0, NULL),
				&e), -EBUSY);
	tell(*state, "sample-stop", NULL);
}

static void more_columns_than_the_protocol_allows_are_refused(void **state)
{
	json_t *many = json_array();
	struct err e;

	for (int i = 0; i < 1024; i++)
		json_array_append_new(many, json_pack("{s:s, s:s, s:s}", "name", "x", "kind", "value",
						      "path", "/x"));
	assert_int_equal(refuse(*state, "sample-start", json_pack("{s:i, s:O}", "hz", 1, "sources", many),
				&e), -E2BIG);
	json_array_remove(many, 0);
	cleanup_json json_t *r = ask(*state, "sample-start", json_pack("{s:i, s:o}", "hz", 1, "sources",
								       many));
	assert_int_equal(json_array_size(json_object_get(r, "columns")), 1024);
	tell(*state, "sample-stop", NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_recorded_tree_gives_its_numbers_and_null_for_what_is_absent),
		cmocka_unit_test(what_changes_or_comes_later_is_seen),
		cmocka_unit_test(samples_keep_their_rate),
		cmocka_unit_test(a_sampler_that_makes_no_sense_is_refused),
		cmocka_unit_test(more_columns_than_the_protocol_allows_are_refused),
	};

	return cmocka_run_group_tests_name("agent-sample", tests, fixture_setup, fixture_teardown);
}
