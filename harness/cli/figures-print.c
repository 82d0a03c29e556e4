/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include "cli/figures-print.h"
#include "cli/listing.h"
#include "compare/fidelity.h"
#include "compare/price-print.h"
#include "compare/text.h"
#include "compare/wrap.h"
#include "lib/cleanup.h"

#define WIDTH 80

static const struct listing_column columns[] = {
	{ "metric", "FIGURE", LISTING_TEXT },   { "median", "MEDIAN", LISTING_NUMBER },
	{ "least", "LEAST", LISTING_NUMBER },   { "most", "MOST", LISTING_NUMBER },
	{ "boots", "BOOTS", LISTING_NUMBER },	{ NULL, NULL, LISTING_TEXT },
};

/* The figures with their values in words. */
static json_t *rows_of(const json_t *figures)
{
	static const char *const values[] = { "median", "least", "most" };
	json_t *rows = json_deep_copy(figures), *row;
	size_t i;

	json_array_foreach(rows, i, row)
		for (size_t k = 0; k < ARRAY_SIZE(values); k++) {
			cleanup_free char *text = text_value(json_object_get(row, values[k]),
							     json_str(row, "unit"));

			json_object_set_new(row, values[k], json_string(text));
		}
	return rows;
}

static int price_after(const json_t *price, FILE *out, struct err *e)
{
	const struct render_opts o = { .width = WIDTH };

	fprintf(out, "Saved and paid, against %s (no verdicts):\n", json_str(price, "base"));
	return price_print(out, price, &o, e);
}

static int place_print(const json_t *place, FILE *out, struct err *e)
{
	const json_t *figures = json_object_get(place, "figures");
	cleanup_free char *fidelity = fidelity_text(json_object_get(place, "fidelity"));
	cleanup_free char *loops = text_closed_loops(figures, 0, json_array_size(figures));
	cleanup_free char *noise = text_calibration(figures, 0, json_array_size(figures));
	cleanup_json json_t *rows = rows_of(figures);
	json_int_t boots = json_int_or(place, "boots", 0);
	const json_t *price = json_object_get(place, "price");

	fprintf(out, "%s on %s, %s: %s\n", json_str(place, "workload"), json_str(place, "topology"),
		json_str(place, "kernel"), json_str(place, "arm"));
	if (listing_table(rows, columns, out))
		return err_set(e, ENOMEM, "out of memory for the table");
	fprintf(out, "%lld boot%s, window %.1f s of guest time, %.1f s of wall time a cell; %s\n",
		(long long)boots, boots == 1 ? "" : "s",
		json_number_value(json_object_get(place, "window_s")),
		json_number_value(json_object_get(place, "wall_s")), fidelity);
	if (loops)
		fprintf(out, "%s\n", loops);
	if (noise)
		wrap_print(out, noise, WIDTH, 2);
	return price_is_measured(price) ? price_after(price, out, e) : 0;
}

int figures_print(const json_t *figures, FILE *out, struct err *e)
{
	const json_t *place;
	size_t i;
	int rc = 0;

	json_array_foreach(figures, i, place) {
		if (i)
			fputc('\n', out);
		if (!rc)
			rc = place_print(place, out, e);
	}
	return rc;
}
