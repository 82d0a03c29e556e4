/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RAMRIG_SHAPE_H
#define RAMRIG_SHAPE_H

#include <stdbool.h>
#include <stddef.h>

/* Signs that figures are not what a summary takes them for. Diagnostics only. */

/*
 * Two-sided p of the Mann-Kendall test that @v has no trend in its order.
 * Exact without ties (ties count as no step, which makes p larger); the normal
 * approximation above 60 values; 1 below four.
 */
double shape_drift_p(const double *v, size_t n);

/*
 * Whether @v falls into two groups: some cut, with at least two values and a
 * fifth of all on either side, leaves at most SHAPE_WITHIN of the sum of squares
 * within the groups. Under a normal distribution fewer than 3 in 100 samples
 * of 8 or more do; fewer values than 6 are never called so.
 */
#define SHAPE_WITHIN 0.08
bool shape_is_bimodal(const double *v, size_t n);

#endif
