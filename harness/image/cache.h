/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RAMRIG_CACHE_H
#define RAMRIG_CACHE_H

#include <stdbool.h>
#include "lib/err.h"
#include "lib/json.h"

/*
 * The cache: $XDG_CACHE_HOME/ramrig (or ~/.cache/ramrig), one folder a kind
 * ("image", "kernel"), one folder an entry below it, named NAME-HASH by the
 * content hash of all that goes into it. An entry is built in a temporary
 * folder under a lock and renamed into place, so that it is whole or absent,
 * and two builders of one entry wait for each other.
 */

/* Returns the cache's root folder, made when missing. The caller frees *ret. */
int cache_root(char **ret, struct err *e);

/* The same, whether it is there or not: for who only reads. */
int cache_root_path(char **ret, struct err *e);

/*
 * Builds one entry in the empty folder @dir; @arg is the caller's.
 */
typedef int (*cache_build_fn)(const char *dir, void *arg, struct err *e);

/*
 * Makes sure that the entry @kind/@name-@hash exists, calling @build when it
 * does not. Sets *ret_dir to its folder (the caller frees it) and *ret_built
 * (may be NULL) to whether it had to be built. An interrupted or failed build
 * leaves nothing but its log (build.log in @dir, where it kept one), whose path
 * the error names.
 */
int cache_ensure(const char *kind, const char *name, const char *hash, cache_build_fn build,
		 void *arg, char **ret_dir, bool *ret_built, struct err *e);

/* A new JSON array of { kind, name, hash, bytes, used: UTC time, path }. */
int cache_list(json_t **ret, struct err *e);

/* The same of one kind: others may be large, and counting their bytes takes time. */
int cache_list_kind(const char *kind, json_t **ret, struct err *e);

/*
 * Removes entries not used for @days, and what dead builds left. Sets
 * *ret_removed to a new JSON array of what went (or with @dry_run would go), as
 * cache_list() has it; what a dead build left is of kind "tmp" and has no hash.
 * What is being built stays.
 */
int cache_prune(unsigned days, bool dry_run, json_t **ret_removed, struct err *e);

#endif
