/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <string.h>
#include "compare/sentence.h"
#include "compare/text.h"
#include "lib/cleanup.h"
#include "lib/file.h"
#include "result/outcome.h"

static double number_at(const json_t *row, const char *key)
{
	return json_number_value(json_object_get(row, key));
}

static void say_change(FILE *out, const json_t *row, double alpha)
{
	double change = number_at(row, "change");
	bool less_memory = !strcmp(json_str(row, "unit"), "bytes") &&
			   !strcmp(json_str(row, "better"), "less");
	cleanup_free char *by = text_change(row);
	cleanup_free char *interval = text_interval(row);
	cleanup_free char *sure = text_confidence(alpha);
	const char *size = by + strspn(by, "+-");

	if (less_memory)
		fprintf(out, "%s %s of %s", change < 0 ? "saves" : "costs", size,
			json_str(row, "metric"));
	else
		fprintf(out, "%s %s by %s", change < 0 ? "lowers" : "raises",
			json_str(row, "metric"), size);
	fprintf(out, " (%s, %s interval %s)", json_str(row, "verdict"), sure, interval);
}

static void say_equivalent(FILE *out, const json_t *row, double alpha)
{
	cleanup_free char *margin = text_size(row, number_at(row, "margin"));

	(void)alpha;
	fprintf(out, "leaves %s equivalent within %s", json_str(row, "metric"), margin);
}

static void say_inconclusive(FILE *out, const json_t *row, double alpha)
{
	const json_t *mde = json_object_get(row, "mde");
	cleanup_free char *by = text_change(row);
	cleanup_free char *interval = text_interval(row);
	cleanup_free char *sure = text_confidence(alpha);

	if (!json_int_or(row, "pairs", 0)) {
		fprintf(out, "says nothing about %s, which no whole pair has",
			json_str(row, "metric"));
		return;
	}
	fprintf(out, "is inconclusive about %s (%s, %s interval %s", json_str(row, "metric"), by,
		sure, interval);
	if (json_is_number(mde)) {
		cleanup_free char *seen = text_size(row, json_number_value(mde));

		fprintf(out, "; a true change of %s would be found 4 times of 5", seen);
	} else {
		fputs("; too few pairs to find anything", out);
	}
	fputc(')', out);
}

static void say_diagnostic(FILE *out, const json_t *row, double alpha)
{
	cleanup_free char *by = text_change(row);

	(void)alpha;
	fprintf(out, "shows %s at %s (a diagnostic, no verdict)", json_str(row, "metric"), by);
}

static void say_row(FILE *out, const json_t *row, double alpha)
{
	static void (*const say[VERDICT_COUNT])(FILE *, const json_t *, double) = {
		[VERDICT_REGRESSION] = say_change,
		[VERDICT_IMPROVEMENT] = say_change,
		[VERDICT_EQUIVALENT] = say_equivalent,
		[VERDICT_INCONCLUSIVE] = say_inconclusive,
	};
	const char *verdict = json_str(row, "verdict");

	/* A look's interval is of its own level. */
	if (json_object_get(row, "alpha"))
		alpha = number_at(row, "alpha");
	for (int v = 0; verdict && v < VERDICT_COUNT; v++) {
		if (say[v] && !strcmp(verdict_table[v].name, verdict)) {
			say[v](out, row, alpha);
			return;
		}
	}
	say_diagnostic(out, row, alpha);
}

static void say_opening(FILE *out, const json_t *row)
{
	const char *base = json_str(row, "base"), *arm = json_str(row, "arm");
	const char *old = json_str(row, "base_kernel"), *new = json_str(row, "arm_kernel");

	fprintf(out, "%s against %s under %s on %s", arm, base, json_str(row, "workload"),
		json_str(row, "topology"));
	if (strcmp(old, new))
		fprintf(out, " (%s against %s)", new, old);
	fputs(": ", out);
}

static void say_ground(FILE *out, const json_t *row, json_int_t pairs)
{
	const json_t *f = json_object_get(row, "fidelity");

	fprintf(out, "; %lld boots", (long long)(2 * pairs));
	if (json_is_object(f))
		fprintf(out, ", %s, %s clock", json_str(f, "accelerator"), json_str(f, "clock"));
	fputc('.', out);
}

/* Says the group that starts at @first; returns where the next one does. */
static size_t say_group(FILE *out, const json_t *rows, size_t first, double alpha)
{
	const json_t *opening = json_array_get(rows, first), *row;
	/* The proof is the group's: without it no metric of the group has a number. */
	bool is_void = !strcmp(json_str(opening, "proof"), "failed");
	json_int_t pairs = 0;
	size_t i = first;

	say_opening(out, opening);
	if (is_void)
		fputs("a proof failed, so nothing can be said of ", out);
	for (; (row = json_array_get(rows, i)) && text_same_group(row, opening); i++) {
		if (i > first)
			fputs(", ", out);
		if (is_void)
			fputs(json_str(row, "metric"), out);
		else
			say_row(out, row, alpha);
		if (json_int_or(row, "pairs", 0) > pairs)
			pairs = json_int_or(row, "pairs", 0);
	}
	say_ground(out, opening, pairs);
	return i;
}

json_t *sentence_make(const json_t *comparison)
{
	const json_t *rows = json_object_get(comparison, "comparisons");
	cleanup_free char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	if (!out)
		return json_null();
	for (size_t i = 0; i < json_array_size(rows);) {
		if (i)
			fputc('\n', out);
		i = say_group(out, rows, i, number_at(comparison, "alpha"));
	}
	if (!json_array_size(rows))
		fputs("There is nothing to compare: the plan has one arm or no key metric. What was "
		      "measured shows `ramrig figures`.", out);
	fclose(out);
	return json_string(text);
}
