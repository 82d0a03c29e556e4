/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RAMRIG_TOPOLOGY_H
#define RAMRIG_TOPOLOGY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "lib/err.h"
#include "lib/json.h"

/*
 * A topology as the code uses it: read once from the checked file (or the
 * plan's copy of it), with every default filled in. All that is asked of a
 * topology is asked here: the domain's XML, bringing it up, conformance,
 * policies, and what is printed derive from this one struct.
 */
#define TOPOLOGY_NODES_MAX 16
#define TOPOLOGY_DEVICES_MAX 16
#define TOPOLOGY_NAME_MAX 16		/* of a device: it becomes a serial number and a disk's name */
#define CXL_BRIDGES_MAX 8		/* host bridges: slots on the root bus */
#define CXL_EXPANDERS_MAX 4		/* of one node */
#define CXL_GRANULARITY 256		/* bytes that go to one of them before the next has its turn */
#define CXL_GRANULE (256ULL << 20)	/* HDM decoders know multiples of this (CXL 3.1, 8.2.4.20) */
#define DISTANCE_LOCAL 10		/* ACPI 6.5, 5.2.17 */
#define DISTANCE_REMOTE 20
#define POINTER_SIZE 64			/* bytes that hold a JSON pointer into a topology */

enum node_kind { NODE_DRAM, NODE_TIER, NODE_CXL, NODE_KIND_COUNT };
enum device_kind { DEVICE_ZRAM, DEVICE_NVME, DEVICE_TIMED, DEVICE_KIND_COUNT };
enum cxl_media { MEDIA_AUTO, MEDIA_PERSISTENT, MEDIA_VOLATILE };
enum disk_bus { DISK_VIRTIO, DISK_NVME };

extern const char *const node_kind_names[NODE_KIND_COUNT];	/* "dram", ... as in the file */
extern const char *const device_kind_names[DEVICE_KIND_COUNT];

struct topology_node {
	enum node_kind kind;
	uint64_t bytes;			/* as declared */
	uint64_t extra_bytes;		/* node 0: beyond that, for the timed devices' data */
	unsigned latency_ns;		/* 0: not declared */
	uint64_t bandwidth;		/* bytes a second; 0: not declared */
	unsigned distance;		/* to every other node, where the other's is not greater */
	const char *host_nodes;		/* "0-1", or NULL */
	unsigned expanders;		/* of NODE_CXL */
	bool behind_switch;
	enum cxl_media media;
};

struct topology_device {
	enum device_kind kind;
	const char *name;
	uint64_t bytes;
	unsigned index;			/* among the devices of its kind, from 0 */
	bool is_backing;		/* a zram writes back to it: it is no swap device */
	/* zram */
	const char *algorithm;
	uint64_t memory_limit;		/* 0: none */
	const struct topology_device *backing;	/* NULL: none */
	/* nvme; 0: not throttled */
	uint64_t iops, iops_burst, bandwidth, bandwidth_burst;
	/* timed */
	unsigned latency_ns;
};

struct topology {
	const char *name;
	unsigned cpus;
	const char *pin;		/* "2-3", or NULL */
	uint64_t hugepage_bytes;	/* 0: ordinary pages */
	enum disk_bus disk;
	size_t n_nodes, n_devices;
	struct topology_node nodes[TOPOLOGY_NODES_MAX];
	struct topology_device devices[TOPOLOGY_DEVICES_MAX];
};

/*
 * Reads @doc, a checked topology, whose texts it borrows: @doc must outlive
 * *ret, and *ret must not be copied (its devices point at each other). -EINVAL
 * where it breaks one of topology/rules.h; @pointer (POINTER_SIZE bytes, or
 * NULL) then is the JSON pointer of what is wrong.
 */
int topology_read(const json_t *doc, struct topology *ret, char *pointer, struct err *e);

/* Multiplies every size in the checked file @doc (nodes, devices, memory limits) by @scale. */
void topology_scale(json_t *doc, unsigned scale);

/* How many nodes, or devices, there are of @kind. */
size_t topology_nodes_of(const struct topology *t, enum node_kind kind);
size_t topology_devices_of(const struct topology *t, enum device_kind kind);

/* Whether guests get an HMAT and a SLIT: some node is a tier. */
bool topology_has_hmat(const struct topology *t);

/* The SLIT's distance from node @from to node @to; CXL nodes are in no SLIT: the kernel's default. */
unsigned topology_distance(const struct topology *t, size_t from, size_t to);

/* CPUs the guest gets of node @i, of @cpus in all: DRAM nodes share them, the first takes the rest. */
unsigned topology_node_cpus(const struct topology *t, size_t i, unsigned cpus);

/*
 * The node's bandwidth in MiB/s as an HMAT can hold it: its entries have 16
 * bits and one common unit, a power of two.
 */
uint64_t topology_hmat_mib(const struct topology *t, size_t i);

/*
 * The kernel's memory tier of node @i (6.12, mm/memory-tiers.c):
 * 576 * latency / node 0's * node 0's bandwidth / its own in 32 bits, in steps of 128; 4
 * for DRAM, 22 for CXL memory brought up as a device-dax node, whose latency no
 * table tells. A lower number is a faster tier.
 */
unsigned topology_tier(const struct topology *t, size_t i);

/* How many different tiers there are. */
unsigned topology_tiers(const struct topology *t);

/*
 * The nodes, as bits, that the kernel demotes node @i's pages to first: the
 * nearest ones of the next slower tier. Among equally near ones it draws lots
 * for each page. 0 for a node of the slowest tier.
 */
unsigned topology_demotion_targets(const struct topology *t, size_t i);

/* The lowest numbered of them, or -1. */
int topology_demotion_target(const struct topology *t, size_t i);

/* Whether @d can be swapped to, and a policy of @kind means it. */
bool topology_swappable(const struct topology_device *d, enum device_kind kind);

/* The device of @name, or NULL. */
const struct topology_device *topology_device_find(const struct topology *t, const char *name);

#endif
