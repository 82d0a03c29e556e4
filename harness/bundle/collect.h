/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RAMRIG_BUNDLE_COLLECT_H
#define RAMRIG_BUNDLE_COLLECT_H

#include "lib/err.h"
#include "lib/json.h"

/* The members of a bundle that is being made, and where each lies. */
struct collection {
	json_t *members;    /* array, as the manifest has them, unsorted */
	json_t *sources;    /* NAME -> path */
	const char *within; /* a full path: links may lead to files below it only */
};

void collection_init(struct collection *c, const char *within);

/* Adds the regular file @path as the member @name; one that is there already is left. */
int collect_file(struct collection *c, const char *name, const char *path, struct err *e);

/*
 * Adds all files below the folder @path as members below @name. A link is taken as the file that
 * it leads to, which must lie in c->within: a guest's processes wrote some of these
 * folders, and whoever reads the bundle gets what they name. -EINVAL for any other.
 */
int collect_tree(struct collection *c, const char *name, const char *path, struct err *e);

/* Puts the members into the order of their names. */
int collection_sort(struct collection *c, struct err *e);

void collection_clear(struct collection *c);
#define cleanup_collection __attribute__((cleanup(collection_clear)))

#endif
