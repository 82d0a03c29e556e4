/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <limits.h>
#include <string.h>
#include <strings.h>
#include "lib/cleanup.h"
#include "topology/topology.h"

#define TIER_DRAM 4		/* 6.12, include/linux/memory-tiers.h: MEMTIER_ADISTANCE_DRAM >> 7 */
#define TIER_DAX 22		/* 6.12, drivers/dax/kmem.c: MEMTIER_DEFAULT_DAX_ADISTANCE >> 7 */
#define ADISTANCE_DRAM 576U	/* and MEMTIER_ADISTANCE_DRAM itself */
#define TIER_CHUNK_BITS 7
#define HMAT_ENTRY_MAX 65534	/* ACPI 6.5, 5.2.28.4: 16 bits, of which 65535 means unreachable */
#define MIB (1ULL << 20)

const char *const node_kind_names[NODE_KIND_COUNT] = {
	[NODE_DRAM] = "dram", [NODE_TIER] = "tier", [NODE_CXL] = "cxl",
};

const char *const device_kind_names[DEVICE_KIND_COUNT] = {
	[DEVICE_ZRAM] = "zram", [DEVICE_NVME] = "nvme", [DEVICE_TIMED] = "timed",
};

size_t topology_nodes_of(const struct topology *t, enum node_kind kind)
{
	size_t n = 0;

	for (size_t i = 0; i < t->n_nodes; i++)
		n += t->nodes[i].kind == kind;
	return n;
}

size_t topology_devices_of(const struct topology *t, enum device_kind kind)
{
	size_t n = 0;

	for (size_t i = 0; i < t->n_devices; i++)
		n += t->devices[i].kind == kind;
	return n;
}

bool topology_has_hmat(const struct topology *t)
{
	return topology_nodes_of(t, NODE_TIER);
}

unsigned topology_distance(const struct topology *t, size_t from, size_t to)
{
	const struct topology_node *a = &t->nodes[from], *b = &t->nodes[to];

	if (from == to)
		return DISTANCE_LOCAL;
	if (a->kind == NODE_CXL || b->kind == NODE_CXL)
		return DISTANCE_REMOTE;
	return a->distance > b->distance ? a->distance : b->distance;
}

unsigned topology_node_cpus(const struct topology *t, size_t i, unsigned cpus)
{
	unsigned dram = (unsigned)topology_nodes_of(t, NODE_DRAM);
	unsigned share = cpus / dram;

	if (t->nodes[i].kind != NODE_DRAM)
		return 0;
	return i ? share : cpus - share * (dram - 1);
}

/* @bandwidth in @unit MiB/s, to the nearest. */
static uint64_t hmat_entry(uint64_t bandwidth, uint64_t unit)
{
	return (bandwidth + unit * MIB / 2) / (unit * MIB);
}

uint64_t topology_hmat_mib(const struct topology *t, size_t i)
{
	uint64_t most = 0, unit = 1;

	for (size_t k = 0; k < t->n_nodes; k++)
		if (t->nodes[k].kind != NODE_CXL && t->nodes[k].bandwidth > most)
			most = t->nodes[k].bandwidth;
	while (hmat_entry(most, unit) > HMAT_ENTRY_MAX)
		unit *= 2;
	return hmat_entry(t->nodes[i].bandwidth, unit) * unit;
}

/*
 * As the kernel does: in whole numbers of 32 bits that nobody keeps from
 * overflowing, in this order, and with what it adds up for reads and writes.
 */
static uint32_t adistance(const struct topology *t, size_t i)
{
	uint32_t latency = 2 * t->nodes[i].latency_ns, dram_latency = 2 * t->nodes[0].latency_ns;
	uint32_t bandwidth = 2 * (uint32_t)topology_hmat_mib(t, i);
	uint32_t dram_bandwidth = 2 * (uint32_t)topology_hmat_mib(t, 0);

	return ADISTANCE_DRAM * latency / dram_latency * dram_bandwidth / bandwidth;
}

unsigned topology_tier(const struct topology *t, size_t i)
{
	const struct topology_node *n = &t->nodes[i];

	if (n->kind == NODE_CXL)
		return TIER_DAX;
	if (!topology_has_hmat(t))
		return TIER_DRAM;
	return adistance(t, i) >> TIER_CHUNK_BITS;
}

unsigned topology_tiers(const struct topology *t)
{
	unsigned n = 0;

	for (size_t i = 0; i < t->n_nodes; i++) {
		bool is_new = true;

		for (size_t k = 0; k < i; k++)
			is_new &= topology_tier(t, k) != topology_tier(t, i);
		n += is_new;
	}
	return n;
}

/* The next slower tier than node @i's; its own where there is none. */
static unsigned tier_below(const struct topology *t, size_t i)
{
	unsigned own = topology_tier(t, i), next = own;

	for (size_t k = 0; k < t->n_nodes; k++) {
		unsigned tier = topology_tier(t, k);

		if (tier > own && (next == own || tier < next))
			next = tier;
	}
	return next;
}

unsigned topology_demotion_targets(const struct topology *t, size_t i)
{
	unsigned next = tier_below(t, i), nearest = UINT_MAX, targets = 0;

	if (next == topology_tier(t, i))
		return 0;
	for (size_t k = 0; k < t->n_nodes; k++) {
		unsigned distance = topology_distance(t, i, k);

		if (topology_tier(t, k) != next || distance > nearest)
			continue;
		targets = (distance < nearest ? 0 : targets) | 1U << k;
		nearest = distance;
	}
	return targets;
}

int topology_demotion_target(const struct topology *t, size_t i)
{
	return ffs((int)topology_demotion_targets(t, i)) - 1;
}

bool topology_swappable(const struct topology_device *d, enum device_kind kind)
{
	return d->kind == kind && !d->is_backing;
}

const struct topology_device *topology_device_find(const struct topology *t, const char *name)
{
	for (size_t i = 0; i < t->n_devices; i++)
		if (!strcmp(t->devices[i].name, name))
			return &t->devices[i];
	return NULL;
}
