/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <math.h>
#include <string.h>
#include "cli/claims-text.h"
#include "lib/cleanup.h"
#include "lib/file.h"

static double at(const json_t *list, size_t i)
{
	const json_t *v = json_array_get(list, i);

	return json_is_number(v) ? json_number_value(v) : NAN;
}

/* Small changes are what vendors differ by: two decimals below 10 %. */
static int decimals(double low, double high)
{
	return fabs(low) < 0.1 && fabs(high) < 0.1 ? 2 : 1;
}

/* Whether a change of @figure is a part of something: a percentage, whatever the unit. */
static bool is_part(const json_t *figure, const json_t *ours)
{
	const char *scale = json_str(ours ? ours : figure, "scale");

	return strcmp(scale, "difference") || strcmp(json_str_or(ours, "unit", "share"), "share") == 0;
}

static char *range_text(double low, double high, bool part, const char *unit)
{
	int digits = decimals(low, high);

	if (!part && low == high)
		return path_format("%+.4g %s", low, unit);
	if (!part)
		return path_format("%+.4g to %+.4g %s", low, high, unit);
	if (low == high)
		return path_format("%+.*f %%", digits, 100 * low);
	return path_format("%+.*f to %+.*f %%", digits, 100 * low, digits, 100 * high);
}

static const json_t *ours_of(const json_t *figure)
{
	const json_t *ours = json_object_get(figure, "ours");

	return json_is_object(ours) ? ours : NULL;
}

char *claims_text_stated(const json_t *figure)
{
	const char *states = json_str(figure, "states");
	const json_t *change = json_object_get(figure, "change");

	if (!strcmp(states, "each"))
		return path_format("%s in each boot", json_str(figure, "value"));
	if (!strcmp(states, "more") || !strcmp(states, "less"))
		return path_format("%s", states);
	return range_text(at(change, 0), at(change, 1), is_part(figure, ours_of(figure)),
			  json_str_or(ours_of(figure), "unit", ""));
}

char *claims_text_seen(const json_t *figure)
{
	const json_t *ours = ours_of(figure), *change = json_object_get(ours, "change");
	double v = json_number_value(change);

	if (json_object_get(ours, "most"))
		return path_format("%g to %g", json_number_value(json_object_get(ours, "least")),
				   json_number_value(json_object_get(ours, "most")));
	if (!json_is_number(change))
		return path_format("-");
	return range_text(v, v, is_part(figure, ours), json_str(ours, "unit"));
}

char *claims_text_interval(const json_t *figure)
{
	const json_t *ours = ours_of(figure), *ci = json_object_get(ours, "ci");
	double low = at(ci, 0), high = at(ci, 1);

	if (!json_is_array(ci))
		return path_format("-");
	if (isnan(low) || isnan(high))
		return path_format("unbounded");
	return range_text(low, high, is_part(figure, ours), json_str(ours, "unit"));
}

char *claims_text_cells(const json_t *figure)
{
	const json_t *tolerance = json_object_get(figure, "tolerance");
	const char *why = json_str(figure, "not_testable");
	bool exact = strcmp(json_str(figure, "states"), "value") &&
		     strcmp(json_str(figure, "states"), "change") &&
		     strcmp(json_str(figure, "states"), "times");
	cleanup_free char *within = NULL;

	if (why)
		return path_format("not testable here: %s", why);
	within = exact ? path_format("%s", "") :
			 path_format(", within %g %%", 100 * json_number_value(tolerance));
	return path_format("%s of %s under %s (%s)%s", json_str(figure, "metric"),
			   json_str(figure, "arm"), json_str(figure, "workload"),
			   json_str(figure, "experiment"), within);
}
