/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RAMRIG_RECIPE_H
#define RAMRIG_RECIPE_H

#include <stdint.h>
#include "lib/err.h"
#include "lib/json.h"
#include "spec/search.h"

/*
 * A recipe of an image, read and checked: image.yaml and the scripts beside
 * it. Each *.sh of the folder runs inside the new root file system, in order
 * of name, after the packages are installed and its base's scripts have run.
 */
struct recipe {
	char *name;
	char *dir;		/* the folder; a full path */
	char *base_dir;		/* that of its base, or NULL */
	char *suite;
	json_t *packages;	/* array of strings, the base's among them */
	uint64_t size_bytes;	/* of the file system */
	char hash[65];		/* of all files of both folders, the builder and the architecture */
};

int recipe_load(const struct search *s, const char *name, struct recipe *ret, struct err *e);

void recipe_clear(struct recipe *r);
#define cleanup_recipe __attribute__((cleanup(recipe_clear)))

#endif
