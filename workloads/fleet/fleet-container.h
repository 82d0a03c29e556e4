/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef FLEET_CONTAINER_H
#define FLEET_CONTAINER_H

#include <stdint.h>
#include "lib/err.h"

/*
 * Cgroups for @n containers below this process's own one, in which memory is
 * charged to each; this process moves to a cgroup beside them. Sets the path
 * below which they lie, which the caller frees.
 */
int containers_make(uint64_t n, char **ret_base, struct err *e);

/* Prints a line for each container: its processes, and the memory charged to it. */
int containers_print(const char *base, uint64_t n, struct err *e);

/* Moves the calling process to container @i below @base. */
int container_join(const char *base, uint64_t i, struct err *e);

#endif
