/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RAMRIG_RANGES_H
#define RAMRIG_RANGES_H

#include <stdbool.h>
#include "lib/err.h"

/*
 * Lists of numbers as the kernel writes them for CPUs and nodes: "0-1,4".
 * Ascending, so that no number stands twice.
 */
#define RANGES_LIMIT 4096	/* each number is below it */

/* -EINVAL for anything else, also for an empty list; @e says which part is wrong, and why. */
int ranges_check(const char *text, struct err *e);

/* How many numbers the checked list @text names, and whether @n is one of them. */
unsigned ranges_count(const char *text);
bool ranges_has(const char *text, unsigned n);

/* The @k-th number of the checked list @text, from 0; @k is below their count. */
unsigned ranges_nth(const char *text, unsigned k);

/* The greatest number of the checked list @text. */
unsigned ranges_last(const char *text);

#endif
