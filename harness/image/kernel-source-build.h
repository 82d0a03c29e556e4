/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RAMRIG_KERNEL_SOURCE_BUILD_H
#define RAMRIG_KERNEL_SOURCE_BUILD_H

#include <stdbool.h>
#include "image/kernel.h"

/*
 * Kernels built from source, cached by all that goes into them: source,
 * configuration, fragments, series and compiler.
 *
 * They are built in a workshop, a folder of the cache for each source
 * ($CACHE/workshop/NAME-HASH): src is the source with the series of the kernel
 * that was built last, obj-HASH what was built from it with one configuration. So a
 * patch more or less means that only what it touches is compiled again. A
 * workshop that a killed build left is made whole again by the next one.
 */
struct kernel_build_opts {
	unsigned jobs;		/* 0: as many as this host has CPUs */
	bool newest;		/* ask for the newest version of a source package */
};

/*
 * Makes sure that the kernel @name, whose file has a source or a base, is in the cache.
 * *ret_built (may be NULL) is whether it had to be built. -EINVAL for a patch
 * that does not apply (@e shows the hunk) and an option that does not come out
 * as asked for, -ENOEXEC for what does not compile.
 */
int kernel_build_ensure(const struct search *s, const char *name,
			const struct kernel_build_opts *o, const struct progress *p,
			struct kernel *ret, bool *ret_built, struct err *e);

/* The same without building it: -ENOENT when it is not in the cache as it stands now. */
int kernel_build_find(const struct search *s, const char *name, struct kernel *ret,
		      struct err *e);

#endif
