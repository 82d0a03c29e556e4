/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RAMRIG_SEARCH_H
#define RAMRIG_SEARCH_H

#include <stddef.h>
#include "lib/err.h"
#include "lib/json.h"
#include "spec/spec.h"

/*
 * The one search path for images, kernels, topologies, policies, workloads,
 * experiments and claims: folders with the layout of ramrig's own tree, the user's first,
 * then ramrig's: the tree it was built in (the folder above build/), or
 * ../share/ramrig beside the installed program.
 */
#define SEARCH_DIRS_MAX 16

struct search {
	size_t n;
	char *dirs[SEARCH_DIRS_MAX];	/* owned */
};

/* Puts @dir (which must exist) behind those added before it. */
int search_add(struct search *s, const char *dir, struct err *e);

/* Adds ramrig's own folder; call it once, last. */
int search_add_own(struct search *s, struct err *e);

/* Sets *ret, for search_clear(), to @dir (which must exist) in front of all folders of @s. */
int search_with(const struct search *s, const char *dir, struct search *ret, struct err *e);

/*
 * Finds the file that @name of @kind means. A name with a '/' or ending in
 * ".yaml" is a path and is taken as it is. -ENOENT names the folders searched
 * and the nearest name there is. The caller frees *ret_path.
 */
int search_find(const struct search *s, enum spec_kind kind, const char *name, char **ret_path,
		struct err *e);

/* Names of @kind on the path, sorted, each once, as a new JSON array of strings. */
json_t *search_list(const struct search *s, enum spec_kind kind);

/*
 * Finds a program that belongs to ramrig itself, such as "ramrig-agent":
 * beside the running one (build/), or in ../libexec/ramrig. The caller frees
 * *ret_path.
 */
int search_program(const char *name, char **ret_path, struct err *e);

/*
 * Finds the compiled program @name of the workload whose folder is @folder: in
 * the folder itself, where a user's or an installed one lies, else where `make`
 * puts it, in build/workloads/ of the tree that the folder belongs to. -ENOENT
 * and -EACCES say what to do. The caller frees *ret_path.
 */
int search_guest_program(const char *folder, const char *name, char **ret_path, struct err *e);

/*
 * Finds the file @name that workloads share: in the folder "lib" beside @folder, a
 * workload's. -ENOENT says where it was looked for. The caller frees *ret_path.
 */
int search_shared_file(const char *folder, const char *name, char **ret_path, struct err *e);

/* One of the two above. */
typedef int (*search_file_fn)(const char *folder, const char *name, char **ret_path,
			      struct err *e);

void search_clear(struct search *s);

#endif
