/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RAMRIG_KERNEL_SOURCE_CONFIGURE_H
#define RAMRIG_KERNEL_SOURCE_CONFIGURE_H

#include <stdbool.h>
#include "image/content.h"
#include "image/kernel-source-workshop.h"

/*
 * Writes a kernel's configuration, and sees to it that every option asked for
 * came out as asked.
 */
struct kernel_configure {
	const struct kernel_source *k;
	const char *id;			/* of the source */
	const json_t *series;
	unsigned jobs;
	const char *log;
};

/*
 * Opens the obj folder of @w for the configuration of @c and brings its .config
 * up to date; it is written only where it differs, so that make does no more
 * than is needed. Sets *ret_modules to whether the kernel has modules. -EINVAL
 * for an option that is not as asked: @e then says what it depends on.
 */
int kernel_configure(const struct kernel_configure *c, struct workshop *w, bool *ret_modules,
		     struct err *e);

/* Adds to @c where the configuration starts, and the fragments. */
int kernel_configure_add(const struct kernel_source *k, struct content *c, struct err *e);

#endif
