/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RAMRIG_BINOMIAL_H
#define RAMRIG_BINOMIAL_H

/* How often something happens that happens in some boots and not in others. */

/*
 * The lower confidence limit, at level 1 - @alpha, of the chance of what
 * happened in @k of @n boots (Clopper and Pearson, Biometrika 26:404, 1934);
 * 0 for @k 0.
 */
double binomial_lower(unsigned k, unsigned n, double alpha);

/*
 * The limits between which the chance of what happened in @k of @n draws lies, @z standard
 * errors to either side (1.96: 95 %): Wilson, Journal of the American Statistical
 * Association 22:209, 1927. For counts in the thousands.
 */
void binomial_wilson(unsigned k, unsigned n, double z, double *ret_lo, double *ret_hi);

/*
 * Fisher's exact test, one-sided: the chance that all of @k events among @n + @m
 * boots fall on the @n ones where nothing tells the two sets apart. @k is at most @n.
 */
double fisher_all_on_one_side(unsigned k, unsigned n, unsigned m);

#endif
