/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RAMRIG_RESOLVED_H
#define RAMRIG_RESOLVED_H

#include "lib/err.h"

/*
 * What a name of the user's meant the last time that the host's apt was asked:
 * a small file in the cache, good for a day. Asking takes seconds, and
 * `ramrig run` wants to know before each run.
 */

/*
 * Sets *ret_dir to the entry that @name of @kind was resolved to within the
 * last day from the same @key (a hash of what the answer depends on). -ENOENT
 * when there is no such answer or the entry is gone.
 */
int resolved_get(const char *kind, const char *name, const char *key, char **ret_dir,
		 struct err *e);

/* Writes down that @name of @kind with @key is the entry at @dir. */
int resolved_put(const char *kind, const char *name, const char *key, const char *dir,
		 struct err *e);

#endif
