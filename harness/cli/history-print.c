/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include "cli/history-print.h"
#include "cli/listing.h"
#include "compare/text.h"
#include "history/change.h"
#include "lib/cleanup.h"

#define P_SHOWN 1e-6	/* smaller ones are said to be smaller */

/* Sets @key of @row to a text that is freed. */
static void set_text(json_t *row, const char *key, char *text)
{
	json_object_set_new(row, key, json_string(text));
	free(text);
}

static void set_value(json_t *row, const char *key, const json_t *from, const char *from_key,
		      const char *unit)
{
	set_text(row, key, text_value(json_object_get(from, from_key), unit));
}

/* What a change looks like in a table: before, after, change and p as texts. */
static json_t *change_texts(const json_t *trend, const json_t *change)
{
	const char *unit = json_str(trend, "unit");
	double p = json_number_value(json_object_get(change, "p"));
	json_t *row = json_object();

	set_value(row, "before", change, "before", unit);
	set_value(row, "after", change, "after", unit);
	set_text(row, "change", change_text(trend, change));
	json_object_set_new(row, "p", p < P_SHOWN ? json_sprintf("<%g", P_SHOWN) :
						    json_sprintf("%.2g", p));
	return row;
}

static const struct listing_column night_columns[] = {
	{ "night", "NIGHT", LISTING_NUMBER }, { "started", "STARTED", LISTING_TEXT },
	{ "release", "KERNEL", LISTING_TEXT }, { "boots", "BOOTS", LISTING_NUMBER },
	{ "median_said", "MEDIAN", LISTING_TEXT }, { "least_said", "LEAST", LISTING_TEXT },
	{ "most_said", "MOST", LISTING_TEXT }, { "change", "CHANGE", LISTING_TEXT },
	{ "p", "P", LISTING_TEXT }, { "status", "STATUS", LISTING_TEXT }, { NULL, NULL, 0 }
};

static const json_t *change_at(const json_t *trend, json_int_t night)
{
	const json_t *change;
	size_t i;

	json_array_foreach(json_object_get(trend, "changes"), i, change)
		if (json_int_or(change, "night", 0) == night)
			return change;
	return NULL;
}

static json_t *night_texts(const json_t *trend, const json_t *night)
{
	const json_t *change = change_at(trend, json_int_or(night, "night", 0));
	const char *unit = json_str(trend, "unit");
	json_t *row = json_copy((json_t *)night);

	set_value(row, "median_said", night, "median", unit);
	set_value(row, "least_said", night, "least", unit);
	set_value(row, "most_said", night, "most", unit);
	if (change) {
		cleanup_json json_t *texts = change_texts(trend, change);

		json_object_set(row, "change", json_object_get(texts, "change"));
		json_object_set(row, "p", json_object_get(texts, "p"));
		json_object_set(row, "status", json_object_get(change, "status"));
	}
	return row;
}

static int print_trend(const json_t *trend, FILE *out, struct err *e)
{
	cleanup_json json_t *rows = json_array();
	const json_t *night;
	size_t i;

	json_array_foreach(json_object_get(trend, "nights"), i, night)
		json_array_append_new(rows, night_texts(trend, night));
	fprintf(out, "%s of %s on %s, arm %s, kernel %s (%s better; %s, %s clock; %s; setup %s)\n",
		json_str(trend, "metric"), json_str(trend, "workload"), json_str(trend, "topology"),
		json_str(trend, "arm"), json_str(trend, "kernel"), json_str(trend, "better"),
		json_str(trend, "accelerator"), json_str(trend, "clock"), json_str(trend, "host"),
		json_str(trend, "setup"));
	return listing_table(rows, night_columns, out)
		       ? err_set(e, ENOMEM, "cannot print the nights")
		       : 0;
}

int history_print_trends(const json_t *trends, FILE *out, struct err *e)
{
	const json_t *trend;
	size_t i;

	json_array_foreach(trends, i, trend) {
		if (i)
			fputc('\n', out);
		int rc = print_trend(trend, out, e);

		if (rc)
			return rc;
	}
	return 0;
}

static const struct listing_column change_columns[] = {
	{ "id", "CHANGE", LISTING_NUMBER }, { "status", "STATUS", LISTING_TEXT },
	{ "metric", "METRIC", LISTING_TEXT }, { "workload", "WORKLOAD", LISTING_TEXT },
	{ "topology", "TOPOLOGY", LISTING_TEXT }, { "arm", "ARM", LISTING_TEXT },
	{ "kernel", "KERNEL", LISTING_TEXT }, { "night", "NIGHT", LISTING_NUMBER },
	{ "before", "BEFORE", LISTING_TEXT }, { "after", "AFTER", LISTING_TEXT },
	{ "change", "BY", LISTING_TEXT }, { "p", "P", LISTING_TEXT }, { NULL, NULL, 0 }
};

/* "change 3: alarm: the A/B says regression: -2.4 % (-2.6 to -2.1 %) in 8 pairs; RESULT" */
static void print_answer(const json_t *row, FILE *out)
{
	const json_t *c = json_object_get(row, "confirmation");
	const char *failure = json_str(row, "failure"), *result = json_str(c, "result");
	long long id = (long long)json_int_or(row, "id", 0);

	if (failure)
		fprintf(out, "change %lld: the newest kernel failed in the A/B: %s\n", id, failure);
	if (!c)
		return;
	fprintf(out, "change %lld: %s: %s", id, json_str(c, "verdict"), json_str(c, "reason"));
	if (json_int_or(c, "pairs", 0)) {
		cleanup_json json_t *seen = json_pack("{s:O, s:O, s:O, s:O}", "change",
			json_object_get(c, "change"), "ci", json_object_get(c, "ci"), "scale",
			json_object_get(row, "scale"), "unit", json_object_get(row, "unit"));
		cleanup_free char *change = text_change(seen), *interval = text_interval(seen);

		fprintf(out, ": %s (%s) in %lld pairs", change, interval,
			(long long)json_int_or(c, "pairs", 0));
	}
	fprintf(out, "%s%s\n", result ? "; " : "", result ? result : "");
}

int history_print_changes(const json_t *rows, FILE *out, struct err *e)
{
	cleanup_json json_t *texts = json_array();
	const json_t *row;
	size_t i;

	json_array_foreach(rows, i, row) {
		cleanup_json json_t *said = change_texts(row, row);
		json_t *line = json_copy((json_t *)row);

		json_object_update(line, said);
		json_array_append_new(texts, line);
	}
	if (listing_table(texts, change_columns, out))
		return err_set(e, ENOMEM, "cannot print the changes");
	json_array_foreach(rows, i, row)
		print_answer(row, out);
	return 0;
}
