/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RAMRIG_ADJUST_H
#define RAMRIG_ADJUST_H

#include <stddef.h>

/*
 * Adjusts p values for there being many of them. Both write the adjusted
 * values to @ret in the order of @p (@ret may be @p itself), and return 0, or
 * -ENOMEM.
 */

/*
 * Holm's step-down: the chance of even one false alarm in the whole family
 * stays below what the adjusted value is compared with. @family (at least @n)
 * is how many tests were declared; those not in @p count as p = 1.
 */
int holm_adjust(const double *p, size_t n, size_t family, double *ret);

/* Benjamini-Hochberg: the expected share of false alarms among all alarms. */
int bh_adjust(const double *p, size_t n, double *ret);

#endif
