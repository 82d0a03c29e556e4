/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RAMRIG_CACHE_TREE_H
#define RAMRIG_CACHE_TREE_H

#include "lib/err.h"

/* The name of a build's log in the folder it is built in, where it keeps one. */
#define CACHE_BUILD_LOG "build.log"

/*
 * Creates the folder @path with its parents and makes it readable for others
 * whatever the umask: QEMU runs as another user.
 */
int cache_dir_make(const char *path, struct err *e);

/*
 * Removes @path and all below it, also files that belong to the subordinate
 * users of a build in a user namespace.
 */
int cache_tree_remove(const char *path, struct err *e);

#endif
