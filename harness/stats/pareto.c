/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <math.h>
#include <stdbool.h>
#include "stats/pareto.h"

const char *const pareto_names[] = {
	[PARETO_ABSENT] = "absent",
	[PARETO_FRONT] = "front",
	[PARETO_UNCLEAR] = "unclear",
	[PARETO_DOMINATED] = "dominated",
};

static bool is_there(const struct pareto_point *p)
{
	return !isnan(p->gain.median) && !isnan(p->cost.median);
}

static bool dominates(const struct pareto_point *a, const struct pareto_point *b)
{
	return a->gain.median >= b->gain.median && a->cost.median <= b->cost.median &&
	       (a->gain.median > b->gain.median || a->cost.median < b->cost.median);
}

/* Whether the worst of @a is as good as the best of @b. */
static bool is_beyond(const struct pareto_point *a, const struct pareto_point *b)
{
	return a->gain.least >= b->gain.most && a->cost.most <= b->cost.least;
}

static enum pareto_place place_of(const struct pareto_point *points, size_t n, size_t i)
{
	enum pareto_place place = PARETO_FRONT;

	if (!is_there(&points[i]))
		return PARETO_ABSENT;
	for (size_t k = 0; k < n; k++) {
		if (!is_there(&points[k]) || !dominates(&points[k], &points[i]))
			continue;
		if (is_beyond(&points[k], &points[i]))
			return PARETO_DOMINATED;
		place = PARETO_UNCLEAR;
	}
	return place;
}

void pareto_places(const struct pareto_point *points, size_t n, enum pareto_place *ret)
{
	for (size_t i = 0; i < n; i++)
		ret[i] = place_of(points, n, i);
}
