/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SWAPSTORM_GROUP_H
#define SWAPSTORM_GROUP_H

#include <stdint.h>
#include <sys/types.h>
#include "lib/err.h"

/*
 * Cgroups below the program's own, which then holds no process itself: "master" for
 * master and gremlins, some for workers, which come and go, and "victim".
 */
#define GROUPS 4		/* for workers */
#define GROUP_VICTIM GROUPS
#define GROUP_MASTER (GROUPS + 1)

struct groups {
	char top[200];		/* "/sys/fs/cgroup/ramrig/storm" */
};

/* Makes them, and moves this process to "master". */
int groups_open(struct groups *g, struct err *e);

/* Writes @text to the file @name of group @i. Returns 0 or -errno. */
int group_write(const struct groups *g, unsigned i, const char *name, const char *text);

/* Moves this process to the group for workers @i stands for, or where that is missing another. */
void groups_join(const struct groups *g, uint32_t i);

/* Moves process @pid. Returns 0 or -errno. */
int group_move(const struct groups *g, unsigned i, pid_t pid);

/*
 * Moves all processes of group @i to @other, removes the group, though slots of swap may
 * be charged to it, and makes a new one in its place. -EBUSY where somebody stayed.
 */
int group_renew(const struct groups *g, unsigned i, unsigned other);

/* Pages of swap that all of the storm is charged for, and that group @i is. */
int groups_swap_charged(const struct groups *g, uint64_t *ret, struct err *e);
int group_swap_charged(const struct groups *g, unsigned i, uint64_t *ret, struct err *e);

#endif
