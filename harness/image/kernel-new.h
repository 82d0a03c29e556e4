/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RAMRIG_KERNEL_NEW_H
#define RAMRIG_KERNEL_NEW_H

#include "lib/err.h"
#include "spec/search.h"

/*
 * A kernel that is another one with patches on top, or one of another source
 * with the configuration of that one.
 */
struct kernel_new {
	const char *name;
	const char *base;		/* a kernel from source */
	const char *source, *path;	/* "tree" or "git" and a folder; NULL: the base's source and series */
	const char *revision;		/* of "git"; NULL: HEAD */
	const char *const *patches;	/* files, NULL-ended; none only with a source */
	const char *summary;		/* NULL: the first patch's subject, or the source */
};

/*
 * Writes images/kernels/NAME/ with kernel.yaml and copies of the patches into
 * the first folder of the search path. Sets *ret_path to the kernel file, which the
 * caller frees. -EEXIST when a kernel of that name is there; -EINVAL for a
 * wrong name, a base that is a stock package, and a file that is no patch.
 */
int kernel_new(const struct search *s, const struct kernel_new *n, char **ret_path,
	       struct err *e);

#endif
