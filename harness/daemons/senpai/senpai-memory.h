/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RAMRIG_SENPAI_MEMORY_H
#define RAMRIG_SENPAI_MEMORY_H

#include <stdbool.h>
#include <stdint.h>
#include "daemons/lib/psi.h"

/* Where a cgroup's files are. The root cgroup has no memory.current: /proc speaks for it. */
struct place {
	int root_fd;   /* what holds proc/ */
	int cgroup_fd; /* its folder */
	bool is_root;
};

/* What a cgroup has, in bytes, each at most INT64_MAX. */
struct memory {
	uint64_t current;    /* memory.current; of the root, MemTotal - MemFree */
	uint64_t file, anon; /* on the lists of evictable pages; shmem is anon */
	uint64_t protect;    /* the greater of memory.min and memory.low */
	uint64_t swap_free;  /* of the machine, and of what memory.swap.max leaves */
	bool swap_full;	     /* swap there is, but less than the reserve of it is free */
};

/*
 * Reads it all. Swap counts as full where less than @reserve_percent of the machine's
 * or of the cgroup's own is free. Limits of a cgroup's parents are not looked at.
 * -ENOENT or -ENODEV where the cgroup has gone, or the memory controller is off in it.
 */
int memory_read(const struct place *p, double reserve_percent, struct memory *ret, struct err *e);

/* Reads memory.current alone, or what stands for it. */
int memory_read_current(const struct place *p, uint64_t *ret, struct err *e);

/* Reads the pressure of @what, "memory" or "io". */
int pressure_read(const struct place *p, const char *what, struct psi *ret, struct err *e);

/*
 * Pure: where reclaim must end so that @floor bytes which could be reclaimed are left:
 * page cache and, unless swap is full, what of anon fits into free swap (as in oomd's
 * Senpai). Not below what the administrator protects: the kernel disregards a cgroup's own
 * memory.min and memory.low when that same cgroup is reclaimed (mem_cgroup_unprotected()).
 */
uint64_t memory_bottom(const struct memory *m, uint64_t floor);

/* Pure: readers of /proc/meminfo for the root, and of memory.stat. -EINVAL names what is missing.
 */
int memory_parse_root(const char *meminfo, struct memory *ret, struct err *e);
int memory_parse_stat(const char *stat, struct memory *ret, struct err *e);

#endif
