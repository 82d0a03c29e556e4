/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <string.h>
#include "cli/listing.h"
#include "cli/sweep-print.h"
#include "compare/text.h"
#include "lib/cleanup.h"
#include "lib/file.h"

static const struct listing_column columns[] = {
	{ "point", "POINT", LISTING_TEXT },
	{ "saved", "SAVED", LISTING_NUMBER },
	{ "saved_range", "RANGE", LISTING_NUMBER },
	{ "share", "OF BASE", LISTING_NUMBER },
	{ "cost", "COST", LISTING_NUMBER },
	{ "cost_range", "RANGE", LISTING_NUMBER },
	{ "pairs", "PAIRS", LISTING_NUMBER },
	{ "place", "PLACE", LISTING_TEXT },
	{ NULL, NULL, LISTING_TEXT },
};

/* A quantity of a point in its metric's unit, or a share of the base. */
static char *quantity_text(const json_t *range, const char *key, const char *unit, bool is_share)
{
	const json_t *v = json_object_get(range, key);

	return is_share ? text_share(v) : text_value(v, unit);
}

/* "12.0 MiB..14.1 MiB"; of one pair, or of none, there is no range. */
static char *range_text(const json_t *range, const char *unit, bool is_share)
{
	if (json_equal(json_object_get(range, "least"), json_object_get(range, "most")))
		return path_format("-");
	cleanup_free char *least = quantity_text(range, "least", unit, is_share);
	cleanup_free char *most = quantity_text(range, "most", unit, is_share);

	return path_format("%s..%s", least, most);
}

/* A count of something speaks for itself. */
static const char *unit_shown(const json_t *value)
{
	const char *unit = json_str(value, "unit");

	return unit && strcmp(unit, "count") ? unit : "";
}

/* "interval=6 s", of several "interval=6 s max_probe=0.01"; without any the arm's name. */
static char *point_text(const json_t *point, size_t parameters)
{
	const char *name;
	char *text = NULL, *longer;
	json_t *value;

	json_object_foreach(json_object_get(point, "values"), name, value) {
		const char *dot = strrchr(name, '.');

		cleanup_free char *shown =
			text_value(json_object_get(value, "value"), unit_shown(value));

		longer = path_format("%s%s%s=%s", text ? text : "", text ? " " : "",
				     dot ? dot + 1 : name, shown);
		free(text);
		text = longer;
	}
	return text && parameters ? text : path_format("%s", json_str(point, "arm"));
}

static json_t *row_of(const json_t *table, const json_t *point, size_t parameters)
{
	const json_t *saved = json_object_get(point, "saved"),
		     *cost = json_object_get(point, "cost");
	const char *saved_unit = json_str(table, "saved_unit"),
		   *cost_unit = json_str(table, "cost_unit");
	const char *scale = json_str(table, "cost_scale");
	bool is_share = scale && !strcmp(scale, "ratio");
	const char *texts[] = { "point", "saved", "saved_range", "share", "cost", "cost_range" };
	char *values[] = {
		point_text(point, parameters),
		quantity_text(saved, "median", saved_unit, false),
		range_text(saved, saved_unit, false),
		text_share(json_object_get(point, "share_of_base")),
		quantity_text(cost, "median", cost_unit, is_share),
		range_text(cost, cost_unit, is_share),
	};
	json_t *row = json_pack("{s:O, s:O}", "pairs", json_object_get(point, "pairs"), "place",
				json_object_get(point, "place"));

	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		json_object_set_new(row, texts[i], json_string(values[i]));
		free(values[i]);
	}
	return row;
}

static int table_print(const json_t *table, size_t parameters, FILE *out, struct err *e)
{
	cleanup_json json_t *rows = json_array();
	const json_t *point;
	size_t i;

	json_array_foreach(json_object_get(table, "points"), i, point)
		json_array_append_new(rows, row_of(table, point, parameters));
	fprintf(out, "%s on %s, %s: less %s than %s, for worse %s\n", json_str(table, "workload"),
		json_str(table, "topology"), json_str(table, "kernel"), json_str(table, "saved"),
		json_str(table, "base"), json_str(table, "cost") ? json_str(table, "cost") : "-");
	if (listing_table(rows, columns, out))
		return err_set(e, ENOMEM, "out of memory for the table of a sweep");
	return 0;
}

int sweep_print(const json_t *sweep, FILE *out, struct err *e)
{
	size_t parameters = json_array_size(json_object_get(sweep, "parameters")), i;
	const json_t *table;
	int rc = 0;

	json_array_foreach(json_object_get(sweep, "tables"), i, table) {
		if (i)
			fputc('\n', out);
		if (!rc)
			rc = table_print(table, parameters, out, e);
	}
	fputs("front: by medians nothing saves as much for as little; unclear: ranges of pairs "
	      "meet.\n",
	      out);
	return rc;
}
