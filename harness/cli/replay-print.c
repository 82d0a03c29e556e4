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

#define EQUAL_MAX 16	/* of a value that is equal: a hash's beginning will do */
#define OTHER_MAX 64

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

static json_t *shortened(const json_t *row, const char *key)
{
	int len = strcmp(json_str(row, "verdict"), "equal") ? OTHER_MAX : EQUAL_MAX;
	const char *value = json_str(row, key);
	cleanup_free char *text = value ? path_format("%.*s", len, value) : NULL;

	return text ? json_sentence(text) : json_null();
}

/* Names and reasons may be anybody's: what would steer a terminal is left out. */
static void line_print(const char *text)
{
	cleanup_json json_t *line = json_sentence(text);

	puts(line ? json_string_value(line) : "");
}

int replay_print_rows(const struct replay *r, struct err *e)
{
	const struct result_cell *c = r->cell;
	cleanup_json json_t *shown = json_array();
	cleanup_free char *head = path_format("Cell %u of %s: %s on %s, %s, arm %s, pair %u", c->n,
					      json_str(r->plan, "experiment"), c->workload,
					      c->topology, c->kernel, c->arm, c->pair);
	const json_t *row;
	size_t i;

	line_print(head);
	putchar('\n');
	json_array_foreach(r->rows, i, row) {
		json_t *copy = json_copy((json_t *)row);

		json_object_set_new(copy, "was", shortened(row, "was"));
		json_object_set_new(copy, "is", shortened(row, "is"));
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
						       value_text(row, "was"), "is",
						       value_text(row, "is"), "change", change));
	}
	return json_array_size(shown) ? listing_print(shown, metric_columns, false, e) : 0;
}

static void outcome_line(const json_t *outcome, const char *key, const char *when)
{
	const char *word = json_str(json_object_get(outcome, "outcome"), key);
	const char *reason = json_str(json_object_get(outcome, "reason"), key);
	const char *report = json_str(json_object_get(outcome, "report"), key);

	cleanup_free char *line = path_format(
		"%-5s %s%s%s%s%s%s", when, word ? word : "not done", reason && *reason ? ": " : "",
		reason ? reason : "", report ? " [report " : "", report ? report : "",
		report ? "]" : "");

	line_print(line);
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
	puts("\nThis is one boot against one boot: no verdict. How much boots of the same cell\n"
	     "differ by themselves is what pairs are run for.");
	return 0;
}
