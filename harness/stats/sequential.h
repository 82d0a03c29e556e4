/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RAMRIG_SEQUENTIAL_H
#define RAMRIG_SEQUENTIAL_H

#include <stddef.h>

/*
 * Looking at a growing number of pairs, at fixed sizes, without alarming more
 * often than alpha in all: each look may spend a part of alpha, by the spending
 * function of Lan and DeMets that comes near to Pocock's boundary,
 * alpha(t) = alpha ln(1 + (e - 1) t) with t the share of the pairs (Biometrika
 * 70:659, 1983). A look is held against the part that is its own, so that the
 * parts add up whatever the test's distribution.
 */
#define SEQUENTIAL_LOOKS 4
#define SEQUENTIAL_PAIRS_MAX 20
extern const unsigned sequential_pairs[SEQUENTIAL_LOOKS];	/* 8, 12, 16, SEQUENTIAL_PAIRS_MAX */

/* What look @look (from 0) may spend of @alpha. */
double sequential_alpha(double alpha, size_t look);

#endif
