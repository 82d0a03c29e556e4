/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RAMRIG_SUMMARY_H
#define RAMRIG_SUMMARY_H

#include <stddef.h>

/* Summaries of @n values in any order; NAN where there are too few. */

/* Interpolated linearly between the values of rank (n - 1) @q: Hyndman and Fan's type 7. */
double summary_quantile(const double *v, size_t n, double q);
double summary_median(const double *v, size_t n);
double summary_mean(const double *v, size_t n);

/* Standard deviation of a sample: n - 1 below. NAN for fewer than two. */
double summary_sd(const double *v, size_t n);

/* That over the mean, as vendors print "dev": 0.0068 for 0.68 %. NAN where the mean is 0, too. */
double summary_dev(const double *v, size_t n);

#endif
