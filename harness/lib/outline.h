/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RAMRIG_OUTLINE_H
#define RAMRIG_OUTLINE_H

#include <stdbool.h>

/*
 * An outline, drawn as a tree:
 *
 *   guest
 *   ├─ node 0
 *   │  └─ CPUs 0-1
 *   └─ node 1
 */
struct outline;

/* Never NULL: aborts when out of memory, as path_format() does. */
struct outline *outline_new(void);

/*
 * Adds a line, below the last one of a smaller @depth: the first has depth 0,
 * and each is at most one deeper than that before it.
 */
void outline_add(struct outline *o, unsigned depth, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* The lines, each with a newline, in Unicode's box drawing or in ASCII. The caller frees it. */
char *outline_text(const struct outline *o, bool utf8);

void outline_free(struct outline *o);	/* NULL is fine */

static inline void outline_freep(struct outline **o)
{
	outline_free(*o);
}
#define cleanup_outline __attribute__((cleanup(outline_freep)))

#endif
