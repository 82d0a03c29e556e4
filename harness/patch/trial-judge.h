/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RAMRIG_TRIAL_JUDGE_H
#define RAMRIG_TRIAL_JUDGE_H

#include "lib/json.h"
#include "result/outcome.h"

/*
 * The one verdict on a patch, out of all that was tried: the first of this table
 * that holds. Where it has the name of an outcome or of a comparison's verdict,
 * it means that.
 */
enum trial_verdict {
	TRIAL_DOES_NOT_BUILD,
	TRIAL_CRASHED,
	TRIAL_HUNG,
	TRIAL_NONCONFORMING,
	TRIAL_WORKLOAD_FAILED,
	TRIAL_REGRESSION,
	TRIAL_NEW_REPORTS,
	TRIAL_BASE_FAILS,
	TRIAL_INFRA_ERROR,
	TRIAL_INCONCLUSIVE,
	TRIAL_NO_EFFECT_POSSIBLE,
	TRIAL_IMPROVEMENT,
	TRIAL_EQUIVALENT,
	TRIAL_BOOTS,
	TRIAL_VERDICTS
};

struct trial_info {
	const char *name;
	const char *meaning;
	enum exit_code exit;
	int git_bisect;		/* what `git bisect run` is to be told: 0 good, 1 bad, 125 skip, 255 stop */
};

extern const struct trial_info trial_table[TRIAL_VERDICTS];

/*
 * Adds "verdict" and "reasons" (each a sentence, those that decide first) to the
 * report of a trial (docs/patches.md). Pure.
 */
void trial_judge(json_t *report);

/* The verdict that @report has. */
enum trial_verdict trial_verdict_of(const json_t *report);

/* Writes the table as Markdown: the reference in docs/. */
void trial_print_reference(FILE *out);

#endif
