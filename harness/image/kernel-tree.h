/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RAMRIG_KERNEL_TREE_H
#define RAMRIG_KERNEL_TREE_H

#include "lib/err.h"

/* Where a built tree has its image. */
#define KERNEL_TREE_BZIMAGE "arch/x86/boot/bzImage"

/*
 * Installs the modules of the built kernel tree @tree, whose image has the
 * hash @bzimage_hash, into the cache. Sets *ret to the folder
 * lib/modules/@release there, or to NULL where the tree built no modules.
 */
int kernel_tree_modules(const char *tree, const char *release, const char *bzimage_hash,
			char **ret, struct err *e);

#endif
