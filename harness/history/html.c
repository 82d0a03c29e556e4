/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <math.h>
#include "compare/text.h"
#include "history/change.h"
#include "history/html.h"
#include "lib/cleanup.h"
#include "report/page.h"
#include "report/parts.h"

static json_t *value_text(const json_t *of, const char *key, const char *unit)
{
	return part_text(text_value(json_object_get(of, key), unit));
}

static void put_night_texts(json_t *night, const char *unit)
{
	json_object_set_new(night, "text",
			    json_pack("{s:o, s:o, s:o}", "median", value_text(night, "median", unit),
				      "least", value_text(night, "least", unit), "most",
				      value_text(night, "most", unit)));
}

static void put_change_texts(json_t *change, const json_t *trend, const char *unit)
{
	json_object_set_new(change, "text",
			    json_pack("{s:o, s:o, s:o}", "before", value_text(change, "before", unit),
				      "after", value_text(change, "after", unit), "change",
				      part_text(change_text(trend, change))));
}

static void put_texts(json_t *trend)
{
	const char *unit = json_str_or(trend, "unit", ""), *shown;
	json_t *night, *change;
	double most = 0, size;
	size_t i;

	json_array_foreach(json_object_get(trend, "nights"), i, night) {
		most = fmax(most, fabs(json_number_value(json_object_get(night, "most"))));
		put_night_texts(night, unit);
	}
	json_array_foreach(json_object_get(trend, "changes"), i, change)
		put_change_texts(change, trend, unit);
	size = text_step(unit, most, &shown);
	json_object_set_new(trend, "shown", json_pack("{s:s, s:f}", "unit", shown, "size", size));
}

static json_t *statuses(void)
{
	json_t *all = json_array();

	for (int s = 0; s < CHANGE_STATUS_COUNT; s++)
		json_array_append_new(all, json_pack("{s:s, s:s}", "name", change_table[s].name,
						     "meaning", change_table[s].meaning));
	return all;
}

int history_html(const json_t *trends, const char *path, struct err *e)
{
	json_t *copy = json_deep_copy(trends), *trend;
	size_t i;

	json_array_foreach(copy, i, trend)
		put_texts(trend);
	cleanup_json json_t *data = json_pack("{s:s, s:s, s:o, s:o}", "page", "trends", "ramrig",
					      RAMRIG_VERSION, "statuses", statuses(), "trends", copy);

	if (!data)
		return err_set(e, ENOMEM, "out of memory for the page of the history");
	return page_save(&(struct page){ "History - ramrig", data }, path, e);
}
