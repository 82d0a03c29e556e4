/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RAMRIG_IMAGE_H
#define RAMRIG_IMAGE_H

#include <stdbool.h>
#include "lib/err.h"
#include "spec/search.h"

/*
 * A guest's root file system: an ext4 image made by mmdebstrap from a recipe
 * folder (images/rootfs/NAME/), with the package sources the host is
 * configured with, its state prepared at build time.
 */
struct image {
	char *name;
	char *path;		/* the raw ext4 image, read-only */
	char hash[65];		/* of the recipe and of what it was built with */
};

/* Says what is going on; NULL says nothing. Lines have no newline. */
typedef void (*progress_fn)(void *arg, const char *line);

struct progress {
	progress_fn say;
	void *arg;
};

/* Builds the image when the cache lacks it. The caller clears *ret with image_clear(). */
int image_ensure(const struct search *s, const char *name, const struct progress *p,
		 struct image *ret, bool *ret_built, struct err *e);

/* Reads the image from the entry @dir that a build made; the caller clears *ret. */
int image_load(const char *dir, struct image *ret, struct err *e);

/* Finds the image with the name and hash of a result in the cache. -ENOENT says how to get it. */
int image_find(const char *name, const char *hash, struct image *ret, struct err *e);

void image_clear(struct image *i);

#endif
