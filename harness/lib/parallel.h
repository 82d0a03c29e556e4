/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RAMRIG_PARALLEL_H
#define RAMRIG_PARALLEL_H

#include <stddef.h>

/*
 * Calls @fn for each of 0 .. @n - 1, on every CPU that this process may use, and returns when all
 * are done. In which order, and which at once, is not said: each call writes only what belongs to
 * its number. Where a thread cannot be had, fewer do all of it.
 */
void parallel_each(size_t n, void (*fn)(size_t i, void *arg), void *arg);

#endif
