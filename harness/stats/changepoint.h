/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RAMRIG_CHANGEPOINT_H
#define RAMRIG_CHANGEPOINT_H

#include <stddef.h>

/*
 * Where the level of a sequence changes. Pure; the same values give the same answer.
 *
 * One change: the cut with the greatest two-sample t statistic, which is the likelihood ratio
 * test for a shift of a normal mean at an unknown place (Hawkins, JASA 72:180, 1977; Worsley,
 * JASA 74:365, 1979). Its p is Student's two-sided p at that cut times the number of cuts
 * (Bonferroni): never too small for normal values, nearly exact for a few of them. Several
 * changes: the parts on either side are cut again, as long as there is something to cut (binary
 * segmentation; Vostrikova, Soviet Math. Dokl. 24:55, 1981).
 *
 * Why no test by permutation, as E-divisive has (Matteson and James, JASA 109:334, 2014): with
 * m values behind the change among n, its p is at least 2 / C(n, m). A change on the fifth night
 * could not be told at 0.05 before the eighth; by Student's t a large one is told at once.
 *
 * Values need not be normal: tests/unit/test-changepoint.c measures what heavy tails cost.
 */
#define CHANGEPOINT_ALPHA 0.01	/* of one look at values that do not change */
#define CHANGEPOINT_VALUES_MIN 5	/* fewer are not looked at */
#define CHANGEPOINT_SEGMENT_MIN 1	/* values on either side: one night can show a change */

struct changepoint {
	size_t at;	/* the first value of the new level; at least CHANGEPOINT_SEGMENT_MIN */
	double t;	/* above 0 where values rise; infinite where neither side scatters */
	double p;	/* of this cut within its part, for all cuts of the part together */
};

/*
 * Finds the changes with p at most @alpha among the @n finite values @v, in order of place.
 * @ret has room for @n. Returns how many there are.
 */
size_t changepoint_find(const double *v, size_t n, double alpha, struct changepoint *ret);

#endif
