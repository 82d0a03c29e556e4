/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>
#include "lib/cleanup.h"
#include "topology/rules.h"
#include "topology/topology.h"

#define HUGE (2ULL << 20)	/* the guest's; a host's may be larger */
/*
 * null_blk keeps a page for each 4 KiB, each page with a descriptor of 48 bytes
 * besides, in a radix tree: 4 % more than the data cover both.
 */
#define TIMED_OVERHEAD 1.04

static uint64_t size_of(const json_t *map, const char *key)
{
	return (uint64_t)json_int_or(map, key, 0);
}

static int word_of(const json_t *map, const char *key, const char *const *words, int n)
{
	const char *text = json_str(map, key);

	for (int i = 0; text && i < n; i++)
		if (!strcmp(words[i], text))
			return i;
	return 0;
}

static void node_read(const json_t *doc, struct topology_node *n)
{
	static const char *const media[] = { "auto", "persistent", "volatile" };

	*n = (struct topology_node){
		.kind = (enum node_kind)word_of(doc, "kind", node_kind_names, NODE_KIND_COUNT),
		.bytes = size_of(doc, "size"),
		.latency_ns = (unsigned)json_int_or(doc, "latency", 0),
		.bandwidth = size_of(doc, "bandwidth"),
		.distance = (unsigned)json_int_or(doc, "distance", DISTANCE_REMOTE),
		.host_nodes = json_str(doc, "host_nodes"),
		.media = (enum cxl_media)word_of(doc, "media", media, ARRAY_SIZE(media)),
	};
	if (n->kind == NODE_CXL) {
		n->expanders = (unsigned)json_int_or(doc, "expanders", 1);
		n->behind_switch = json_is_true(json_object_get(doc, "switch"));
	}
}

static void device_read(const json_t *doc, struct topology_device *d)
{
	const char *algorithm = json_str(doc, "algorithm");

	*d = (struct topology_device){
		.kind = (enum device_kind)word_of(doc, "kind", device_kind_names,
						  DEVICE_KIND_COUNT),
		.name = json_str(doc, "name"),
		.bytes = size_of(doc, "size"),
		.memory_limit = size_of(doc, "memory_limit"),
		.iops = size_of(doc, "iops"),
		.iops_burst = size_of(doc, "iops_burst"),
		.bandwidth = size_of(doc, "bandwidth"),
		.bandwidth_burst = size_of(doc, "bandwidth_burst"),
	};
	if (d->kind == DEVICE_ZRAM)
		d->algorithm = algorithm ? algorithm : "lz4";
	if (d->kind == DEVICE_TIMED)
		d->latency_ns = (unsigned)json_int_or(doc, "latency", 100000);
}

/* What a device says of others: its number among its kind, and what it writes back to. */
static void devices_link(const json_t *list, struct topology *t)
{
	unsigned count[DEVICE_KIND_COUNT] = { 0 };
	double extra = 0;

	for (size_t i = 0; i < t->n_devices; i++) {
		struct topology_device *d = &t->devices[i];
		const char *backing = json_str(json_array_get(list, i), "backing");

		d->index = count[d->kind]++;
		if (d->kind == DEVICE_TIMED)
			extra += TIMED_OVERHEAD * (double)d->bytes;
		d->backing = backing ? topology_device_find(t, backing) : NULL;
		if (d->backing)
			t->devices[d->backing - t->devices].is_backing = true;
	}
	uint64_t page = t->hugepage_bytes ? t->hugepage_bytes : HUGE;

	t->nodes[0].extra_bytes = ((uint64_t)extra + page - 1) / page * page;
}

int topology_read(const json_t *doc, struct topology *ret, char *pointer, struct err *e)
{
	const json_t *nodes = json_object_get(doc, "nodes"), *devices = json_object_get(doc, "devices");
	struct topology t = {
		.name = json_str(doc, "topology"),
		.cpus = (unsigned)json_int_or(doc, "cpus", 1),
		.pin = json_str(doc, "pin"),
		.hugepage_bytes = size_of(doc, "hugepages"),
		.n_nodes = json_array_size(nodes),
		.n_devices = json_array_size(devices),
	};
	const char *disk = json_str(doc, "disk");
	char unused[POINTER_SIZE];

	if (!pointer)
		pointer = unused;
	int rc = topology_check_counts(doc, pointer, e);
	if (rc)
		return rc;
	t.disk = disk && !strcmp(disk, "nvme") ? DISK_NVME : DISK_VIRTIO;
	for (size_t i = 0; i < t.n_nodes; i++)
		node_read(json_array_get(nodes, i), &t.nodes[i]);
	for (size_t i = 0; i < t.n_devices; i++)
		device_read(json_array_get(devices, i), &t.devices[i]);
	devices_link(devices, &t);
	rc = topology_check(doc, &t, pointer, e);
	if (rc)
		return rc;
	*ret = t;
	/* Pointers between devices are made once more in their last place. */
	devices_link(devices, ret);
	return 0;
}

void topology_scale(json_t *doc, unsigned scale)
{
	static const char *const lists[] = { "nodes", "devices" };
	static const char *const keys[] = { "size", "memory_limit" };
	json_t *item;
	size_t i;

	for (size_t l = 0; l < ARRAY_SIZE(lists); l++) {
		json_array_foreach(json_object_get(doc, lists[l]), i, item) {
			for (size_t k = 0; k < ARRAY_SIZE(keys); k++) {
				json_int_t v = json_int_or(item, keys[k], 0);

				if (v)
					json_object_set_new(item, keys[k],
							    json_integer(v * (json_int_t)scale));
			}
		}
	}
}
