/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RAMRIG_TIMES_H
#define RAMRIG_TIMES_H

#include <stddef.h>
#include <stdint.h>
#include "lib/err.h"

/* How long each of something took, read from a trace, in whatever unit it is given. */
struct times {
	uint64_t *v;		/* sorted by times_sort() */
	size_t n, room;
};

/* -ENOMEM is its only error. */
int times_add(struct times *t, uint64_t v, struct err *e);

void times_sort(struct times *t);

/*
 * The smallest value that a share @percent of all do not exceed (nearest rank: one
 * that was really seen), or 0 where there are none. @t is sorted.
 */
uint64_t times_percentile(const struct times *t, unsigned percent);

/* Adds all of @from. */
int times_join(struct times *t, const struct times *from, struct err *e);

void times_free(struct times *t);

#define cleanup_times __attribute__((cleanup(times_free)))

#endif
