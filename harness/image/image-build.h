/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RAMRIG_IMAGE_BUILD_H
#define RAMRIG_IMAGE_BUILD_H

#include "image/image.h"
#include "image/recipe.h"

/* Names of the files of an image's entry in the cache. */
#define IMAGE_FILE "root.img"
#define IMAGE_PACKAGES "packages.json"
#define IMAGE_INFO "image.json"

/* What one build of an image takes. */
struct image_build {
	const struct recipe *recipe;
	const json_t *sources;		/* lines for sources.list */
	const struct progress *progress;
};

/*
 * Makes the image in the empty folder @dir: IMAGE_FILE (ext4), IMAGE_PACKAGES
 * (an array of { package, version, arch }) and IMAGE_INFO. A cache_build_fn; @arg
 * is a struct image_build.
 */
int image_build(const char *dir, void *arg, struct err *e);

#endif
