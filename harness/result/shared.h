/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RAMRIG_SHARED_H
#define RAMRIG_SHARED_H

#include "lib/json.h"

/*
 * Documents of which many are equal and none is changed any more, each kept once: what is said of
 * metrics takes most of a result's memory, and a few sets of it are all there are. Threads may
 * share one.
 */
struct shared;

/* NULL when out of memory. */
struct shared *shared_new(void);

/* Takes hold of @j (may be NULL) and returns one that equals it, of which the caller has hold. */
json_t *shared_take(struct shared *s, json_t *j);

/* The documents live as long as somebody has hold of them. NULL is fine. */
void shared_free(struct shared *s);

static inline void shared_freep(struct shared **s)
{
	shared_free(*s);
}
#define cleanup_shared __attribute__((cleanup(shared_freep)))

#endif
