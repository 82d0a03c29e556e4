/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <cmocka.h>
#include "metric-fixture.h"
#include "proto/protocol.h"

/* Two nodes and one device of each kind; the NVMe one is the zram's backing device. */
static const struct topology full = {
	.n_nodes = 2, .n_devices = 4,
	.nodes = { { .kind = NODE_DRAM }, { .kind = NODE_TIER } },
	.devices = {
		{ .kind = DEVICE_ZRAM, .name = "fast", .backing = &full.devices[1] },
		{ .kind = DEVICE_NVME, .name = "below", .is_backing = true },
		{ .kind = DEVICE_NVME, .name = "flash" },
		{ .kind = DEVICE_TIMED, .name = "slow" },
	},
};
static char *const full_disks[] = {
	(char *)"/dev/zram0", (char *)"/dev/nvme1n1", (char *)"/dev/nvme0n1", (char *)"/dev/timed-slow",
};

/* The names of the columns that the agent makes of @sources, as protocol.h has it. */
static json_t *columns_of(const json_t *sources)
{
	json_t *columns = json_array();
	const json_t *source, *key;
	size_t i, k;

	json_array_foreach(sources, i, source) {
		const char *name = json_str(source, "name"), *kind = json_str(source, "kind");

		if (!strcmp(kind, "value") || !strcmp(kind, "thread"))
			json_array_append_new(columns, json_string(name));
		if (!strcmp(kind, "psi")) {
			json_array_append_new(columns, json_sprintf("%s.some_us", name));
			json_array_append_new(columns, json_sprintf("%s.full_us", name));
		}
		json_array_foreach(json_object_get(source, "keys"), k, key) {
			const char *text = json_string_value(key);

			if (strcmp(text, "-"))
				json_array_append_new(columns, json_sprintf(
					"%s.%.*s", name, (int)strcspn(text, "="), text));
		}
	}
	return columns;
}

static void every_metric_has_its_columns_on_a_full_machine(void **state)
{
	cleanup_json json_t *workload = workload_make();
	cleanup_json json_t *policies = json_of(
		"[{\"cost\":{\"threads\":[\"kdamond.0\",\"swap_balancer\"]},"
		"\"daemons\":[{\"name\":\"damon\"}]}]");
	cleanup_json json_t *sources = metric_sources(&full, full_disks, workload, policies);
	cleanup_json json_t *columns = columns_of(sources), *metrics = json_object();
	cleanup_samples struct samples *s = NULL;
	size_t groups = 0, nodes = 0, devices = 0, plain = 0;
	struct err e = {};

	(void)state;
	json_array_append_new(columns, json_string("agent.cpu_us"));
	assert_int_equal(samples_new(columns, &s, &e), 0);
	for (long long t = 1; t < 4; t++) {
		json_t *row = json_array();
		cleanup_json json_t *sample = json_pack("{s:I, s:o}", "t_ns", t * SECOND, "v", row);

		for (size_t i = 0; i < json_array_size(columns); i++)
			json_array_append_new(row, json_integer(t));
		assert_int_equal(samples_append(s, sample, &e), 0);
	}
	assert_int_equal(metric_derive(s, workload, whole, metrics, &e), 0);
	for (const struct metric_info *m = metric_table; m->name; m++) {
		if (!m->column)		/* of the trace */
			continue;
		groups += strstr(m->name, "{group}") != NULL;
		nodes += strstr(m->name, "{node}") != NULL;
		devices += strstr(m->name, "{device}") != NULL;
		plain += !strchr(m->name, '{');
		if (!strchr(m->name, '{') && !json_object_get(metrics, m->name))
			fail_msg("nothing samples %s of %s", m->column, m->name);
	}
	assert_int_equal(json_object_size(metrics), plain + 2 * groups + 2 * nodes + 3 * devices);
}

static const json_t *source_find(const json_t *sources, const char *name)
{
	const json_t *source, *found = NULL;
	size_t i;

	json_array_foreach(sources, i, source) {
		if (strcmp(json_str(source, "name"), name))
			continue;
		if (found)
			fail_msg("%s is sampled twice", name);
		found = source;
	}
	return found;
}

static void sources_name_the_groups_and_the_policies_threads_once(void **state)
{
	static const struct { const char *name, *path; } wanted[] = {
		{ "thread.ksmd", "ksmd" },
		{ "thread.kdamond.1", "kdamond.1" },
		{ "damon.1.0.sz_applied",
		  "/sys/kernel/mm/damon/admin/kdamonds/1/contexts/0/schemes/0/stats/sz_applied" },
		{ "damon.1.max_nr_regions",
		  "/sys/kernel/mm/damon/admin/kdamonds/1/contexts/0/monitoring_attrs/nr_regions/max" },
		{ "daemon.senpai", PROTOCOL_CGROUP "/senpai/cpu.stat" },
		{ "thread.kswapd1", "kswapd1" },
		{ "thread.kcompactd0", "kcompactd0" },
		{ "cgroup.load.memory", PROTOCOL_CGROUP "/load/memory.current" },
		{ "cpu", "/proc/stat" },
		{ "tasks", "/proc/stat" },
	};
	cleanup_json json_t *workload = workload_make();
	cleanup_json json_t *policies = json_of(
		"[{\"cost\":{\"threads\":[\"ksmd\",\"kdamond.0\"]}},"
		"{\"cost\":{\"threads\":[\"kdamond.0\",\"kswapd*\"]},"
		"\"daemons\":[{\"name\":\"senpai\"}]},{\"daemons\":[{\"name\":\"senpai\"}]},{}]");
	cleanup_json json_t *sources = metric_sources(&full, full_disks, workload, policies);

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(wanted); i++) {
		print_message("  %s\n", wanted[i].name);
		assert_string_equal(json_str(source_find(sources, wanted[i].name), "path"),
				    wanted[i].path);
	}
	assert_null(source_find(sources, "thread.kswapd2"));
	cleanup_json json_t *keys = json_of("[\"anon.N0\",\"file.N0\"]");

	assert_true(json_equal(json_object_get(source_find(sources, "cgroup.load.dram"), "keys"), keys));
	assert_non_null(source_find(sources, "dram.0"));
	assert_null(source_find(sources, "dram.1"));
}

static void devices_are_sampled_by_the_topologys_names_and_the_guests_paths(void **state)
{
	static const struct { const char *name, *path; } wanted[] = {
		{ "node.1", "/sys/devices/system/node/node1/meminfo" },
		{ "node.1.vmstat", "/sys/devices/system/node/node1/vmstat" },
		{ "zram.fast", "/sys/block/zram0/mm_stat" },
		{ "zram_backing.fast", "/sys/block/zram0/bd_stat" },
		{ "disk.zram.fast", "/sys/block/zram0/stat" },
		{ "disk.nvme.below", "/sys/block/nvme1n1/stat" },
		{ "disk.nvme.flash", "/sys/block/nvme0n1/stat" },
		{ "disk.timed.slow", "/sys/block/timed-slow/stat" },
	};
	cleanup_json json_t *swaps = json_of("[\"zram.fast.used=/dev/zram0\","
					     "\"nvme.flash.used=/dev/nvme0n1\","
					     "\"timed.slow.used=/dev/timed-slow\"]");
	cleanup_json json_t *sources = metric_sources(&full, full_disks, NULL, NULL);

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(wanted); i++) {
		print_message("  %s\n", wanted[i].name);
		assert_string_equal(json_str(source_find(sources, wanted[i].name), "path"),
				    wanted[i].path);
	}
	assert_true(json_equal(json_object_get(source_find(sources, "swap"), "keys"), swaps));
}

/* Each is read twice a second in a guest that TCG makes slow. */
static void a_machine_without_tiers_and_devices_is_not_asked_for_them(void **state)
{
	static const struct topology plain = { .n_nodes = 1, .n_devices = 1,
					       .devices = { { .kind = DEVICE_NVME, .name = "gone" } } };
	static char *const none[] = { NULL };
	cleanup_json json_t *few = metric_sources(&plain, none, NULL, NULL);
	cleanup_json json_t *many = metric_sources(&full, full_disks, NULL, NULL);

	(void)state;
	assert_null(source_find(few, "swap"));
	assert_null(source_find(few, "disk.nvme.gone"));
	assert_null(source_find(few, "node.0.vmstat"));
	assert_non_null(source_find(few, "node.0"));
	assert_null(source_find(few, "damon.0.0.sz_applied"));
	/* Three of the second node's, two vmstats, seven of devices, and what is swapped to. */
	assert_int_equal(json_array_size(many), json_array_size(few) + 12);
	assert_in_range(json_array_size(few), 1, 18);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_metric_has_its_columns_on_a_full_machine),
		cmocka_unit_test(sources_name_the_groups_and_the_policies_threads_once),
		cmocka_unit_test(devices_are_sampled_by_the_topologys_names_and_the_guests_paths),
		cmocka_unit_test(a_machine_without_tiers_and_devices_is_not_asked_for_them),
	};

	return cmocka_run_group_tests_name("metric-sources", tests, NULL, NULL);
}
