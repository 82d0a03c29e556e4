/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RAMRIG_KERNEL_SOURCE_RECIPE_H
#define RAMRIG_KERNEL_SOURCE_RECIPE_H

#include "image/kernel-source-origin.h"
#include "image/kernel-source.h"

/* The folder of a built kernel's entry in the cache that says what it was built from. */
#define KERNEL_RECIPE "recipe"

/*
 * Makes the folder @dir with copies of all that made the kernel but its source: 0001.patch and so
 * on (@series, of series_load()), fragments, the configuration that was begun with where it is a
 * file, and recipe.json:
 *
 *   { "name", "source", "what", "revision", "version", "id": hash of the source's contents,
 *     "config": a target of make or the name of its copy,
 *     "fragments": [ name of its copy ], "series": [ { "file", "title", "hash" } ] }
 *
 * The patches of a source are edited, and the kernels they made are compared later.
 */
int kernel_recipe_keep(const struct kernel_source *k, const struct kernel_origin *o,
		       const json_t *series, const char *dir, struct err *e);

#endif
