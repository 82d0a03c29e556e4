/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef FLEET_MAPS_H
#define FLEET_MAPS_H

#include <stdint.h>
#include <sys/types.h>
#include "lib/err.h"

/*
 * How many mappings processes have, and how many the kernel lets one have. Past
 * vm.max_map_count (the kernel's admin-guide/sysctl/vm) every further mmap(), and
 * every madvise() that would cut a mapping in two, fails.
 *
 * Neither allocates memory: at the limit that might not work. @proc is /proc, or
 * a recorded one in a test.
 */

/*
 * Counts the lines of @proc/PID/maps; @pid 0 is the caller. The last one of some
 * architectures, "[vsyscall]", is in every process and no mapping of its own.
 */
int maps_count(const char *proc, pid_t pid, uint64_t *ret, struct err *e);

/* Reads vm.max_map_count. */
int maps_limit(const char *proc, uint64_t *ret, struct err *e);

#endif
