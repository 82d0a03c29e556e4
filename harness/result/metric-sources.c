/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>
#include "lib/cleanup.h"
#include "lib/file.h"
#include "proto/protocol.h"
#include "result/metric.h"

#define KSM "/sys/kernel/mm/ksm/"

struct source_info {
	const char *name;	/* per group: what follows "cgroup.GROUP." */
	const char *kind;
	const char *path;	/* per group: the file in the group's folder */
	const char *keys;	/* of "keyed", separated by spaces */
};

/* What of the machine is sampled in every cell. */
static const struct source_info machine_sources[] = {
	{ "meminfo", "keyed", "/proc/meminfo",
	  "MemTotal MemFree MemAvailable Buffers Cached SwapCached AnonPages Mapped Shmem Slab "
	  "SReclaimable SUnreclaim KernelStack PageTables SwapTotal SwapFree AnonHugePages" },
	{ "vmstat", "keyed", "/proc/vmstat",
	  "pgfault pgmajfault pgscan_kswapd pgscan_direct pgsteal_kswapd pgsteal_direct pswpin "
	  "pswpout workingset_refault_anon workingset_refault_file compact_stall thp_fault_alloc "
	  "cow_ksm oom_kill" },
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
	{ "stat", "keyed", "memory.stat", "anon file kernel slab pagetables" },
	{ "cpu", "keyed", "cpu.stat", "usage_usec user_usec system_usec" },
	{ "psi", "psi", "memory.pressure", NULL },
};

static const char *const threads[] = { "kswapd0", "ksmd", "kcompactd0" };

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

static void thread_add(json_t *list, json_t *seen, const char *thread)
{
	cleanup_free char *name = path_format("thread.%s", thread);

	if (json_object_get(seen, thread))
		return;
	json_object_set_new(seen, thread, json_true());
	source_add(list, name, "thread", thread, NULL);
}

json_t *metric_sources(const json_t *workload, const json_t *policies)
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
	for (i = 0; i < ARRAY_SIZE(threads); i++)
		thread_add(list, seen, threads[i]);
	json_array_foreach(policies, i, item) {
		json_array_foreach(json_object_get(json_object_get(item, "cost"), "threads"), k, thread)
			thread_add(list, seen, json_string_value(thread));
	}
	return list;
}
