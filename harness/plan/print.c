/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <inttypes.h>
#include <libsmartcols.h>
#include <string.h>
#include "calibrate/known.h"
#include "lib/cleanup.h"
#include "lib/quantity.h"
#include "plan/plan.h"
#include "result/result.h"
#include "stats/sequential.h"

static inline void cleanup_tablep(struct libscols_table **t)
{
	scols_unref_table(*t);
}
#define cleanup_table __attribute__((cleanup(cleanup_tablep)))

static void arm_print(const json_t *arm, FILE *out)
{
	const json_t *policy;
	size_t i;

	fprintf(out, "  arm %s%s: ", json_str(arm, "name"),
		json_is_true(json_object_get(arm, "base")) ? " (base)" : "");
	json_array_foreach(json_object_get(arm, "policies"), i, policy)
		fprintf(out, "%s%s", i ? ", " : "", json_string_value(policy));
	if (!i)
		fputs("no policy", out);
	if (json_str(arm, "kernel"))
		fprintf(out, "; kernel %s", json_str(arm, "kernel"));
	fputc('\n', out);
}

static void metric_print(const json_t *metric, FILE *out)
{
	double margin = json_number_value(json_object_get(metric, "margin"));
	const char *unit = json_str(metric, "unit");
	char size[QUANTITY_TEXT];

	fprintf(out, "  metric %s: %s is better, margin ", json_str(metric, "name"),
		json_str(metric, "better"));
	if (!strcmp(json_str(metric, "scale"), "ratio"))
		fprintf(out, "%.6g%%\n", 100 * margin);
	else if (!strcmp(unit, "bytes"))
		fprintf(out, "%s\n", quantity_show(QUANTITY_SIZE, (uint64_t)margin, size, sizeof(size)));
	else
		fprintf(out, "%.6g %s\n", margin, unit);
}

/* @workload needs the events, or NULL: the experiment says so. */
static void trace_print(const json_t *events, const char *workload, FILE *out)
{
	const json_t *event;
	size_t i;

	json_array_foreach(events, i, event) {
		if (!i)
			fprintf(out, "  trace%s%s: ", workload ? " of " : "",
				workload ? workload : "");
		fprintf(out, "%s%s", i ? ", " : "", json_string_value(event));
	}
	if (json_array_size(events))
		fputc('\n', out);
}

/* The looks, and from which one on a family of this size can alarm. */
static void looks_plan_print(unsigned long family, double alpha, FILE *out)
{
	fprintf(out, "Family: %lu key comparison%s at alpha %.4g in %d looks, until all are decided or "
		"futile:", family, family == 1 ? "" : "s", alpha, SEQUENTIAL_LOOKS);
	for (size_t i = 0; i < SEQUENTIAL_LOOKS; i++) {
		double own = sequential_alpha(alpha, i);
		bool able = plan_pairs_needed(family, own) <= sequential_pairs[i];

		fprintf(out, "%s %u pairs at %.3g%s", i ? "," : "", sequential_pairs[i], own,
			able ? "" : " (nothing can be significant)");
	}
	fputs(".\n", out);
}

/* What a verdict would rest on, or why there will be none. */
static void family_print(const json_t *plan, FILE *out)
{
	unsigned long family = (unsigned long)json_int_or(plan, "family", 0);
	double alpha = json_number_value(json_object_get(plan, "alpha"));
	json_int_t pairs = json_int_or(plan, "pairs", 0);

	if (json_is_true(json_object_get(plan, "diagnostic"))) {
		fputs("Diagnostic: figures without verdicts.\n", out);
		return;
	}
	if (json_is_true(json_object_get(plan, "sequential"))) {
		looks_plan_print(family, alpha, out);
		return;
	}
	fprintf(out, "Family: %lu key comparison%s at alpha %.4g; the least p of %" JSON_INTEGER_FORMAT
		" pairs is 2^-%" JSON_INTEGER_FORMAT "; at least %u pairs are needed.\n", family,
		family == 1 ? "" : "s", alpha, pairs, pairs - 1, plan_pairs_needed(family, alpha));
}

void plan_print_noise(const json_t *plan, FILE *out)
{
	double alpha = json_number_value(json_object_get(plan, "alpha"));
	unsigned long family = (unsigned long)json_int_or(plan, "family", 1);
	const json_t *place, *metric;
	size_t i, k;

	if (json_is_true(json_object_get(plan, "diagnostic")))
		return;
	json_array_foreach(json_object_get(plan, "calibration"), i, place) {
		json_array_foreach(json_object_get(plan, "metrics"), k, metric) {
			cleanup_free char *text = NULL;

			if (!result_asks(metric, json_str(place, "workload")))
				continue;
			text = known_sentence(place, metric, alpha, family ? family : 1);
			fprintf(out, "Noise: %s.\n", text);
		}
	}
}

/* The load that a cell's parameters ask for: boots and settling come on top. */
static json_int_t cell_load_ms(const json_t *plan, const json_t *cell)
{
	const json_t *workload = json_object_get(json_object_get(plan, "workloads"),
						 json_str(cell, "workload"));
	json_int_t ms = 0;
	const char *name;
	json_t *p;

	json_object_foreach(json_object_get(workload, "parameters"), name, p)
		if (!strcmp(json_str(p, "unit"), "duration"))
			ms += json_int_or(p, "value", 0);
	return ms;
}

static void time_print(const json_t *plan, FILE *out)
{
	const json_t *cells = json_object_get(plan, "cells"), *cell;
	json_int_t ms = 0;
	size_t i;

	json_array_foreach(cells, i, cell)
		ms += cell_load_ms(plan, cell);
	fprintf(out, "Time: %zu boots, with %.0f s of load in guest time among them; booting, "
		"starting and settling come on top.\n", json_array_size(cells), (double)ms / 1000);
}

static void cells_print(const json_t *plan, FILE *out)
{
	static const struct { const char *title, *key; int flags; } columns[] = {
		{ "CELL", "n", SCOLS_FL_RIGHT },
		{ "PAIR", "pair", SCOLS_FL_RIGHT },
		{ "KERNEL", "kernel", 0 },
		{ "TOPOLOGY", "topology", 0 },
		{ "WORKLOAD", "workload", 0 },
		{ "ARM", "arm", 0 },
		{ "SEED", "seed", SCOLS_FL_RIGHT },
	};
	cleanup_table struct libscols_table *table = scols_new_table();
	const json_t *cell;
	size_t n, i;

	if (!table)
		return;
	scols_table_set_stream(table, out);
	scols_table_set_termforce(table, SCOLS_TERMFORCE_NEVER);
	for (i = 0; i < ARRAY_SIZE(columns); i++)
		scols_table_new_column(table, columns[i].title, 0, columns[i].flags);
	json_array_foreach(json_object_get(plan, "cells"), n, cell) {
		struct libscols_line *line = scols_table_new_line(table, NULL);

		for (i = 0; line && i < ARRAY_SIZE(columns); i++) {
			const json_t *v = json_object_get(cell, columns[i].key);
			char number[24];

			snprintf(number, sizeof(number), "%" JSON_INTEGER_FORMAT, json_integer_value(v));
			scols_line_set_data(line, i, json_is_string(v) ? json_string_value(v) : number);
		}
	}
	scols_print_table(table);
}

void plan_print(const json_t *plan, FILE *out)
{
	json_int_t scale = json_int_or(plan, "scale", 1);
	const json_t *item;
	const char *name;
	json_t *workload;
	size_t i;

	fprintf(out, "Experiment %s: %s\n", json_str(plan, "experiment"), json_str(plan, "summary"));
	fprintf(out, "  %" JSON_INTEGER_FORMAT " pairs, %s clock, seed %" JSON_INTEGER_FORMAT,
		json_int_or(plan, "pairs", 0), json_str(plan, "clock"), json_int_or(plan, "seed", 0));
	if (scale > 1)
		fprintf(out, ", topologies at %" JSON_INTEGER_FORMAT " times their size", scale);
	if (!strcmp(json_str(plan, "workload_scale"), "full"))
		fputs(", workloads at full scale", out);
	fputc('\n', out);
	if (json_object_get(plan, "limit_ratio"))
		fprintf(out, "  memory.max of limited groups: %.4g times their peak without limits, "
			"which pair 0 measures\n",
			json_number_value(json_object_get(plan, "limit_ratio")));
	json_array_foreach(json_object_get(plan, "arms"), i, item)
		arm_print(item, out);
	json_array_foreach(json_object_get(plan, "metrics"), i, item)
		metric_print(item, out);
	trace_print(json_object_get(plan, "trace"), NULL, out);
	json_object_foreach(json_object_get(plan, "workloads"), name, workload)
		trace_print(json_object_get(workload, "trace"), name, out);
	family_print(plan, out);
	plan_print_noise(plan, out);
	time_print(plan, out);
	fputc('\n', out);
	cells_print(plan, out);
}
