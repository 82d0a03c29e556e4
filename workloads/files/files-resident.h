/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef FILES_RESIDENT_H
#define FILES_RESIDENT_H

#include <stdint.h>
#include "lib/err.h"

/* How many pages there are of something, and how many of them are in memory. */
struct resident {
	uint64_t pages, in_memory;
};

/*
 * Looks at the first @bytes of the open file @fd, by mincore(2) of a mapping of it. Nothing is
 * read or touched, so to reclaim no page looks used. What lies in the swap cache is in memory.
 */
int resident_look(int fd, uint64_t bytes, struct resident *ret, struct err *e);

struct pool;

/*
 * Looks at all files of the pool: *ret_hot and *ret_cold. Opening them takes memory for what the
 * kernel knows of each, so this process had better be in another cgroup than them.
 */
int resident_take(const struct pool *p, struct resident *ret_hot, struct resident *ret_cold,
		  struct err *e);

#endif
