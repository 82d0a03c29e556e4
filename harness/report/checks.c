/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <string.h>
#include "compare/fidelity.h"
#include "compare/text.h"
#include "lib/cleanup.h"
#include "lib/file.h"
#include "lib/printable.h"
#include "report/checks.h"

#define MS_PER_S 1e3

/* What people see of it is one line, whatever a guest said, or a plan is called. */
static json_t *line_take(char *text)
{
	cleanup_free char *line = printable(text);

	free(text);
	return json_string(line);
}

static double wall_s(const json_t *doc)
{
	return (double)result_wall_ms(doc) / MS_PER_S;
}

/* The suite of a workload on a topology, made when first asked for. */
static json_t *suite_of(json_t *suites, const struct report *r, const char *workload,
			const char *topology)
{
	cleanup_json json_t *name = line_take(path_format("%s on %s", workload, topology));
	json_t *suite = json_array_find(suites, "suite", json_string_value(name));

	if (suite)
		return suite;
	suite = json_pack("{s:O, s:o, s:f, s:n, s:n, s:i, s:i, s:[]}", "suite", name, "class",
			  line_take(path_format("%s.%s.%s", json_str(r->comparison, "experiment"),
						workload, topology)),
			  "wall_s", 0.0, "started", "fidelity", "planned", 0, "done", 0, "checks");
	json_array_append_new(suites, suite);
	return suite;
}

static void check_add(json_t *suite, json_t *name, const char *status, const char *type,
		      json_t *reason, json_t *wall, json_t *details)
{
	json_array_append_new(json_object_get(suite, "checks"),
			      json_pack("{s:o, s:s, s:s, s:o, s:o, s:o}", "name", name, "status",
					status, "type", type, "reason", reason, "wall_s", wall,
					"details", details));
}

/*
 * The lines of the console that the cell's report is made of, behind a mark: some readers of
 * KTAP take a diagnostic line "Subtest: ..." for the head of one.
 */
static void context_add(json_t *details, const json_t *comparison, const char *hash)
{
	const json_t *report, *line;
	size_t i, k;

	json_array_foreach(json_object_get(comparison, "reports"), i, report) {
		if (!hash || strcmp(json_str(report, "hash"), hash))
			continue;
		json_array_foreach(json_object_get(report, "context"), k, line)
			json_array_append_new(
				details, line_take(path_format("| %s", json_string_value(line))));
	}
}

static void cell_check_add(json_t *suite, const struct report *r, const struct result_cell *c)
{
	const struct outcome_info *info = &outcome_table[c->outcome];
	const char *status = info->exit == EXIT_RIG ? "error" : "failed";
	json_t *details = json_array();

	json_array_append_new(
		details,
		line_take(path_format(
			"cell %u, pair %u: %s on %s, %s, %s: %s (%s); charged to the %s", c->n,
			c->pair, c->workload, c->topology, c->kernel, c->arm, info->name,
			info->meaning, json_str_or(c->doc, "charged_to", "rig"))));
	context_add(details, r->comparison, json_str(c->doc, "report"));
	check_add(suite,
		  line_take(path_format("cell %u: %s, %s, pair %u", c->n, c->arm, c->kernel,
					c->pair)),
		  status, info->name,
		  line_take(path_format("%s: %s", info->name, json_str_or(c->doc, "reason", ""))),
		  json_real(wall_s(c->doc)), details);
}

static void cells_add(json_t *suites, const struct report *r)
{
	for (size_t i = 0; i < r->result->n_cells; i++) {
		const struct result_cell *c = &r->result->cells[i];
		json_t *suite = suite_of(suites, r, c->workload, c->topology);
		const char *started = json_str(c->doc, "started");
		const char *first = json_str(suite, "started");

		json_count_up(suite, "planned");
		if (!c->doc)
			continue;
		json_count_up(suite, "done");
		if (started && (!first || strcmp(started, first) < 0))
			json_object_set_new(suite, "started", json_string(started));
		json_object_set_new(suite, "wall_s",
				    json_real(wall_s(c->doc) +
					      json_number_value(json_object_get(suite, "wall_s"))));
		if (c->outcome != OUTCOME_OK)
			cell_check_add(suite, r, c);
	}
}

static void boots_add(json_t *suites)
{
	json_t *suite;
	size_t i;

	json_array_foreach(suites, i, suite) {
		json_int_t planned = json_int_or(suite, "planned", 0);
		json_int_t left = planned - json_int_or(suite, "done", 0);
		json_t *details = json_array();

		json_array_append_new(details, json_sprintf("%lld boots planned, %lld done",
							    (long long)planned,
							    (long long)(planned - left)));
		check_add(suite, json_string("boots"), left ? "skipped" : "passed",
			  left ? "not-done" : "done",
			  left ? json_sprintf("%lld of %lld planned cells are not done",
					      (long long)left, (long long)planned)
			       : json_string(""),
			  json_incref(json_object_get(suite, "wall_s")), details);
	}
}

static const struct outcome_info *verdict_info(const json_t *row)
{
	const char *name = json_str(row, "verdict");

	for (int v = 0; name && v < VERDICT_COUNT; v++)
		if (!strcmp(verdict_table[v].name, name))
			return &verdict_table[v];
	return NULL;
}

static const char *verdict_status(const struct outcome_info *info, const json_t *row)
{
	if (!json_int_or(row, "pairs", 0))
		return "error";
	if (!info || info == &verdict_table[VERDICT_INCONCLUSIVE] ||
	    info == &verdict_table[VERDICT_NO_EFFECT_POSSIBLE])
		return "skipped";
	return info->exit == EXIT_WELL ? "passed" : "failed";
}

static json_t *verdict_reason(const struct outcome_info *info, const json_t *row)
{
	if (!json_int_or(row, "pairs", 0))
		return json_string("no pair of cells has it");
	if (!info)
		return json_string("a diagnostic: the plan asks for no verdict");
	return json_sprintf("%s: %s", info->name, info->meaning);
}

/* The figures of a comparison, with all that belongs to a figure. */
static json_t *comparison_details(const json_t *row, double alpha)
{
	const json_t *f = json_object_get(row, "fidelity"),
		     *margin = json_object_get(row, "margin");
	const json_t *p = json_object_get(row, "p_adjusted"), *mde = json_object_get(row, "mde");
	cleanup_free char *base =
		text_value(json_object_get(row, "base_median"), json_str(row, "unit"));
	cleanup_free char *arm =
		text_value(json_object_get(row, "arm_median"), json_str(row, "unit"));
	cleanup_free char *change = text_change(row), *interval = text_interval(row);
	cleanup_free char *sure = text_confidence(alpha);
	cleanup_free char *fidelity =
		json_is_object(f) ? fidelity_text(f) : path_format("no cell counts.");
	json_t *lines = json_array();

	json_array_append_new(
		lines,
		line_take(path_format("%s: %s %s, %s %s (medians); change %s, %s interval %s",
				      json_str(row, "metric"), json_str(row, "base"), base,
				      json_str(row, "arm"), arm, change, sure, interval)));
	if (json_is_number(margin) && json_is_number(p)) {
		cleanup_free char *m = text_size(row, json_number_value(margin));
		cleanup_free char *seen = json_is_number(mde)
						  ? text_size(row, json_number_value(mde))
						  : path_format("nothing");

		json_array_append_new(
			lines,
			line_take(path_format("margin %s, p adjusted %.2g in a family of %lld; %s "
					      "would be found 4 times of 5",
					      m, json_number_value(p),
					      (long long)json_int_or(row, "family", 0), seen)));
	}
	json_array_append_new(lines,
			      line_take(path_format("%lld boots, proof %s; %s",
						    2 * (long long)json_int_or(row, "pairs", 0),
						    json_str(row, "proof"), fidelity)));
	return lines;
}

static json_t *comparison_name(const json_t *row)
{
	const char *old = json_str(row, "base_kernel"), *new = json_str(row, "arm_kernel");

	return line_take(path_format("%s: %s against %s, %s%s%s", json_str(row, "metric"),
				     json_str(row, "arm"), json_str(row, "base"), new,
				     strcmp(old, new) ? " against " : "",
				     strcmp(old, new) ? old : ""));
}

static void comparisons_add(json_t *suites, const struct report *r)
{
	double alpha = json_number_value(json_object_get(r->comparison, "alpha"));
	const json_t *row;
	size_t i;

	json_array_foreach(json_object_get(r->comparison, "comparisons"), i, row) {
		json_t *suite =
			suite_of(suites, r, json_str(row, "workload"), json_str(row, "topology"));
		const struct outcome_info *info = verdict_info(row);
		const json_t *f = json_object_get(row, "fidelity");

		if (json_is_object(f))
			json_object_set_new(suite, "fidelity", line_take(fidelity_text(f)));
		check_add(suite, comparison_name(row), verdict_status(info, row),
			  info ? info->name : "diagnostic", verdict_reason(info, row), json_null(),
			  comparison_details(row, alpha));
	}
}

int checks_make(const struct report *r, json_t **ret, struct err *e)
{
	json_t *suites = json_array();

	if (!suites)
		return err_set(e, ENOMEM, "out of memory for the checks");
	cells_add(suites, r);
	boots_add(suites);
	comparisons_add(suites, r);
	*ret = suites;
	return 0;
}

size_t checks_count(const json_t *suite, const char *status)
{
	const json_t *check;
	size_t i, n = 0;

	json_array_foreach(json_object_get(suite, "checks"), i, check)
		n += !strcmp(json_str(check, "status"), status);
	return n;
}
