/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RAMRIG_DAEMON_GROUP_H
#define RAMRIG_DAEMON_GROUP_H

#include "lib/err.h"

/*
 * Moves this process into a cgroup of its own, @path below /sys/fs/cgroup, made with its
 * parents where it is missing, so that what the daemon costs is charged to it, and what
 * it does is not charged to whom it watches. An empty @path leaves it where it is.
 */
int group_enter(const char *path, struct err *e);

#endif
