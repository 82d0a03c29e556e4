/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include "cli/command.h"
#include "cli/show.h"
#include "compare/compare.h"
#include "lib/cleanup.h"
#include "result/result.h"

static int opt_json, opt_strict;

static const struct poptOption options[] = {
	{ "json", 0, POPT_ARG_NONE, &opt_json, 0, "print the comparison as JSON, for programs", NULL },
	{ "strict", 0, POPT_ARG_NONE, &opt_strict, 0,
	  "exit with 1 also when a policy's proof failed", NULL },
	POPT_TABLEEND
};

static enum exit_code cmd_run(int argc, const char *const *argv, struct err *e)
{
	cleanup_result struct result *a = NULL, *b = NULL;
	cleanup_json json_t *comparison = NULL;

	if (result_load(argv[0], &a, e) || (argc > 1 && result_load(argv[1], &b, e)) ||
	    compare_results(a, b, &comparison, e))
		return e->code == ENOMEM ? EXIT_RIG : EXIT_USAGE;
	if (show_comparison(comparison, opt_json, e))
		return EXIT_RIG;
	return compare_exit(comparison, opt_strict);
}

const struct command cmd_compare = {
	.name = "compare",
	.args = "RESULT [RESULT2]",
	.summary = "say what a result shows",
	.details =
		"Reads the folder RESULT, and nothing else, and compares every arm with the base "
		"arm: the change of each key metric, its interval, and a verdict that takes into "
		"account how many metrics were asked about and whether the policy acted at all.\n"
		"\n"
		"With RESULT2, every arm of RESULT (as the base) is compared with the arm of the "
		"same name of RESULT2. The two were not interleaved, so what changed on the host "
		"between them is part of the difference.\n"
		"\n"
		"A result whose run has not ended can be compared: cells that are not done are "
		"counted and left out.",
	.options = options,
	.min_args = 1,
	.max_args = 2,
	.run = cmd_run,
};
