/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdbool.h>
#include <string.h>
#include "compare/text.h"
#include "lib/cleanup.h"
#include "lib/file.h"
#include "patch/trial-judge.h"
#include "plan/plan.h"

enum { GIT_GOOD = 0, GIT_BAD = 1, GIT_SKIP = 125, GIT_STOP = 255 };

const struct trial_info trial_table[TRIAL_VERDICTS] = {
	[TRIAL_DOES_NOT_BUILD] = { "does-not-build", "it does not apply, configure or compile",
				   EXIT_USAGE, GIT_SKIP },
	[TRIAL_CRASHED] = { "crashed", "its kernel died", EXIT_KERNEL, GIT_BAD },
	[TRIAL_HUNG] = { "hung", "its kernel fell silent", EXIT_KERNEL, GIT_BAD },
	[TRIAL_NONCONFORMING] = { "nonconforming", "its kernel does not see the hardware, or cannot "
				  "do what a policy asks", EXIT_KERNEL, GIT_BAD },
	[TRIAL_WORKLOAD_FAILED] = { "workload-failed", "a workload failed on its kernel",
				    EXIT_FINDING, GIT_BAD },
	[TRIAL_REGRESSION] = { "regression", "a key metric is worse by more than its margin",
			       EXIT_FINDING, GIT_BAD },
	[TRIAL_NEW_REPORTS] = { "new-reports", "its kernel reported (a WARNING, a stall, ...) what "
				"that of the base did not", EXIT_FINDING, GIT_BAD },
	[TRIAL_BASE_FAILS] = { "base-fails", "the base fails as well: nothing can be said of the "
			       "patch", EXIT_KERNEL, GIT_SKIP },
	[TRIAL_INFRA_ERROR] = { "infra-error", "the rig or its host failed", EXIT_RIG, GIT_STOP },
	[TRIAL_INCONCLUSIVE] = { "inconclusive", "a key metric may be worse: more pairs would tell",
				 EXIT_WELL, GIT_SKIP },
	[TRIAL_NO_EFFECT_POSSIBLE] = { "no-effect-possible", "a policy did not act: no number",
				       EXIT_WELL, GIT_SKIP },
	[TRIAL_IMPROVEMENT] = { "improvement", "a key metric is better by more than its margin, and "
				"none is worse", EXIT_WELL, GIT_GOOD },
	[TRIAL_EQUIVALENT] = { "equivalent", "every key metric stays within its margin", EXIT_WELL,
			       GIT_GOOD },
	[TRIAL_BOOTS] = { "boots", "it boots and conforms; nothing was compared", EXIT_WELL,
			  GIT_GOOD },
};

/* Reasons, each with the verdict that it calls for. */
struct findings {
	json_t *reasons[TRIAL_VERDICTS];
};

static void find(struct findings *f, enum trial_verdict v, json_t *reason)
{
	if (!f->reasons[v])
		f->reasons[v] = json_array();
	json_array_append_new(f->reasons[v], reason);
}

static enum trial_verdict verdict_from_name(const char *name)
{
	enum trial_verdict v = 0;

	while (v < TRIAL_VERDICTS && strcmp(trial_table[v].name, name))
		v++;
	return v;
}

/* "smoke on dram: the kernel reported WARNING: ... in foo+0x1/0x2 (mm/foo.c:12)" */
static json_t *report_reason(const char *where, const json_t *report)
{
	const char *function = json_str(report, "function"), *line = json_str(report, "where");

	return json_sprintf("%s: the kernel reported %s%s%s%s%s%s", where, json_str(report, "title"),
			    *function ? " in " : "", function, line ? " (" : "", line ? line : "",
			    line ? ")" : "");
}

/* The reports of @mine, by hash, that @base (may be NULL) has not and no workload expects. */
static void find_reports(struct findings *f, const char *where, const json_t *mine,
			 const json_t *base)
{
	const json_t *report, *other;
	size_t i, k;

	json_array_foreach(mine, i, report) {
		bool known = json_is_true(json_object_get(report, "expected"));

		json_array_foreach(base, k, other)
			known |= !strcmp(json_str(report, "hash"), json_str(other, "hash"));
		if (!known)
			find(f, TRIAL_NEW_REPORTS, report_reason(where, report));
	}
}

/* A cell or boot that was not ok: whose matter it is. */
static void find_failure(struct findings *f, const char *where, const char *outcome,
			 const char *reason, bool base_fails)
{
	enum trial_verdict v = verdict_from_name(outcome);

	if (base_fails && v != TRIAL_INFRA_ERROR)
		find(f, TRIAL_BASE_FAILS, json_sprintf("%s: %s, and so is the base: %s", where, outcome,
						       reason));
	else if (v < TRIAL_VERDICTS)
		find(f, v, json_sprintf("%s: %s: %s", where, outcome, reason));
}

static void find_in_smoke(struct findings *f, const json_t *smoke)
{
	const json_t *boot;
	size_t i;

	json_array_foreach(smoke, i, boot) {
		const char *outcome = json_str(boot, "outcome");
		const json_t *base = json_object_get(boot, "base");
		cleanup_free char *where = path_format("smoke on %s", json_str(boot, "topology"));

		if (strcmp(outcome, "ok"))
			find_failure(f, where, outcome, json_str(boot, "reason"),
				     base && strcmp(json_str(base, "outcome"), "ok"));
		else
			find_reports(f, where, json_object_get(boot, "reports"),
				     json_object_get(base, "reports"));
	}
}

/* "nginx on dram, rps: -4.1 % (95 % interval -4.3 to -3.9 %, margin 1 %)" */
static json_t *row_reason(const json_t *row, double alpha)
{
	double margin = json_number_value(json_object_get(row, "margin"));
	const char *verdict = json_str(row, "verdict");
	cleanup_free char *change = text_change(row);
	cleanup_free char *interval = text_interval(row);
	cleanup_free char *sure = text_confidence(alpha);
	cleanup_free char *within = text_size(row, margin);

	return json_sprintf("%s on %s, %s: %s %s (%s interval %s, margin %s)",
			    json_str(row, "workload"), json_str(row, "topology"),
			    json_str(row, "metric"), verdict ? verdict : "no verdict", change, sure,
			    interval, within);
}

static void find_in_rows(struct findings *f, const json_t *comparison)
{
	double alpha = json_number_value(json_object_get(comparison, "alpha"));
	const json_t *row;
	size_t i;

	json_array_foreach(json_object_get(comparison, "comparisons"), i, row) {
		const char *verdict = json_str(row, "verdict");
		enum trial_verdict v = verdict ? verdict_from_name(verdict) : TRIAL_INCONCLUSIVE;

		if (v < TRIAL_VERDICTS)
			find(f, v, row_reason(row, alpha));
	}
}

static bool base_failed(const json_t *failures, const json_t *like)
{
	const json_t *cell;
	size_t i;

	json_array_foreach(failures, i, cell) {
		if (!strcmp(json_str(cell, "arm"), PLAN_BASE) &&
		    !strcmp(json_str(cell, "topology"), json_str(like, "topology")) &&
		    !strcmp(json_str(cell, "workload"), json_str(like, "workload")))
			return true;
	}
	return false;
}

static void find_in_comparison(struct findings *f, const json_t *contest)
{
	const json_t *comparison = json_object_get(contest, "comparison"), *cell;
	const json_t *failures = json_object_get(comparison, "failures");
	size_t i;

	json_array_foreach(failures, i, cell) {
		bool base = !strcmp(json_str(cell, "arm"), PLAN_BASE);
		cleanup_free char *where =
			path_format("%s on %s, cell %lld%s", json_str(cell, "workload"),
				    json_str(cell, "topology"), (long long)json_int_or(cell, "n", 0),
				    base ? " (the base)" : "");

		find_failure(f, where, json_str(cell, "outcome"), json_str(cell, "reason"),
			     base || base_failed(failures, cell));
	}
	find_reports(f, json_str(contest, "experiment"), json_object_get(contest, "new_reports"), NULL);
	find_in_rows(f, comparison);
}

void trial_judge(json_t *report)
{
	const char *broken = json_str(json_object_get(report, "build"), "error");
	const json_t *contest;
	json_t *reasons = json_array();
	enum trial_verdict verdict = TRIAL_BOOTS;
	struct findings f = { 0 };
	size_t i;

	if (broken)
		find(&f, TRIAL_DOES_NOT_BUILD, json_string(broken));
	find_in_smoke(&f, json_object_get(report, "smoke"));
	json_array_foreach(json_object_get(report, "comparisons"), i, contest)
		find_in_comparison(&f, contest);
	for (enum trial_verdict v = TRIAL_VERDICTS; v-- > 0;)
		verdict = f.reasons[v] ? v : verdict;
	for (enum trial_verdict v = 0; v < TRIAL_VERDICTS; v++) {
		json_array_extend(reasons, f.reasons[v]);
		json_decref(f.reasons[v]);
	}
	json_object_set_new(report, "verdict", json_string(trial_table[verdict].name));
	json_object_set_new(report, "reasons", reasons);
}

enum trial_verdict trial_verdict_of(const json_t *report)
{
	return verdict_from_name(json_str(report, "verdict"));
}

void trial_print_reference(FILE *out)
{
	fputs("| verdict | when | exit code | under `git bisect run` |\n"
	      "| --- | --- | --- | --- |\n", out);
	for (enum trial_verdict v = 0; v < TRIAL_VERDICTS; v++)
		fprintf(out, "| `%s` | %s | %d | %d |\n", trial_table[v].name, trial_table[v].meaning,
			trial_table[v].exit, trial_table[v].git_bisect);
}
