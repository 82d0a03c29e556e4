/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <string.h>
#include "cli/listing.h"
#include "cli/series-print.h"
#include "lib/cleanup.h"
#include "lib/file.h"
#include "result/series.h"

/* Units as the table has them; all others stay as they are. */
static const struct scale {
	const char *unit, *shown;
	double size;
	int decimals;
} scales[] = {
	{ "bytes", "MiB", 0x1p20, 1 },
	{ "bytes/s", "MiB/s", 0x1p20, 1 },
	{ "share", "%", 0.01, 0 },
	{ "ratio", "ratio", 1, 2 },
};

static struct scale scale_of(const char *unit)
{
	for (size_t i = 0; i < ARRAY_SIZE(scales); i++)
		if (!strcmp(scales[i].unit, unit))
			return scales[i];
	return (struct scale){ unit, unit, 1, 0 };
}

void series_print_json(const json_t *series, FILE *out)
{
	json_dumpf(series, out, JSON_INDENT(2) | JSON_REAL_PRECISION(15));
	fputc('\n', out);
}

/* Null is an empty field: absent is not zero. */
void series_print_csv(const json_t *series, FILE *out)
{
	const json_t *list = json_object_get(series, "series"), *t, *one;
	size_t row, i;

	fputs("t_s,phase", out);
	json_array_foreach(list, i, one)
		fprintf(out, ",%s", json_str(one, "name"));
	fputc('\n', out);
	json_array_foreach(json_object_get(series, "t_s"), row, t) {
		fprintf(out, "%.3f,%s", json_number_value(t),
			json_string_value(json_array_get(json_object_get(series, "phase"), row)));
		json_array_foreach(list, i, one) {
			const json_t *v = json_array_get(json_object_get(one, "values"), row);

			fputc(',', out);
			if (json_is_number(v))
				fprintf(out, "%.15g", json_number_value(v));
		}
		fputc('\n', out);
	}
}

static json_t *text_take(char *text)
{
	json_t *s = json_string(text);

	free(text);
	return s;
}

static json_t *row_of(const json_t *series, size_t row)
{
	const json_t *list = json_object_get(series, "series"), *one;
	double t = json_number_value(json_array_get(json_object_get(series, "t_s"), row));
	json_t *j = json_pack("{s:o, s:O}", "t", text_take(path_format("%.2f", t)), "phase",
			      json_array_get(json_object_get(series, "phase"), row));
	size_t i;

	json_array_foreach(list, i, one) {
		struct scale scale = scale_of(json_str(one, "unit"));
		const json_t *v = json_array_get(json_object_get(one, "values"), row);

		if (json_is_number(v))
			json_object_set_new(j, json_str(one, "name"), text_take(path_format(
				"%.*f", scale.decimals, json_number_value(v) / scale.size)));
	}
	return j;
}

/* One line a unit, in the order in which they come, each with the columns that are in it. */
static void print_units(const json_t *list, FILE *out)
{
	cleanup_json json_t *seen = json_object();
	const json_t *one, *other;
	size_t i, k;

	json_array_foreach(list, i, one) {
		const char *unit = json_str(one, "unit"), *comma = "";

		if (json_object_get(seen, unit))
			continue;
		json_object_set_new(seen, unit, json_true());
		fprintf(out, "In %s: ", scale_of(unit).shown);
		json_array_foreach(list, k, other) {
			if (strcmp(json_str(other, "unit"), unit))
				continue;
			fprintf(out, "%s%s", comma, series_column(json_str(other, "name")));
			comma = ", ";
		}
		fputs(".\n", out);
	}
}

static struct listing_column *columns_of(const json_t *list)
{
	struct listing_column *c = calloc(json_array_size(list) + 3, sizeof(*c));
	const json_t *one;
	size_t i;

	if (!c)
		return NULL;
	c[0] = (struct listing_column){ "t", "s", LISTING_NUMBER };
	c[1] = (struct listing_column){ "phase", "phase", LISTING_TEXT };
	json_array_foreach(list, i, one) {
		const char *name = json_str(one, "name");

		c[i + 2] = (struct listing_column){ name, series_column(name), LISTING_NUMBER };
	}
	return c;
}

int series_print_table(const json_t *series, FILE *out)
{
	const json_t *list = json_object_get(series, "series");
	cleanup_free struct listing_column *columns = columns_of(list);
	cleanup_json json_t *rows = json_array();

	for (size_t i = 0; i < json_array_size(json_object_get(series, "t_s")); i++)
		json_array_append_new(rows, row_of(series, i));
	int rc = columns ? listing_table(rows, columns, out) : -ENOMEM;
	if (rc)
		return rc;
	fprintf(out, "\nCell %lld: %s on %s, %s, arm %s.\n",
		(long long)json_int_or(series, "cell", 0), json_str(series, "workload"),
		json_str(series, "topology"), json_str(series, "kernel"), json_str(series, "arm"));
	print_units(list, out);
	return 0;
}
