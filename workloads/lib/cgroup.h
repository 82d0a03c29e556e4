/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RAMRIG_GUEST_CGROUP_H
#define RAMRIG_GUEST_CGROUP_H

#include <stddef.h>
#include "lib/err.h"

/*
 * The cgroup (version 2) that this process is in: "/sys/fs/cgroup/ramrig/heap".
 * -EOPNOTSUPP where it is in none.
 */
int cgroup_find(char *path, size_t size, struct err *e);

/*
 * Moves this process to the cgroup @name beside its own, which is made where it is missing.
 * What it was charged stays where it is; what it touches from now on is charged to the other.
 */
int cgroup_leave(const char *name, struct err *e);

#endif
