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

/* Where the kernel of a kernel file comes from. */
enum kernel_kind { KERNEL_PACKAGE, KERNEL_SOURCE, KERNEL_PREBUILT };

int kernel_kind_find(const struct search *s, const char *name, enum kernel_kind *ret,
		     struct err *e);

/*
 * The files of a KERNEL_PREBUILT, as paths that mean the same from everywhere; *ret_modules
 * may be NULL. The caller frees them.
 */
int kernel_prebuilt_find(const struct search *s, const char *name, char **ret_bzimage,
			 char **ret_modules, struct err *e);

void kernel_source_clear(struct kernel_source *k);
#define cleanup_kernel_source __attribute__((cleanup(kernel_source_clear)))

#endif
