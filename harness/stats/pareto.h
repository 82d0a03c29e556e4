/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RAMRIG_PARETO_H
#define RAMRIG_PARETO_H

#include <stddef.h>

/* What was seen of one quantity over the pairs of a point; NAN where it was not seen. */
struct pareto_range {
	double median, least, most;
};

/* A choice: more gain is better, less cost is. */
struct pareto_point {
	struct pareto_range gain, cost;
};

enum pareto_place {
	PARETO_ABSENT,		/* a median is not there: not compared with anything */
	PARETO_FRONT,		/* by medians nothing has as much gain for as little cost */
	PARETO_UNCLEAR,		/* by medians something has, but the ranges of the two meet */
	PARETO_DOMINATED	/* something has in every pair as much gain for as little cost */
};

extern const char *const pareto_names[];	/* "absent", "front", ... */

/*
 * Fills @ret with the place of each of the @n points. One point dominates another that it
 * is at least as good as in both, and better in one: equal points are both on the front.
 * The usual definition of Pareto's, such as in K. Miettinen, Nonlinear Multiobjective
 * Optimization (1999), 2.2; the ranges are ramrig's addition: with one pair a range is a point.
 */
void pareto_places(const struct pareto_point *points, size_t n, enum pareto_place *ret);

#endif
