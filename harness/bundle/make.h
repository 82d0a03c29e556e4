/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RAMRIG_BUNDLE_MAKE_H
#define RAMRIG_BUNDLE_MAKE_H

#include <stdbool.h>
#include "image/image.h"
#include "lib/json.h"

/*
 * From a result's folder to a bundle of it: one file from which another machine can do the
 * analysis again, and run its cells again, without the cache of this one.
 */
struct bundle_opts {
	const char *result;	  /* a folder, or a bundle */
	const char *path;	  /* of the file to be made */
	bool image;		  /* the image itself, too, not what identifies it alone */
	bool vmlinux;		  /* of kernels that have one at hand */
	const char *const *cells; /* numbers, NULL-ended; NULL: all cells */
	const struct progress *progress;
};

/*
 * Makes it, and sets *ret to its manifest, which the caller decrefs.
 *
 * Everything is held against what the result says of it first: kernels, programs and image by
 * their hashes, and the initramfs of every cell, made once more, by its own. -ENOENT and -ESTALE
 * name what is gone or has changed since the run, and how to make it; -EINVAL a result that does
 * not hold what its guests ran.
 */
int bundle_make(const struct bundle_opts *o, json_t **ret, struct err *e);

#endif
