/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RAMRIG_OUTCOME_H
#define RAMRIG_OUTCOME_H

#include <stddef.h>

/* What a process of ramrig exits with. Where several hold: 2, 4, 1, 3, 0. */
enum exit_code {
	EXIT_WELL = 0,		/* all well */
	EXIT_FINDING = 1,	/* a regression, a workload failure or a contradicted claim */
	EXIT_USAGE = 2,		/* bad usage or input, nothing started */
	EXIT_RIG = 3,		/* the rig failed */
	EXIT_KERNEL = 4,	/* the kernel under test crashed, hung or did not conform */
};

/* How a cell ended. */
enum outcome {
	OUTCOME_OK,
	OUTCOME_CRASHED,
	OUTCOME_HUNG,
	OUTCOME_WORKLOAD_FAILED,
	OUTCOME_NONCONFORMING,
	OUTCOME_INFRA_ERROR,
	OUTCOME_COUNT
};

/* What a comparison says. */
enum verdict {
	VERDICT_REGRESSION,
	VERDICT_IMPROVEMENT,
	VERDICT_EQUIVALENT,
	VERDICT_INCONCLUSIVE,
	VERDICT_NO_EFFECT_POSSIBLE,
	VERDICT_COUNT
};

/* The one table of each: help, docs, reports and exit codes quote it. */
struct outcome_info {
	const char *name;
	const char *meaning;
	enum exit_code exit;
};

extern const struct outcome_info outcome_table[OUTCOME_COUNT];
extern const struct outcome_info verdict_table[VERDICT_COUNT];
extern const char *const exit_code_meaning[EXIT_KERNEL + 1];
extern const char exit_code_order[];	/* which one counts where several hold, as a sentence */

/* Returns the outcome called @name, or OUTCOME_COUNT. */
enum outcome outcome_from_name(const char *name);

/* Of two exit codes, the one that a process in which both hold returns. */
enum exit_code exit_code_worse(enum exit_code a, enum exit_code b);

#endif
