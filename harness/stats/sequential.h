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

/*
 * Below this chance of a decision at the last look, going on is futile. The rule binds
 * nobody: no look's alpha counts on it, so who goes on all the same alarms no more often.
 */
#define SEQUENTIAL_FUTILE 0.1

/*
 * The chance that the last look decides anything about a comparison of which @n pairs
 * (fewer than SEQUENTIAL_PAIRS_MAX, at least 2) have differences of this @mean and @sd: the
 * predictive power of Spiegelhalter, Freedman and Blackburn (Controlled Clinical Trials
 * 7:8, 1986), with nothing known beforehand. The mean of all pairs is then distributed
 * as mean + sd sqrt((N - n) / (n N)) t, with N the pairs of the last look and t of n - 1
 * degrees of freedom. It decides where that mean is outside @margin (a lower and an upper limit
 * on the scale of the differences) and significant at the last look's part of @alpha shared by
 * @family, or so far inside that its whole interval is; for both, Student's t stands
 * for the sign-flip test, with @sd.
 */
double sequential_prospect(double mean, double sd, size_t n, const double margin[static 2],
			   double alpha, size_t family);

#endif
