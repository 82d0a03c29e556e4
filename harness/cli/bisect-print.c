/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdbool.h>
#include <string.h>
#include "cli/bisect-print.h"
#include "cli/listing.h"
#include "lib/cleanup.h"
#include "lib/file.h"

/* The change in @j, as the @question has it: "-4.10 %", "+1200"; the caller frees it. */
static char *change_text(const json_t *j, const json_t *question)
{
	bool ratio = !strcmp(json_str(question, "scale"), "ratio");
	double change = json_number_value(json_object_get(j, "change"));

	return path_format(ratio ? "%+.2f %%" : "%+g", ratio ? 100 * change : change);
}

static void print_question(const json_t *q, FILE *out)
{
	cleanup_free char *change = json_object_get(q, "change") ? change_text(q, q) : NULL;

	if (!json_is_object(q))
		return;
	if (!strcmp(json_str(q, "kind"), "figure"))
		fprintf(out, "The bad end: %s of %s on %s changes by %s\n\n", json_str(q, "metric"),
			json_str(q, "workload"), json_str(q, "topology"), change);
	else
		fprintf(out, "The bad end: %lld of %lld boots under %s on %s failed:\n  %s\n\n",
			(long long)json_int_or(q, "failed", 0), (long long)json_int_or(q, "booted", 0),
			json_str(q, "workload"), json_str(q, "topology"), json_str(q, "reason"));
}

static void print_steps(const json_t *steps, const json_t *question, FILE *out)
{
	static const struct listing_column columns[] = {
		{ "changes", "CHANGES", LISTING_TEXT }, { "mark", "MARK", LISTING_TEXT },
		{ "boots", "BOOTS", LISTING_TEXT },	{ "shown", "CHANGE", LISTING_TEXT },
		{ "title", "THE LAST OF THEM", LISTING_TEXT }, { NULL, NULL, LISTING_TEXT },
	};
	cleanup_json json_t *rows = json_deep_copy(steps);
	json_t *row;
	size_t i;

	json_array_foreach(rows, i, row) {
		cleanup_free char *change = json_object_get(row, "change") ? change_text(row, question)
									   : NULL;

		if (change)
			json_object_set_new(row, "shown", json_string(change));
	}
	listing_table(rows, columns, out);
	json_array_foreach(rows, i, row) {
		if (*json_str(row, "reason"))
			fprintf(out, "%lld: %s\n", (long long)json_int_or(row, "changes", 0),
				json_str(row, "reason"));
	}
}

static void print_verdict(const json_t *report, FILE *out)
{
	const json_t *suspects = json_object_get(report, "suspects"), *one;
	const char *verdict = json_str(report, "verdict");
	size_t i;

	if (!strcmp(verdict, "ends-alike")) {
		fputs("\nNo patch is named: the ends cannot be told apart.\n", out);
		return;
	}
	if (strcmp(verdict, "found"))
		fprintf(out, "\nIt came with one of these %zu, which could not be told apart:\n",
			json_array_size(suspects));
	else
		fputs("\nIt came with:\n", out);
	json_array_foreach(suspects, i, one)
		fprintf(out, "  %lld  %s\n", (long long)json_int_or(one, "change", 0),
			json_str(one, "title"));
	fprintf(out, "The chance that this is wrong is at most %.2g %%.\n",
		100 * json_number_value(json_object_get(report, "error_at_most")));
}

void bisect_print(const json_t *report, const char *dir, FILE *out)
{
	print_question(json_object_get(report, "question"), out);
	print_steps(json_object_get(report, "steps"), json_object_get(report, "question"), out);
	print_verdict(report, out);
	fprintf(out, "\nresult: %s\n", dir);
}
