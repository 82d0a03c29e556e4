/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RAMRIG_ADMIT_H
#define RAMRIG_ADMIT_H

#include "topology/topology.h"
#include "vm/domain.h"
#include "vm/probe.h"

/*
 * Whether this host, its QEMU and the chosen clock can give a topology:
 * refused before anything starts, with the place in the file (topology/load.h).
 */
struct host_memory {
	uint64_t total_bytes;
	uint64_t node_mask;		/* nodes of the host that are online, below 64 */
	unsigned cpus;			/* the highest online CPU's number plus one */
	uint64_t free_hugepages_2m, free_hugepages_1g;
};

/* Reads the host's own /proc and /sys; @root is "" for the host, a recorded tree in tests. */
int host_memory_read(const char *root, struct host_memory *ret, struct err *e);

/*
 * Pure. @host and @features may be NULL where they were not asked. Returns 0,
 * or with @pointer (POINTER_SIZE bytes, or NULL) set to the JSON pointer of
 * what is wrong and @e saying why and what to do: -EOPNOTSUPP for a feature
 * that this QEMU lacks, which is named, else -EINVAL.
 */
int topology_admit(const struct topology *t, enum guest_clock clock, const struct host_memory *host,
		   const struct vm_features *features, char *pointer, struct err *e);

/*
 * The features of QEMU that @t needs, as bits 1 << enum vm_feature. Where a CXL
 * node leaves its media to QEMU, neither kind of media is among them.
 */
unsigned topology_features(const struct topology *t);

/* The memory that a guest of @t takes from the host, in bytes. */
uint64_t topology_bytes(const struct topology *t);

#endif
