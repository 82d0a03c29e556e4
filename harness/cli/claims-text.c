/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <math.h>
#include <string.h>
#include "claims/stated.h"
#include "cli/claims-text.h"
#include "compare/text.h"
#include "lib/cleanup.h"
#include "lib/file.h"

static double at(const json_t *list, size_t i)
{
	const json_t *v = json_array_get(list, i);

	return json_is_number(v) ? json_number_value(v) : NAN;
}

/* Small changes are what vendors differ by: two decimals below 10 %. */
static char *percent_text(double low, double high)
{
	int digits = fabs(low) < 0.1 && fabs(high) < 0.1 ? 2 : 1;

	if (low == high)
		return path_format("%+.*f %%", digits, 100 * low);
	return path_format("%+.*f to %+.*f %%", digits, 100 * low, digits, 100 * high);
}

/* Whether a change of @ours is a part of the whole, which its unit does not say. */
static bool is_share(const json_t *ours)
{
	return !strcmp(json_str_or(ours, "scale", ""), "difference") &&
	       !strcmp(json_str_or(ours, "unit", ""), "share");
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
	return percent_text(at(change, 0), at(change, 1));
}

char *claims_text_band(const json_t *figure)
{
	const json_t *band = json_object_get(figure, "band"), *ours = ours_of(figure);

	/* A direction's band has no end that says more than its name. */
	if (!json_is_array(band) || isnan(at(json_object_get(figure, "change"), 0)) ||
	    isnan(at(json_object_get(figure, "change"), 1)))
		return path_format("-");
	if (is_share(ours) || strcmp(json_str_or(ours, "scale", ""), "difference"))
		return percent_text(at(band, 0), at(band, 1));
	cleanup_free char *low = text_value(json_array_get(band, 0), json_str(ours, "unit"));
	cleanup_free char *high = text_value(json_array_get(band, 1), json_str(ours, "unit"));

	return path_format("%s to %s", low, high);
}

char *claims_text_seen(const json_t *figure)
{
	const json_t *ours = ours_of(figure), *change = json_object_get(ours, "change");

	if (json_object_get(ours, "most")) {
		cleanup_free char *least =
			text_value(json_object_get(ours, "least"), json_str(ours, "unit"));
		cleanup_free char *most =
			text_value(json_object_get(ours, "most"), json_str(ours, "unit"));

		return path_format("%s to %s", least, most);
	}
	if (!json_is_number(change))
		return path_format("-");
	return is_share(ours) ? percent_text(json_number_value(change), json_number_value(change))
			      : text_change(ours);
}

char *claims_text_interval(const json_t *figure)
{
	const json_t *ours = ours_of(figure), *ci = json_object_get(ours, "ci");

	if (!json_is_array(ci))
		return path_format("-");
	if (!is_share(ours) || isnan(at(ci, 0)) || isnan(at(ci, 1)))
		return text_interval(ours);
	return percent_text(at(ci, 0), at(ci, 1));
}

char *claims_text_cells(const json_t *figure)
{
	const json_t *tolerance = json_object_get(figure, "tolerance");
	const char *why = json_str(figure, "not_testable");
	cleanup_free char *within = NULL;

	if (why)
		return path_format("not testable here: %s", why);
	within = stated_has_size(figure)
			 ? path_format(", within %g %%", 100 * json_number_value(tolerance))
			 : path_format("%s", "");
	return path_format("%s of %s under %s (%s)%s", json_str(figure, "metric"),
			   json_str(figure, "arm"), json_str(figure, "workload"),
			   json_str(figure, "experiment"), within);
}
