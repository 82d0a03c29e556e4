/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RAMRIG_LTTB_H
#define RAMRIG_LTTB_H

#include <stddef.h>

/*
 * Picks @want of the @n points (@x, @y), so that the line through them looks like the line
 * through all: the largest triangle of three buckets, of S. Steinarsson, Downsampling Time Series
 * for Visual Representation (2013), 4.2. The first and the last point are always among
 * them, and every point is one that was there: nothing is averaged.
 *
 * @x ascends, all is finite, @want is at least 3. Writes indices, ascending, to @ret, which has
 * room for @want; returns how many: all @n where these are no more than @want.
 */
size_t lttb_pick(const double *x, const double *y, size_t n, size_t want, size_t *ret);

#endif
