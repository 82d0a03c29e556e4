/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RAMRIG_DAMON_RAM_H
#define RAMRIG_DAMON_RAM_H

#include <stdint.h>
#include "lib/err.h"

/*
 * Where memory lies, as physical addresses: ascending, apart from each other, of whole pages,
 * @end being the first byte that is not in it.
 */
#define RAM_RANGES_MAX 256
#define RAM_NODE_ALL   (-1)

struct ram {
	struct ram_range {
		uint64_t start, end;
	} ranges[RAM_RANGES_MAX];
	unsigned n;
};

/*
 * Pure: all "System RAM" of the text of /proc/iomem, at any depth, since memory that dax has given
 * to the system, "System RAM (kmem)", lies below its device. -EACCES where the kernel shows
 * no addresses, as it does to all but root; -E2BIG for too many ranges.
 */
int ram_parse(const char *iomem, struct ram *ret, struct err *e);

/* Adds what lies from @start to @end, at its end; joins what touches. -E2BIG; -EINVAL if out of
 * order. */
int ram_add(struct ram *r, uint64_t start, uint64_t end, struct err *e);

/* Pure: what lies in both. */
int ram_intersect(const struct ram *a, const struct ram *b, struct ram *ret, struct err *e);

/*
 * The memory of @node below the folder @rootfd, or all of it: that of /proc/iomem which lies
 * in the node's blocks (/sys/devices/system/node/nodeN/memoryM, block M being the M-th
 * block_size_bytes of the address space). -ENOENT where the node has none.
 */
int ram_read(int rootfd, int node, struct ram *ret, struct err *e);

#endif
