/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <math.h>
#include <string.h>
#include "calibrate/noise.h"
#include "cli/calibrate-print.h"
#include "cli/listing.h"
#include "compare/wrap.h"
#include "lib/cleanup.h"
#include "lib/file.h"
#include "plan/plan.h"
#include "stats/paired.h"

#define WIDTH 90

static const struct listing_column columns[] = {
	{ "figure", "FIGURE", LISTING_TEXT },	 { "boots", "BOOTS", LISTING_NUMBER },
	{ "cv", "CV", LISTING_NUMBER },		 { "modes", "MODES", LISTING_NUMBER },
	{ "drift", "DRIFT P", LISTING_NUMBER },	 { "lag1", "LAG 1", LISTING_NUMBER },
	{ "alarms", "ALARMS", LISTING_NUMBER },	 { "called", "CALLED", LISTING_NUMBER },
	{ "pairs_1", "1 %", LISTING_NUMBER },	 { "pairs_2", "2 %", LISTING_NUMBER },
	{ "pairs_5", "5 %", LISTING_NUMBER },	 { NULL, NULL, LISTING_TEXT },
};

static void put(json_t *row, const char *key, char *text)
{
	json_object_set_new(row, key, text ? json_string(text) : json_null());
	free(text);
}

/* Three figures of a number that is one. */
static char *number_text(const json_t *v, double factor, const char *unit)
{
	return json_is_number(v) ? path_format("%.3g%s", factor * json_number_value(v), unit) : NULL;
}

/* "6 (3)": the test's least, and what the formula asks for; ">1000". */
static char *pairs_text(const json_t *m, double effect)
{
	unsigned formula, least = plan_pairs_needed(1, NOISE_ALPHA);

	if (strcmp(json_str(m, "scale"), "ratio"))
		return NULL;
	formula = paired_needed(log1p(effect), json_number_value(json_object_get(m, "sd")),
				NOISE_ALPHA, 1);
	if (!formula)
		return path_format(">%d", PAIRED_NEEDED_MAX);
	return formula < least ? path_format("%u (%u)", least, formula) : path_format("%u", formula);
}

static char *of_redrawn(const json_t *m, const char *key)
{
	const json_t *redrawn = json_object_get(m, "redrawn"), *v = json_object_get(redrawn, key);
	json_int_t n = json_int_or(redrawn, "comparisons", 0);

	if (!n || !json_is_integer(v))
		return NULL;
	return path_format("%lld/%lld", (long long)json_integer_value(v), (long long)n);
}

static json_t *row_of(const char *name, const json_t *m)
{
	json_t *row = json_pack("{s:s, s:I, s:s}", "figure", name, "boots", json_int_or(m, "boots", 0),
				"modes", json_is_true(json_object_get(m, "bimodal")) ? "2" : "1");

	put(row, "cv", number_text(json_object_get(m, "cv"), 100, " %"));
	put(row, "drift", number_text(json_object_get(m, "drift_p"), 1, ""));
	put(row, "lag1", number_text(json_object_get(m, "lag1"), 1, ""));
	put(row, "alarms", of_redrawn(m, "alarms"));
	put(row, "called", of_redrawn(m, "called"));
	put(row, "pairs_1", pairs_text(m, 0.01));
	put(row, "pairs_2", pairs_text(m, 0.02));
	put(row, "pairs_5", pairs_text(m, 0.05));
	return row;
}

static void head_print(const json_t *e, FILE *out)
{
	const char *state = json_str(e, "state");
	const json_t *why;
	size_t i;

	fprintf(out, "%s on %s, %s (%s): %s, %s clock, %s\n", json_str_or(e, "workload", "?"),
		json_str_or(e, "topology", "?"), json_str_or(e, "kernel", "?"),
		json_str_or(e, "release", "?"), json_str_or(e, "accelerator", "?"),
		json_str_or(e, "clock", "?"), json_str_or(e, "date", "?"));
	if (!state || !strcmp(state, "fresh"))
		return;
	fputs("  stale: ", out);
	json_array_foreach(json_object_get(e, "why"), i, why)
		fprintf(out, "%s%s", i ? ", " : "", json_string_value(why));
	fputc('\n', out);
}

/* Names of the metrics whose "valid" is @valid, with commas; NULL for none. */
static char *names_valid(const json_t *metrics, bool valid)
{
	const char *name;
	char *text = NULL;
	json_t *m;

	json_object_foreach((json_t *)metrics, name, m) {
		const json_t *v = json_object_get(m, "valid");
		cleanup_free char *before = text;

		if (!json_is_boolean(v) || json_is_true(v) != valid)
			text = take_ptr(before);
		else
			text = path_format("%s%s%s", before ? before : "", before ? ", " : "", name);
	}
	return text;
}

static void validity_print(const json_t *entry, FILE *out)
{
	const json_t *metrics = json_object_get(entry, "metrics");
	cleanup_free char *yes = names_valid(metrics, true), *no = names_valid(metrics, false);

	if (!yes && !no)
		return;
	cleanup_free char *text = path_format("The virtual clock is valid here for %s; not for %s.",
					      yes ? yes : "no figure", no ? no : "none of these");
	wrap_print(out, text, WIDTH, 2);
}

static void legend_print(FILE *out)
{
	cleanup_free char *text = path_format(
		"ALARMS: comparisons with p at most %g of those redrawn from the same boots, which are "
		"dependent. CALLED: those of them beyond the margin. 1 %%, 2 %%, 5 %%: pairs that find "
		"such a change four times of five at %g, alone; in brackets the formula's number where "
		"the test cannot alarm with so few. The virtual clock is valid for a figure with a CV of "
		"at most %g %%, one mode, at most %d alarms and none called.",
		NOISE_ALPHA, NOISE_ALPHA, 100 * NOISE_VALID_CV, NOISE_VALID_ALARMS);

	fputc('\n', out);
	wrap_print(out, text, WIDTH, 0);
}

int calibrate_print(const json_t *entries, FILE *out, struct err *e)
{
	const json_t *entry;
	size_t i;

	json_array_foreach(entries, i, entry) {
		cleanup_json json_t *rows = json_array();
		const char *name;
		json_t *m;

		json_object_foreach(json_object_get(entry, "metrics"), name, m)
			json_array_append_new(rows, row_of(name, m));
		if (i)
			fputc('\n', out);
		head_print(entry, out);
		if (listing_table(rows, columns, out))
			return err_set(e, ENOMEM, "out of memory for the table");
		validity_print(entry, out);
	}
	if (i)
		legend_print(out);
	return 0;
}
