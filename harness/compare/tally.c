/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "compare/tally.h"
#include "lib/cleanup.h"
#include "lib/file.h"

static void cells_count(const struct result *r, size_t counts[static OUTCOME_COUNT + 1])
{
	for (size_t i = 0; i < r->n_cells; i++)
		counts[r->cells[i].outcome]++;
}

json_t *tally_cells(const struct result *a, const struct result *b)
{
	size_t counts[OUTCOME_COUNT + 1] = { 0 };
	json_t *j = json_object();

	cells_count(a, counts);
	if (b)
		cells_count(b, counts);
	for (int o = 0; o <= OUTCOME_COUNT; o++)
		json_object_set_new(j, o < OUTCOME_COUNT ? outcome_table[o].name : "not-done",
				    json_integer((json_int_t)counts[o]));
	return j;
}

static void failures_add(const struct result *r, json_t *to)
{
	for (size_t i = 0; i < r->n_cells; i++) {
		const struct result_cell *c = &r->cells[i];

		if (!c->doc || c->outcome == OUTCOME_OK)
			continue;
		json_array_append_new(
			to, json_pack("{si, si, ss, ss, ss, ss, ss, ss, ss?}", "n", (int)c->n, "pair",
				      (int)c->pair, "kernel", c->kernel, "topology", c->topology,
				      "workload", c->workload, "arm", c->arm, "outcome",
				      outcome_table[c->outcome].name, "reason",
				      json_str(c->doc, "reason"), "report",
				      json_str(c->doc, "report")));
	}
}

json_t *tally_failures(const struct result *a, const struct result *b)
{
	json_t *all = json_array();

	failures_add(a, all);
	if (b)
		failures_add(b, all);
	return all;
}

/* What a policy should or, where it may idle, could have done in @c, and did not. */
static void proofs_count(const struct result_cell *c, json_t *seen)
{
	const json_t *checks = json_object_get(json_object_get(c->doc, "proof"), "checks"), *check;
	size_t i;

	json_array_foreach(checks, i, check) {
		if (!json_is_false(json_object_get(check, "ok")))
			continue;
		cleanup_free char *text = path_format(
			"policy '%s' of arm '%s' %s on %s: not so: %s (%s)",
			json_str_or(check, "policy", "?"), c->arm,
			json_is_true(json_object_get(check, "may_idle")) ? "had nothing to do" :
									   "did not act",
			c->workload,
			json_str_or(check, "what", "?"), json_str_or(check, "wanted", "?"));
		cleanup_json json_t *line = json_sentence(text);

		json_count_up(seen, json_string_value(line));
	}
}

/* Counts in @seen how many cells say each text. */
static void warnings_count(const struct result *r, json_t *seen)
{
	for (size_t i = 0; i < r->n_cells; i++) {
		const struct result_cell *c = &r->cells[i];
		const json_t *w;
		size_t at;

		json_array_foreach(json_object_get(c->doc, "warnings"), at, w) {
			if (json_is_string(w))
				json_count_up(seen, json_string_value(w));
		}
		if (c->outcome == OUTCOME_OK)
			proofs_count(c, seen);
	}
}

json_t *tally_warnings(const struct result *a, const struct result *b)
{
	cleanup_json json_t *seen = json_object();
	json_t *all = json_array(), *count;
	const char *text;

	json_array_extend(all, a->warnings);
	warnings_count(a, seen);
	if (b) {
		json_array_extend(all, b->warnings);
		warnings_count(b, seen);
	}
	json_object_foreach(seen, text, count) {
		json_int_t n = json_integer_value(count);

		json_array_append_new(all, json_sprintf("%s (%lld cell%s)", text, (long long)n,
							n == 1 ? "" : "s"));
	}
	return all;
}
