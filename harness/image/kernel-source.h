/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RAMRIG_KERNEL_SOURCE_H
#define RAMRIG_KERNEL_SOURCE_H

#include <stdbool.h>
#include "lib/err.h"
#include "lib/json.h"
#include "spec/search.h"

/*
 * What a kernel from source is made of, with all that its bases say: their
 * fragments and patches come before its own.
 */
struct kernel_source {
	char *name;
	json_t *source;		/* as the file says it; paths made full */
	char *config;		/* a target of make, or the full path of a config file */
	json_t *fragments;	/* full paths */
	json_t *series;		/* full paths */
};

/*
 * Reads the kernel file @name and its bases. -ENOENT names a file beside it
 * that is missing; -EINVAL where it, or a base of it, is a stock package.
 */
int kernel_source_load(const struct search *s, const char *name, struct kernel_source *ret,
		       struct err *e);

/* Sets *ret to whether the kernel file @name has a source or a base, and no package. */
int kernel_is_from_source(const struct search *s, const char *name, bool *ret, struct err *e);

void kernel_source_clear(struct kernel_source *k);
#define cleanup_kernel_source __attribute__((cleanup(kernel_source_clear)))

#endif
