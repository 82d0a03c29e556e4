/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RAMRIG_BISECT_SEARCH_H
#define RAMRIG_BISECT_SEARCH_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Where a bisection stands. Of a series of n patches there are n + 1 kernels:
 * kernel k has the first k of them. Pure.
 */
enum bisect_mark {
	MARK_UNTESTED,
	MARK_GOOD,
	MARK_BAD,
	MARK_SKIPPED,		/* cannot be tested: does not build, or fails otherwise */
	MARK_UNDECIDED,		/* neither good nor bad by the most pairs allowed */
	MARK_COUNT
};

extern const char *const bisect_mark_names[MARK_COUNT];

struct bisect_suspects {
	size_t first, last;	/* patches, from 1: the change came with one of these */
};

/* The patches behind the last good kernel up to the first bad one; one good and one bad are marked. */
struct bisect_suspects bisect_suspects(const enum bisect_mark *marks, size_t n);

/*
 * The kernel to test next: of those untested among the suspects, the one nearest
 * to the middle. False where none is left.
 */
bool bisect_next(const enum bisect_mark *marks, size_t n, size_t *ret_kernel);

/* How many kernels a bisection of @n patches decides when none must be passed over, the bad end too. */
unsigned bisect_tests(size_t n);

#endif
