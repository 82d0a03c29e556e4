/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <math.h>
#include <string.h>
#include "claims/assess.h"
#include "claims/match.h"
#include "claims/stated.h"
#include "lib/cleanup.h"
#include "lib/file.h"
#include "plan/plan.h"

#define PAIRS_TOLD_MOST 10000 /* more is no advice */
#define BOOTS_LEAST	6     /* fewer that agree say little of the next */

/* What a figure needs of the cells it is held against. */
static bool needs_hardware_time(const json_t *fidelity)
{
	return !strcmp(json_str_or(fidelity, "accelerator", ""), "kvm");
}

static bool needs_slower_node(const json_t *fidelity)
{
	json_t *nodes = json_object_get(fidelity, "nodes"), *how;
	const char *number;

	json_object_foreach(nodes, number, how)
		if (!strcmp(json_str_or(nodes, number, ""), "tier: host-bound"))
			return true;
	return false;
}

static const struct {
	const char *name;
	bool (*holds)(const json_t *fidelity);
	const char *why_not;
} needs[] = {
	{ "hardware-time", needs_hardware_time,
	  "it is about time on a processor, and these cells ran in an emulator" },
	{ "slower-node", needs_slower_node,
	  "it takes a memory node that is really slower, and these cells had none" },
};

/* What was found for a figure. */
struct found {
	const struct claim_result *result;
	const json_t *row;   /* of the comparison, or of the figures ("each") */
	const json_t *place; /* of "each" */
	json_t *times;
};

static json_int_t row_pairs(const json_t *row)
{
	return json_int_or(row, "pairs", json_int_or(row, "boots", 0));
}

/* The result with the most pairs of what @stated asks for; false where none has it. */
static bool find(const json_t *stated, const json_t *plans, const struct claim_results *rs,
		 struct found *ret)
{
	const json_t *wanted = json_object_get(plans, json_str(stated, "experiment"));
	bool each = !strcmp(json_str(stated, "states"), "each");

	*ret = (struct found){ 0 };
	for (size_t i = 0; i < rs->n; i++) {
		const struct claim_result *r = &rs->v[i];
		const json_t *place = NULL, *row;
		cleanup_json json_t *times = NULL;

		if (!match_plan(r->plan, wanted, stated, &times))
			continue;
		row = each ? match_figure(r->figures, stated, &place)
			   : match_row(r->comparison, stated);
		if (!row || (ret->row && row_pairs(row) <= row_pairs(ret->row)))
			continue;
		json_decref(ret->times);
		*ret = (struct found){ r, row, place, json_incref(times) };
	}
	return ret->row;
}

static void conclude(json_t *figure, enum claim_verdict v, const char *reason)
{
	json_object_set_new(figure, "verdict", json_string(claim_verdict_table[v].name));
	json_object_set_new(figure, "reason", json_string(reason));
}

static const json_t *fidelity_of(const struct found *f)
{
	return json_object_get(f->place ? f->place : f->row, "fidelity");
}

static json_t *ours_json(const struct found *f)
{
	static const char *const keys[] = { "base",	   "arm",	 "workload", "topology",
					    "metric",	   "unit",	 "better",   "scale",
					    "base_median", "arm_median", "change",   "ci",
					    "pairs",	   "proof",	 "median",   "least",
					    "most",	   "boots" };
	json_t *ours = json_pack("{s:s, s:O, s:O}", "result", f->result->dir, "experiment",
				 json_object_get(f->result->plan, "experiment"), "times", f->times);

	for (size_t i = 0; i < ARRAY_SIZE(keys); i++) {
		json_t *v = json_object_get(f->row, keys[i]);

		if (!v && f->place)
			v = json_object_get(f->place, keys[i]);
		if (v)
			json_object_set(ours, keys[i], v);
	}
	json_object_set(ours, "fidelity", (json_t *)fidelity_of(f));
	return ours;
}

static bool is_zero(const json_t *v)
{
	return json_is_number(v) && json_number_value(v) == 0;
}

/* Why what was found cannot tell, or NULL. */
static const char *cannot_tell(const json_t *stated, const struct found *f)
{
	const char *scale = json_str(stated, "scale");
	const json_t *need;
	size_t i, k;

	if (!strcmp(json_str_or(f->row, "proof", "none"), "failed"))
		return "a policy did not act: its proof failed";
	json_array_foreach(json_object_get(stated, "needs"), i, need)
		for (k = 0; k < ARRAY_SIZE(needs); k++)
			if (!strcmp(needs[k].name, json_string_value(need)) &&
			    !needs[k].holds(fidelity_of(f)))
				return needs[k].why_not;
	if (!strcmp(json_str(stated, "states"), "less") &&
	    is_zero(json_object_get(f->row, "base_median")) &&
	    is_zero(json_object_get(f->row, "arm_median")))
		return "there was none of it to begin with";
	if (!f->place && strcmp(scale, "any") && strcmp(scale, json_str(f->row, "scale")))
		return "the metric is not compared on the scale of the claim";
	return NULL;
}

static void judge_each(json_t *figure, const struct found *f)
{
	double wanted = strtod(json_str(figure, "value"), NULL);
	double least = json_number_value(json_object_get(f->row, "least"));
	double most = json_number_value(json_object_get(f->row, "most"));
	json_int_t boots = json_int_or(f->row, "boots", 0);
	bool same = least == wanted && most == wanted;
	cleanup_free char *why =
		path_format("%lld boots, from %g to %g", (long long)boots, least, most);

	if (same && boots < BOOTS_LEAST)
		conclude(figure, CLAIM_INCONCLUSIVE, why);
	else
		conclude(figure, same ? CLAIM_REPRODUCED : CLAIM_CONTRADICTED, why);
}

static char *runs_text(const json_t *figure, const struct claim_band *b)
{
	json_int_t runs = json_int_or(figure, "runs", 0);

	if (!isfinite(b->runs_needed))
		return path_format("the vendor's own scatter: with no change and no tolerance, no "
				   "number of runs would show it");
	if (runs)
		return path_format(
			"the vendor's own scatter: it would take %.0f runs of each arm to show "
			"it, and there were %lld",
			b->runs_needed, (long long)runs);
	return path_format(
		"the vendor's own scatter: it would take %.0f runs of each arm to show it, and "
		"nobody says how many there were",
		b->runs_needed);
}

static char *why_text(const json_t *figure, enum claim_why why, const struct claim_stated *s,
		      const struct claim_band *b, const struct claim_seen *seen, double alpha)
{
	double pairs;

	switch (why) {
	case CLAIM_WHY_UNBOUNDED:
		return path_format("%u pair%s exclude%s nothing: it takes %u", seen->pairs,
				   seen->pairs == 1 ? "" : "s", seen->pairs == 1 ? "s" : "",
				   plan_pairs_needed(1, alpha));
	case CLAIM_WHY_VENDOR:
		return runs_text(figure, b);
	case CLAIM_WHY_STRADDLES:
		pairs = claim_pairs_needed(s, b, seen);
		if (pairs > PAIRS_TOLD_MOST)
			return path_format(
				"the interval reaches over an end of what would do, and the change "
				"lies on it");
		return path_format(
			"the interval reaches over an end of what would do; about %.0f pairs "
			"would tell",
			pairs);
	default:
		return path_format("%s", "");
	}
}

static void judge_change(json_t *figure, const struct found *f)
{
	bool ratio = !strcmp(json_str(f->row, "scale"), "ratio");
	const json_t *ci = json_object_get(f->row, "ci");
	const json_t *low = json_array_get(ci, 0), *high = json_array_get(ci, 1);
	struct claim_seen seen = {
		.change = json_number_value(json_object_get(f->row, "change")),
		.ci = { json_is_number(low) ? json_number_value(low) : -INFINITY,
			json_is_number(high) ? json_number_value(high) : INFINITY },
		.pairs = (unsigned)json_int_or(f->row, "pairs", 0),
	};
	struct claim_stated s;
	struct claim_band b;
	enum claim_why why;

	stated_numbers(figure, ratio, &s);
	claim_band(&s, &b);
	json_object_set_new(figure, "band", json_pack("[o, o]", json_real_or_null(b.low),
						      json_real_or_null(b.high)));
	json_object_set_new(figure, "vendor_interval",
			    json_pack("[o, o]", json_real_or_null(b.vendor[0]),
				      json_real_or_null(b.vendor[1])));
	enum claim_verdict v = claim_judge(&b, &seen, &why);
	cleanup_free char *reason =
		why_text(figure, why, &s, &b, &seen,
			 json_number_value(json_object_get(f->result->plan, "alpha")));
	conclude(figure, v, reason);
}

/* How many runs the vendor's own figure takes is known without any of ours. */
static void runs_put(json_t *figure)
{
	struct claim_stated s;
	struct claim_band b;

	stated_numbers(figure, strcmp(json_str(figure, "scale"), "difference"), &s);
	claim_band(&s, &b);
	json_object_set_new(figure, "runs_needed", json_real_or_null(b.runs_needed));
}

/* Why no cells of this host could tell, or NULL. */
static const char *host_cannot_tell(const json_t *stated, const struct claim_results *rs)
{
	if (!json_array_size(json_object_get(stated, "needs")) || !rs->accelerator ||
	    !strcmp(rs->accelerator, "kvm"))
		return NULL;
	return "it is about time on hardware, and this host has an emulator";
}

static void figure_assess(json_t *figure, const json_t *plans, const struct claim_results *rs)
{
	const char *untestable = json_str(figure, "not_testable");
	struct found f = { 0 };

	runs_put(figure);
	if (untestable) {
		json_object_set_new(figure, "ours", json_null());
		conclude(figure, CLAIM_NOT_TESTABLE, untestable);
		return;
	}
	if (!find(figure, plans, rs, &f)) {
		const char *why = host_cannot_tell(figure, rs);

		json_object_set_new(figure, "ours", json_null());
		conclude(figure, why ? CLAIM_NOT_TESTABLE : CLAIM_INCONCLUSIVE,
			 why ? why : "not measured");
		return;
	}
	const char *cannot = cannot_tell(figure, &f);

	json_object_set_new(figure, "ours", ours_json(&f));
	if (cannot)
		conclude(figure, CLAIM_NOT_TESTABLE, cannot);
	else if (f.place)
		judge_each(figure, &f);
	else
		judge_change(figure, &f);
	json_decref(f.times);
}

static void verdicts_count(const json_t *figures, json_t *counts)
{
	const json_t *figure;
	size_t i;

	json_array_foreach(figures, i, figure)
		json_count_up(counts, json_str(figure, "verdict"));
}

static json_t *results_json(const struct claim_results *rs)
{
	json_t *all = json_array();

	for (size_t i = 0; i < rs->n; i++)
		json_array_append_new(
			all, json_pack("{s:s, s:O, s:O}", "result", rs->v[i].dir, "experiment",
				       json_object_get(rs->v[i].plan, "experiment"), "cells",
				       json_object_get(rs->v[i].comparison, "cells")));
	return all;
}

int claims_assess(const json_t *claims, const json_t *plans, const struct claim_results *rs,
		  json_t **ret, struct err *e)
{
	cleanup_json json_t *all = json_array(), *counts = json_object();
	const json_t *claim;
	json_t *figure;
	size_t i, k;

	for (int v = 0; v < CLAIM_VERDICTS; v++)
		json_object_set_new(counts, claim_verdict_table[v].name, json_integer(0));
	json_array_foreach(claims, i, claim) {
		cleanup_json json_t *figures = NULL;

		if (stated_collect(claim, &figures, NULL, e))
			return -e->code;
		json_array_foreach(figures, k, figure)
			figure_assess(figure, plans, rs);
		verdicts_count(figures, counts);
		json_array_append_new(all, json_pack("{s:O, s:O, s:O, s:O}", "claim",
						     json_object_get(claim, "claim"), "summary",
						     json_object_get(claim, "summary"), "source",
						     json_object_get(claim, "source"), "figures",
						     figures));
	}
	*ret = json_pack("{s:i, s:O, s:o, s:O}", "schema", 1, "verdicts", counts, "results",
			 results_json(rs), "claims", all);
	return *ret ? 0 : err_set(e, ENOMEM, "out of memory for the claims");
}

enum exit_code claims_exit(const json_t *assessed)
{
	const json_t *counts = json_object_get(assessed, "verdicts"), *result;
	enum exit_code code = EXIT_WELL;
	size_t i;

	for (int v = 0; v < CLAIM_VERDICTS; v++)
		if (json_int_or(counts, claim_verdict_table[v].name, 0))
			code = exit_code_worse(code, claim_verdict_table[v].exit);
	json_array_foreach(json_object_get(assessed, "results"), i, result)
		for (int o = 0; o < OUTCOME_COUNT; o++)
			if (json_int_or(json_object_get(result, "cells"), outcome_table[o].name, 0))
				code = exit_code_worse(code, outcome_table[o].exit);
	return code;
}
