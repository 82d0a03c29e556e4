/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>
#include "lib/cleanup.h"
#include "lib/file.h"
#include "proto/protocol.h"
#include "result/metric-source.h"

#define KSM "/sys/kernel/mm/ksm/"

/*
 * What of the machine is sampled in every cell. The first line of /proc/stat, "cpu", is the sum
 * of all CPUs, in ticks of user space.
 */
static const struct source_info machine_sources[] = {
	{ "meminfo", "keyed", "/proc/meminfo",
	  "MemTotal MemFree MemAvailable Buffers Cached SwapCached AnonPages Mapped Shmem Slab "
	  "SReclaimable SUnreclaim KernelStack PageTables SwapTotal SwapFree AnonHugePages Zswap "
	  "Zswapped" },
	{ "vmstat", "keyed", "/proc/vmstat",
	  "pgfault pgmajfault pgscan_kswapd pgscan_direct pgscan_khugepaged pgscan_proactive "
	  "pgsteal_kswapd pgsteal_direct pgsteal_khugepaged pgsteal_anon pgsteal_file "
	  "pgpgin pgpgout pswpin pswpout swpin_zero swpout_zero "
	  "zswpin zswpout "
	  "swap_balancer_moved swap_balancer_raced swap_balancer_failed "
	  "pageout_tier_warm pageout_tier_cold pageout_tier_unknown "
	  "pgdemote_kswapd pgdemote_direct pgdemote_khugepaged pgdemote_proactive "
	  "pgpromote_success pgpromote_candidate numa_hint_faults numa_pages_migrated "
	  "workingset_refault_anon workingset_refault_file allocstall_normal allocstall_movable "
	  "compact_stall compact_migrate_scanned compact_daemon_wake compact_daemon_migrate_scanned "
	  "drop_pagecache thp_fault_alloc cow_ksm oom_kill" },
	{ "cpu", "fields", "/proc/stat", "- user nice system idle iowait irq softirq steal" },
	{ "tasks", "keyed", "/proc/stat", "procs_running procs_blocked" },
	{ "psi.memory", "psi", "/proc/pressure/memory", NULL },
	{ "psi.cpu", "psi", "/proc/pressure/cpu", NULL },
	{ "psi.io", "psi", "/proc/pressure/io", NULL },
	{ "ksm.pages_shared", "value", KSM "pages_shared", NULL },
	{ "ksm.pages_sharing", "value", KSM "pages_sharing", NULL },
	{ "ksm.pages_unshared", "value", KSM "pages_unshared", NULL },
	{ "ksm.pages_volatile", "value", KSM "pages_volatile", NULL },
	{ "ksm.full_scans", "value", KSM "full_scans", NULL },
	{ "ksm.general_profit", "value", KSM "general_profit", NULL },
};

static const struct source_info group_sources[] = {
	{ "memory", "value", "memory.current", NULL },
	{ "peak", "value", "memory.peak", NULL },
	{ "stat", "keyed", "memory.stat", "anon file kernel slab pagetables" },
	{ "cpu", "keyed", "cpu.stat", "usage_usec user_usec system_usec" },
	{ "psi", "psi", "memory.pressure", NULL },
};

/* meminfo's lines begin with the node, which the agent passes over. */
static const struct source_info node_meminfo = {
	"", "keyed", "meminfo",
	"MemTotal MemFree MemUsed AnonPages FilePages AnonHugePages Slab"
};

/* The same file of a DRAM node once more: what "dram_used" is made of. */
static const struct source_info node_dram = {
	"dram", "keyed", "meminfo", "MemUsed Active(file) Inactive(file) SReclaimable"
};

/* Where only one node is, these are those of the machine. */
static const struct source_info node_vmstat = {
	"vmstat", "keyed", "vmstat",
	"pgdemote_kswapd pgdemote_direct pgdemote_khugepaged pgdemote_proactive "
	"pgpromote_success pgpromote_candidate"
};

/*
 * Files below /sys/block/DISK, in the kernel's order (its admin-guide/blockdev/zram
 * and block/stat).
 */
static const struct source_info zram_memory = {
	"zram", "fields", "mm_stat",
	"orig compr memory - memory_max same compacted huge huge_since"
};
static const struct source_info zram_backing = {
	"zram_backing", "fields", "bd_stat", "stored reads writes"
};
static const struct source_info disk_stat = {
	"disk", "fields", "stat",
	"reads - read_sectors read_ms writes - write_sectors write_ms - busy_ms"
};

static json_t *keys_split(const char *keys)
{
	json_t *list = json_array();

	for (size_t len; *keys; keys += len + (keys[len] == ' ')) {
		len = strcspn(keys, " ");
		json_array_append_new(list, json_stringn(keys, len));
	}
	return list;
}

void source_add(json_t *list, const char *name, const char *kind, const char *path,
		const char *keys)
{
	json_t *s = json_pack("{s:s, s:s, s:s}", "name", name, "kind", kind, "path", path);

	if (keys)
		json_object_set_new(s, "keys", keys_split(keys));
	json_array_append_new(list, s);
}

/* The group's pages on DRAM nodes. */
static void group_dram_add(json_t *list, const char *group, const struct topology *t)
{
	cleanup_free char *name = path_format("cgroup.%s.dram", group);
	cleanup_free char *path = path_format("%s/%s/memory.numa_stat", PROTOCOL_CGROUP, group);
	json_t *keys = json_array();

	for (size_t i = 0; i < t->n_nodes; i++) {
		if (t->nodes[i].kind != NODE_DRAM)
			continue;
		json_array_append_new(keys, json_sprintf("anon.N%zu", i));
		json_array_append_new(keys, json_sprintf("file.N%zu", i));
	}
	json_array_append_new(list, json_pack("{s:s, s:s, s:s, s:o}", "name", name, "kind", "numa",
					      "path", path, "keys", keys));
}

static void group_add(json_t *list, const char *group, const struct topology *t)
{
	for (size_t i = 0; i < ARRAY_SIZE(group_sources); i++) {
		const struct source_info *g = &group_sources[i];
		cleanup_free char *name = path_format("cgroup.%s.%s", group, g->name);
		cleanup_free char *path = path_format("%s/%s/%s", PROTOCOL_CGROUP, group, g->path);

		source_add(list, name, g->kind, path, g->keys);
	}
	group_dram_add(list, group, t);
}

static void node_file_add(json_t *list, size_t i, const char *name, const struct source_info *f)
{
	cleanup_free char *path = path_format("/sys/devices/system/node/node%zu/%s", i, f->path);

	source_add(list, name, f->kind, path, f->keys);
}

static void nodes_add(json_t *list, const struct topology *t)
{
	for (size_t i = 0; i < t->n_nodes; i++) {
		cleanup_free char *node = path_format("node.%zu", i);
		cleanup_free char *vmstat = path_format("node.%zu.%s", i, node_vmstat.name);
		cleanup_free char *dram = path_format("%s.%zu", node_dram.name, i);

		node_file_add(list, i, node, &node_meminfo);
		if (t->n_nodes > 1)
			node_file_add(list, i, vmstat, &node_vmstat);
		if (t->nodes[i].kind == NODE_DRAM)
			node_file_add(list, i, dram, &node_dram);
	}
}

static void disk_file_add(json_t *list, const char *device, const char *disk,
			  const struct source_info *f)
{
	cleanup_free char *name = path_format("%s.%s", f->name, device);
	cleanup_free char *path = path_format("/sys/block/%s/%s", disk, f->path);

	source_add(list, name, f->kind, path, f->keys);
}

/* Columns of a device are named after what the topology calls it, with its kind in front. */
static void device_add(json_t *list, json_t *swaps, const struct topology_device *d,
		       const char *path)
{
	const char *kind = device_kind_names[d->kind], *slash = strrchr(path, '/');
	const char *disk = slash ? slash + 1 : path;
	cleanup_free char *name = path_format("%s.%s", kind, d->name);

	disk_file_add(list, name, disk, &disk_stat);
	if (d->kind == DEVICE_ZRAM)
		disk_file_add(list, d->name, disk, &zram_memory);
	if (d->backing)
		disk_file_add(list, d->name, disk, &zram_backing);
	if (!d->is_backing)
		json_array_append_new(swaps, json_sprintf("%s.used=%s", name, path));
}

static void devices_add(json_t *list, const struct topology *t, char *const *disks)
{
	cleanup_json json_t *swaps = json_array();

	for (size_t i = 0; i < t->n_devices; i++)
		if (disks[i])
			device_add(list, swaps, &t->devices[i], disks[i]);
	if (json_array_size(swaps))
		json_array_append_new(list, json_pack("{s:s, s:s, s:s, s:O}", "name", "swap", "kind",
						      "swaps", "path", "/proc/swaps", "keys", swaps));
}

json_t *metric_sources(const struct topology *t, char *const *disks, const json_t *workload,
		       const json_t *policies)
{
	json_t *list = json_array();
	const json_t *group;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(machine_sources); i++) {
		const struct source_info *m = &machine_sources[i];

		source_add(list, m->name, m->kind, m->path, m->keys);
	}
	json_array_foreach(json_object_get(workload, "groups"), i, group)
		group_add(list, json_string_value(group), t);
	nodes_add(list, t);
	devices_add(list, t, disks);
	costs_add(list, t, policies);
	return list;
}
