/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RAMRIG_STUDENT_H
#define RAMRIG_STUDENT_H

#include <stddef.h>

/*
 * Student's t distribution for whole degrees of freedom, from the finite sums
 * of Abramowitz and Stegun, Handbook of Mathematical Functions, 26.7.3 and
 * 26.7.4: exact but for rounding.
 */

/* The chance that |t| with @df (at least 1) degrees of freedom is at most @t. */
double student_within(double t, unsigned df);

/* The t that is exceeded with chance 1 - @p; @p above 0 and below 1. */
double student_quantile(double p, unsigned df);

#endif
