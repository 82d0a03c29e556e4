/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include "cli/listing.h"
#include "cli/replay-print.h"
#include "compare/text.h"
#include "lib/cleanup.h"
#include "lib/file.h"
#include "replay/likeness.h"

#define VALUE_MAX 24	/* of a value that is equal: a hash's beginning will do */

static const struct listing_column row_columns[] = {
	{ "what", "WHAT", LISTING_TEXT },	{ "was", "THEN", LISTING_TEXT },
	{ "is", "HERE", LISTING_TEXT },		{ "verdict", "", LISTING_TEXT },
	{ "meaning", "MEANING", LISTING_TEXT }, { NULL, NULL, 0 }
};

static const struct listing_column metric_columns[] = {
	{ "metric", "METRIC", LISTING_TEXT }, { "was", "THEN", LISTING_TEXT },
	{ "is", "NOW", LISTING_TEXT },	      { "change", "CHANGE", LISTING_TEXT },
	{ NULL, NULL, 0 }
};

static const struct listing_column argv_columns[] = {
	{ "was", "THEN", LISTING_TEXT }, { "is", "NOW", LISTING_TEXT }, { NULL, NULL, 0 }
};

static json_t *shortened(const json_t *value)
{
	return json_is_string(value) ? json_sprintf("%.*s", VALUE_MAX, json_string_value(value)) :
				       json_null();
}

int replay_print_rows(const struct replay *r, struct err *e)
{
	const struct result_cell *c = r->cell;
	cleanup_json json_t *shown = json_array();
	const json_t *row;
	size_t i;

	printf("Cell %u of %s: %s on %s, %s, arm %s, pair %u\n\n", c->n,
	       json_str(r->plan, "experiment"), c->workload, c->topology, c->kernel, c->arm, c->pair);
	json_array_foreach(r->rows, i, row) {
		json_t *copy = json_copy((json_t *)row);

		json_object_set_new(copy, "was", shortened(json_object_get(row, "was")));
		json_object_set_new(copy, "is", shortened(json_object_get(row, "is")));
		json_array_append_new(shown, copy);
	}
	return listing_print(shown, row_columns, false, e);
}

static json_t *value_text(const json_t *row, const char *key)
{
	cleanup_free char *text = text_value(json_object_get(row, key), json_str(row, "unit"));

	return json_sentence(text);
}

static int metrics_print(const json_t *metrics, bool all, struct err *e)
{
	cleanup_json json_t *shown = json_array();
	const json_t *row;
	size_t i;

	json_array_foreach(metrics, i, row) {
		if (!all && !json_is_true(json_object_get(row, "shown")))
			continue;
		cleanup_free char *change = text_change(row);

		json_array_append_new(shown, json_pack("{s:O, s:o, s:o, s:s}", "metric",
						       json_object_get(row, "metric"), "was",
						       value_text(row, "was"), "is", value_text(row, "is"),
						       "change", change));
	}
	return json_array_size(shown) ? listing_print(shown, metric_columns, false, e) : 0;
}

static void outcome_line(const json_t *outcome, const char *key, const char *when)
{
	const char *word = json_str(json_object_get(outcome, "outcome"), key);
	const char *reason = json_str(json_object_get(outcome, "reason"), key);
	const char *report = json_str(json_object_get(outcome, "report"), key);

	printf("%-5s %s%s%s%s%s%s\n", when, word ? word : "not done", reason && *reason ? ": " : "",
	       reason ? reason : "", report ? " [report " : "", report ? report : "", report ? "]" : "");
}

int replay_print_outcome(const json_t *outcome, bool all, struct err *e)
{
	const json_t *argv = json_object_get(outcome, "argv");

	putchar('\n');
	outcome_line(outcome, "was", "then");
	outcome_line(outcome, "is", "now");
	putchar('\n');
	if (metrics_print(json_object_get(outcome, "metrics"), all, e))
		return -e->code;
	if (json_array_size(argv)) {
		puts("\nQEMU's command line differs:");
		if (listing_print(argv, argv_columns, false, e))
			return -e->code;
	}
	puts("\nThis is one boot against one boot: no verdict. How much boots of the same cell differ\n"
	     "by themselves is what pairs are run for.");
	return 0;
}
