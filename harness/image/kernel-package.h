/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RAMRIG_KERNEL_PACKAGE_H
#define RAMRIG_KERNEL_PACKAGE_H

#include <stdbool.h>
#include "image/kernel.h"

/*
 * Stock kernels: Debian packages, downloaded with the host's apt and unpacked
 * into the cache.
 */

/*
 * Makes sure that the newest package which the kernel file @name means is in
 * the cache. Unless @refresh, an answer of apt's is good for a day. Without
 * network or package lists the newest cached package that matches will do.
 */
int kernel_package_ensure(const struct search *s, const char *name, bool refresh,
			  const struct progress *p, struct kernel *ret, struct err *e);

/* The kernel called @name that is in the cache, the last used one; asks nobody. -ENOENT. */
int kernel_package_cached(const char *name, struct kernel *ret, struct err *e);

#endif
