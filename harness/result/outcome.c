/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>
#include "lib/cleanup.h"
#include "result/outcome.h"

const struct outcome_info outcome_table[OUTCOME_COUNT] = {
	[OUTCOME_OK] = { "ok", "everything ran and every figure was read", EXIT_WELL },
	[OUTCOME_CRASHED] = { "crashed", "the kernel under test died", EXIT_KERNEL },
	[OUTCOME_HUNG] = { "hung", "the kernel under test fell silent", EXIT_KERNEL },
	[OUTCOME_WORKLOAD_FAILED] = { "workload-failed",
				      "errors in the service, or work left undone", EXIT_FINDING },
	[OUTCOME_NONCONFORMING] = { "nonconforming",
				    "the guest differs from the declared topology, or its "
				    "kernel cannot do what a policy asks", EXIT_KERNEL },
	[OUTCOME_INFRA_ERROR] = { "infra-error",
				  "the rig or its host failed; tried again twice", EXIT_RIG },
};

const struct outcome_info verdict_table[VERDICT_COUNT] = {
	[VERDICT_REGRESSION] = { "regression",
				 "adjusted p <= alpha, and worse by more than the margin",
				 EXIT_FINDING },
	[VERDICT_IMPROVEMENT] = { "improvement",
				  "adjusted p <= alpha, and better by more than the margin",
				  EXIT_WELL },
	[VERDICT_EQUIVALENT] = { "equivalent",
				 "the whole interval lies inside the margin", EXIT_WELL },
	[VERDICT_INCONCLUSIVE] = { "inconclusive",
				   "neither; the smallest effect that could have been seen is shown",
				   EXIT_WELL },
	[VERDICT_NO_EFFECT_POSSIBLE] = { "no-effect-possible",
					 "the arm's proof failed: never a number", EXIT_WELL },
};

const char *const exit_code_meaning[EXIT_KERNEL + 1] = {
	[EXIT_WELL] = "all well",
	[EXIT_FINDING] = "a regression, a workload failure or a contradicted claim "
			 "(with --strict also no-effect-possible)",
	[EXIT_USAGE] = "bad usage or input, nothing started",
	[EXIT_RIG] = "the rig failed",
	[EXIT_KERNEL] = "the kernel under test crashed, hung or did not conform",
};

const char exit_code_order[] = "Where several hold: the first of 2, 4, 1, 3, 0.";

enum outcome outcome_from_name(const char *name)
{
	enum outcome o = 0;

	while (o < OUTCOME_COUNT && strcmp(outcome_table[o].name, name))
		o++;
	return o;
}

enum exit_code exit_code_worse(enum exit_code a, enum exit_code b)
{
	static const enum exit_code order[] = { EXIT_USAGE, EXIT_KERNEL, EXIT_FINDING, EXIT_RIG };

	for (size_t i = 0; i < ARRAY_SIZE(order); i++) {
		if (a == order[i] || b == order[i])
			return order[i];
	}
	return EXIT_WELL;
}
