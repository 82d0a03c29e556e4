/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
#include "agent/source.h"
#include "metric-fixture.h"

/*
 * A guest of topology full (Linux 6.12): 120 MiB of a heap, of which a part was swapped to zram, and
 * page cache of its cgroup, most of which reclaim had moved to the slower node 1.
 */
#define TREE	"tests/unit/data/memory/full"
#define KIB	1024.0
#define ANON_N0 104140800.0
#define FILE_N0 4005888.0
#define ZRAM	4030464.0

static const struct topology full = {
	.n_nodes = 2,
	.n_devices = 1,
	.nodes = { { .kind = NODE_DRAM }, { .kind = NODE_TIER } },
	.devices = { { .kind = DEVICE_ZRAM, .name = "fast" } },
};
static char *const disks[] = { (char *)"/dev/zram0" };

/* Appends what the agent reads of @source in the recorded tree. */
static void source_record(const json_t *source, int root_fd, json_t *columns, json_t *row)
{
	static char buf[1 << 16];
	struct sample_value v[64];
	struct source *s;
	struct err e;

	if (source_new(source, &s, &e))
		fail_msg("%s", e.msg);
	assert_true(source_columns(s) <= ARRAY_SIZE(v));
	source_name_columns(s, columns);
	source_read(s, root_fd, buf, sizeof(buf), v);
	for (size_t i = 0; i < source_columns(s); i++)
		json_array_append_new(row, v[i].present ? json_integer(v[i].n) : json_null());
	source_free(s);
}

static struct samples *tree_sample(void)
{
	cleanup_json json_t *workload = json_of("{\"groups\":[\"heap\"]}");
	cleanup_json json_t *policies = json_of("[{\"daemons\":[{\"name\":\"senpai\"}]}]");
	cleanup_json json_t *sources = metric_sources(&full, disks, workload, policies);
	cleanup_json json_t *columns = json_array(), *row = json_array();
	cleanup_json json_t *sample = json_pack("{s:I, s:O}", "t_ns", (json_int_t)SECOND, "v", row);
	cleanup_close int root_fd = open(TREE, O_PATH | O_DIRECTORY | O_CLOEXEC);
	const json_t *source;
	struct samples *s;
	struct err e;
	size_t i;

	assert_true(root_fd >= 0);
	json_array_foreach(sources, i, source)
		source_record(source, root_fd, columns, row);
	if (samples_new(columns, &s, &e) || samples_append(s, sample, &e))
		fail_msg("%s", e.msg);
	return s;
}

static void memory_used_of_a_recorded_guest_is_as_the_three_definitions_say(void **state)
{
	static const struct {
		const char *name;
		double value;
	} cases[] = {
		{ "mem_used", (1012284 - 771580) * KIB },
		{ "dram_used", (159628 - 5680 - 6120 - 1440) * KIB },	/* of node 0 alone */
		{ "workload_dram", ANON_N0 + FILE_N0 },	/* without 12.5 MiB that were demoted */
		{ "workload_dram_pool", ANON_N0 + FILE_N0 + ZRAM },
		{ "zram_memory", ZRAM },
		{ "zswap_pool", 0 },
		{ "mem_total", 1012284 * KIB },
	};
	cleanup_json json_t *workload = json_of("{\"groups\":[\"heap\"]}");
	cleanup_samples struct samples *s = tree_sample();
	double v;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		print_message("  %s\n", cases[i].name);
		assert_true(metric_value(s, workload, cases[i].name, whole, &v));
		assert_float_equal(v, cases[i].value, 0.5);
	}
	assert_true(samples_value(s, 0, samples_column(s, "daemon.senpai.usage_usec"), &v));
	assert_true(v > 0);
}

/* A machine without zram has no pool there. */
static void
a_pool_that_is_not_there_adds_nothing_but_without_any_group_there_is_no_sum(void **state)
{
	static const struct {
		const char *columns, *rows;
		bool has;
		double value;
	} cases[] = {
		{ "[\"cgroup.a.dram.anon.N0\",\"cgroup.a.dram.file.N0\",\"cgroup.b.dram.anon.N0\"]",
		  "[[4,2,1]]", true, 7 },
		{ "[\"cgroup.a.dram.anon.N0\",\"zram.x.memory\",\"zram.y.memory\",\"meminfo."
		  "Zswap\"]",
		  "[[4,10,20,100]]", true, 134 },
		{ "[\"cgroup.a.dram.anon.N0\",\"zram.x.memory\",\"meminfo.Zswap\"]",
		  "[[4,10,null]]", true, 14 },
		{ "[\"cgroup.a.memory\",\"zram.x.memory\",\"meminfo.Zswap\"]", "[[4,10,1]]", false,
		  0 },
		{ "[\"cgroup.a.dram.anon.N0\",\"zram.x.memory\"]", "[[null,10]]", false, 0 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		cleanup_samples struct samples *s =
			samples_every(SECOND, cases[i].columns, cases[i].rows);
		double v = 0;

		print_message("  %s\n", cases[i].columns);
		assert_int_equal(metric_value(s, NULL, "workload_dram_pool", whole, &v),
				 cases[i].has);
		assert_float_equal(v, cases[i].value, 1e-9);
	}
}

static void rmap_items_are_counted_in_bytes(void **state)
{
	cleanup_samples struct samples *s =
		samples_every(SECOND,
			      "[\"ksm.pages_shared\",\"ksm.pages_sharing\",\"ksm.pages_unshared\","
			      "\"ksm.pages_volatile\"]",
			      "[[1,10,100,1000]]");
	double v;

	(void)state;
	assert_true(metric_value(s, NULL, "ksm_rmap", whole, &v));
	assert_float_equal(v, 1111 * 64, 1e-9);
}

static void regions_of_all_kdamonds_are_counted_in_bytes(void **state)
{
	cleanup_samples struct samples *s = samples_every(
		SECOND, "[\"damon.0.max_nr_regions\",\"damon.1.max_nr_regions\"]", "[[1000,10]]");
	double v;

	(void)state;
	assert_true(metric_value(s, NULL, "damon_regions_max", whole, &v));
	assert_float_equal(v, 1010 * 56, 1e-9);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(memory_used_of_a_recorded_guest_is_as_the_three_definitions_say),
		cmocka_unit_test(
			a_pool_that_is_not_there_adds_nothing_but_without_any_group_there_is_no_sum),
		cmocka_unit_test(rmap_items_are_counted_in_bytes),
		cmocka_unit_test(regions_of_all_kdamonds_are_counted_in_bytes),
	};

	return cmocka_run_group_tests_name("memory-used", tests, NULL, NULL);
}
