/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RAMRIG_TEST_VERDICT_H
#define RAMRIG_TEST_VERDICT_H

/*
 * ramrig's verdicts on one metric alone, from the pairs' changes on logarithms: what
 * row_verdict() and compare/looks.h make of a result, quick enough to be asked a million times.
 */
#include <math.h>
#include <stddef.h>
#include "stats/sequential.h"
#include "stats/signflip.h"
#include "stats/summary.h"

enum call { CALL_NOTHING, CALL_LESS, CALL_MORE, CALL_EQUIVALENT, CALL_COUNT };

static inline enum call call_direction(double change)
{
	return change < 0 ? CALL_LESS : CALL_MORE;
}

/* The interval's limits by the test that they invert. */
static inline enum call verdict_of(const double *change, size_t n, double alpha, double margin)
{
	const double low = log1p(-margin), high = log1p(margin);
	double mean = summary_mean(change, n);

	if (mean < low || mean > high)
		return signflip_p_once(change, n, 0) <= alpha ? call_direction(mean) : CALL_NOTHING;
	return signflip_p_once(change, n, low) <= alpha &&
			       signflip_p_once(change, n, high) <= alpha ?
		       CALL_EQUIVALENT :
		       CALL_NOTHING;
}

/* From look to look of SEQUENTIAL_PAIRS_MAX pairs, until it is decided or futile. */
static inline enum call verdict_of_looks(const double *change, double alpha, double margin,
					 size_t *ret_pairs)
{
	const double margins[] = { log1p(-margin), log1p(margin) };

	for (size_t look = 0; look < SEQUENTIAL_LOOKS; look++) {
		size_t n = sequential_pairs[look];
		enum call c = verdict_of(change, n, sequential_alpha(alpha, look), margin);

		*ret_pairs = n;
		if (c || n == SEQUENTIAL_PAIRS_MAX)
			return c;
		if (sequential_prospect(summary_mean(change, n), summary_sd(change, n), n, margins,
					alpha, 1) < SEQUENTIAL_FUTILE)
			break;
	}
	return CALL_NOTHING;
}

#endif
