/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RAMRIG_KERNEL_UNPACK_H
#define RAMRIG_KERNEL_UNPACK_H

#include "image/kernel.h"

/* The file that describes the kernel in an entry of the cache. */
#define KERNEL_INFO "kernel.json"

struct kernel_unpack {
	const char *name;		/* as people call it */
	const char *package;		/* Debian package and version */
	const char *version;
	long long bytes;		/* to download */
	const struct progress *progress;
};

/*
 * Downloads and unpacks a kernel package into the empty folder @dir: boot/,
 * lib/modules/RELEASE with its modules.dep, KERNEL_INFO. A cache_build_fn;
 * @arg is a struct kernel_unpack.
 */
int kernel_unpack(const char *dir, void *arg, struct err *e);

/* Reads the kernel from the entry @dir that kernel_unpack() or a build made. */
int kernel_unpacked_load(const char *dir, struct kernel *ret, struct err *e);

#endif
