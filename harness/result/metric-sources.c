/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>
#include "lib/cleanup.h"
#include "lib/file.h"
#include "proto/protocol.h"
#include "result/metric.h"

#define KSM "/sys/kernel/mm/ksm/"

struct source_info {
	const char *name;	/* per group and node: what follows "cgroup.GROUP." or "node.N." */
	const char *kind;
	const char *path;	/* per group and node: the file in its folder */
	const char *keys;	/* of "keyed" and "fields", separated by spaces */
};

/*
 * What of the machine is sampled in every cell. The first line of /proc/stat, "cpu", is the sum
 * of all CPUs, in ticks of user space.
 */
static const struct source_info machine_sources[] = {
	{ "meminfo", "keyed", "/proc/meminfo",
	  "MemTotal MemFree MemAvailable Buffers Cached SwapCached AnonPages Mapped Shmem Slab "
	  "SReclaimable SUnreclaim KernelStack PageTables SwapTotal SwapFree AnonHugePages" },
	{ "vmstat", "keyed", "/proc/vmstat",
	  "pgfault pgmajfault pgscan_kswapd pgscan_direct pgscan_khugepaged pgsteal_kswapd "
	  "pgsteal_direct pgsteal_khugepaged pgpgin pgpgout pswpin pswpout swpin_zero swpout_zero "
	  "zswpin zswpout "
	  "pgdemote_kswapd pgdemote_direct pgdemote_khugepaged pgdemote_proactive "
	  "pgpromote_success pgpromote_candidate numa_hint_faults numa_pages_migrated "
	  "workingset_refault_anon workingset_refault_file allocstall_normal allocstall_movable "
	  "compact_stall thp_fault_alloc cow_ksm oom_kill" },
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

/* "*" is the number of each memory node. */
static const char *const threads[] = { "kswapd*", "ksmd", "kcompactd*" };

static json_t *keys_split(const char *keys)
{
	json_t *list = json_array();

	for (size_t len; *keys; keys += len + (keys[len] == ' ')) {
		len = strcspn(keys, " ");
		json_array_append_new(list, json_stringn(keys, len));
	}
	return list;
}

static void source_add(json_t *list, const char *name, const char *kind, const char *path,
		       const char *keys)
{
	json_t *s = json_pack("{s:s, s:s, s:s}", "name", name, "kind", kind, "path", path);

	if (keys)
		json_object_set_new(s, "keys", keys_split(keys));
	json_array_append_new(list, s);
}

static void group_add(json_t *list, const char *group)
{
	for (size_t i = 0; i < ARRAY_SIZE(group_sources); i++) {
		const struct source_info *g = &group_sources[i];
		cleanup_free char *name = path_format("cgroup.%s.%s", group, g->name);
		cleanup_free char *path = path_format("%s/%s/%s", PROTOCOL_CGROUP, group, g->path);

		source_add(list, name, g->kind, path, g->keys);
	}
}

static void node_file_add(json_t *list, size_t i, const struct source_info *f)
{
	cleanup_free char *name = path_format("node.%zu%s%s", i, *f->name ? "." : "", f->name);
	cleanup_free char *path = path_format("/sys/devices/system/node/node%zu/%s", i, f->path);

	source_add(list, name, f->kind, path, f->keys);
}

static void nodes_add(json_t *list, const struct topology *t)
{
	for (size_t i = 0; i < t->n_nodes; i++) {
		node_file_add(list, i, &node_meminfo);
		if (t->n_nodes > 1)
			node_file_add(list, i, &node_vmstat);
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

static void thread_add(json_t *list, json_t *seen, const char *thread)
{
	cleanup_free char *name = path_format("thread.%s", thread);

	if (json_object_get(seen, thread))
		return;
	json_object_set_new(seen, thread, json_true());
	source_add(list, name, "thread", thread, NULL);
}

/* A thread of which each node has one is named with a "*" for its number. */
static void threads_add(json_t *list, json_t *seen, const struct topology *t, const char *pattern)
{
	const char *star = strchr(pattern, '*');

	if (!star)
		thread_add(list, seen, pattern);
	for (size_t i = 0; star && i < t->n_nodes; i++) {
		cleanup_free char *thread = path_format("%.*s%zu%s", (int)(star - pattern), pattern,
							i, star + 1);

		thread_add(list, seen, thread);
	}
}

json_t *metric_sources(const struct topology *t, char *const *disks, const json_t *workload,
		       const json_t *policies)
{
	cleanup_json json_t *seen = json_object();
	json_t *list = json_array();
	const json_t *item, *thread;
	size_t i, k;

	for (i = 0; i < ARRAY_SIZE(machine_sources); i++) {
		const struct source_info *m = &machine_sources[i];

		source_add(list, m->name, m->kind, m->path, m->keys);
	}
	json_array_foreach(json_object_get(workload, "groups"), i, item)
		group_add(list, json_string_value(item));
	nodes_add(list, t);
	devices_add(list, t, disks);
	for (i = 0; i < ARRAY_SIZE(threads); i++)
		threads_add(list, seen, t, threads[i]);
	json_array_foreach(policies, i, item) {
		json_array_foreach(json_object_get(json_object_get(item, "cost"), "threads"), k, thread)
			threads_add(list, seen, t, json_string_value(thread));
	}
	return list;
}
