/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef COLDHEAP_LIMIT_H
#define COLDHEAP_LIMIT_H

#include <stdbool.h>
#include "workloads/coldheap/coldheap-config.h"

/*
 * Gives this process's own cgroup the memory limit that @c asks for. Refuses,
 * before any page is touched, a heap that cannot fit: -ENOMEM where memory and
 * swap, or the limit and swap, are too little for it and the program; else the
 * kernel would kill the program halfway, and nobody would know why.
 */
int limit_set(const struct config *c, struct err *e);

/*
 * Asks the kernel to take @bytes from this process's cgroup (memory.reclaim), by
 * what means it has: demotion, swap. Returns 0 also where it could not take all
 * of it; *ret_all then is false.
 */
int reclaim_ask(uint64_t bytes, bool *ret_all, struct err *e);

/* Pure: the number of "KEY: n kB" in the text of /proc/meminfo, in bytes; 0 where absent. */
uint64_t meminfo_bytes(const char *text, const char *key);

#endif
