/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>
#include "cli/trial-print.h"
#include "lib/cleanup.h"
#include "patch/trial-judge.h"
#include "plan/plan.h"

#define LABEL 13	/* columns of what stands on the left */

static void print_smoke(const json_t *smoke, FILE *out)
{
	const json_t *boot;
	size_t i;

	json_array_foreach(smoke, i, boot)
		fprintf(out, "%-*s%s: %s, %.1f s\n", LABEL, i ? "" : "smoke", json_str(boot, "topology"),
			json_str(boot, "outcome"),
			json_number_value(json_object_get(boot, "seconds")));
}

static void print_comparison(const json_t *contest, FILE *out)
{
	const json_t *comparison = json_object_get(contest, "comparison");
	const json_t *cells = json_object_get(comparison, "cells"), *count;
	const char *outcome, *sep = "";

	fprintf(out, "%-*s", LABEL, json_str(contest, "experiment"));
	json_object_foreach((json_t *)cells, outcome, count) {
		if (!json_integer_value(count))
			continue;
		fprintf(out, "%s%lld %s", sep, (long long)json_integer_value(count), outcome);
		sep = ", ";
	}
	fprintf(out, "; all figures: ramrig compare %s\n", json_str(contest, "result"));
}

/* The kernel's own words, where it failed or reported something while it was booted. */
static void print_contexts(const json_t *smoke, FILE *out)
{
	const json_t *boot, *report, *line;
	size_t i, k, n;

	json_array_foreach(smoke, i, boot) {
		json_array_foreach(json_object_get(boot, "reports"), k, report) {
			fprintf(out, "\n%s on %s (report %s):\n", json_str(report, "title"),
				json_str(boot, "topology"), json_str(report, "hash"));
			json_array_foreach(json_object_get(report, "context"), n, line)
				fprintf(out, "    %s\n", json_string_value(line));
		}
	}
}

void trial_print(const json_t *report, const char *dir, FILE *out)
{
	const struct trial_info *v = &trial_table[trial_verdict_of(report)];
	const json_t *build = json_object_get(report, "build"), *item;
	const json_t *smoke = json_object_get(report, "smoke");
	size_t i;

	fprintf(out, "%s against %s\n\n%-*s%s, %.1f s\n", json_str(report, "patched"),
		json_str(report, "base"), LABEL, "build",
		json_str(build, "error") ? "refused" : "ok",
		json_number_value(json_object_get(build, "seconds")));
	print_smoke(smoke, out);
	json_array_foreach(json_object_get(report, "comparisons"), i, item)
		print_comparison(item, out);
	fprintf(out, "\nVerdict: %s (%s)\n", v->name, v->meaning);
	json_array_foreach(json_object_get(report, "reasons"), i, item)
		fprintf(out, "  %s\n", json_string_value(item));
	print_contexts(smoke, out);
	fprintf(out, "\nresult: %s\n", dir);
}
