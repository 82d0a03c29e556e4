/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include "cli/command.h"
#include "cli/run-options.h"
#include "cli/show.h"
#include "compare/compare.h"
#include "lib/cleanup.h"
#include "result/index.h"

static int opt_json, opt_strict, opt_diagnostic, opt_sequential;

static const struct poptOption options[] = {
	{ NULL, '\0', POPT_ARG_INCLUDE_TABLE, (void *)run_options, 0, NULL, NULL },
	{ "diagnostic", '\0', POPT_ARG_NONE, &opt_diagnostic, 0,
	  "ask for no verdict, so that any number of pairs will do", NULL },
	{ "sequential", '\0', POPT_ARG_NONE, &opt_sequential, 0,
	  "look after 8, 12, 16 and 20 pairs, and run no more once every key metric is decided or "
	  "not to be decided any more", NULL },
	{ "json", '\0', POPT_ARG_NONE, &opt_json, 0,
	  "print the comparison as JSON, for programs; with --dry-run the plan", NULL },
	{ "strict", '\0', POPT_ARG_NONE, &opt_strict, 0,
	  "exit with 1 also when a policy's proof failed", NULL },
	POPT_TABLEEND
};

static enum exit_code conclude(const char *dir, struct err *e)
{
	cleanup_result struct result *r = NULL;
	cleanup_json json_t *comparison = NULL;

	if (result_load(dir, &r, e) || index_build(r, e) ||
	    compare_results(r, NULL, &comparison, e) ||
	    show_comparison(comparison, opt_json, e))
		return EXIT_RIG;
	if (!opt_json)
		printf("\nresult: %s\n", dir);
	return compare_exit(comparison, opt_strict);
}

static enum exit_code run_main(int argc, const char *const *argv, struct err *e)
{
	const struct run_wish w = {
		.command = "run",
		.experiment = argc ? argv[0] : NULL,
		.diagnostic = opt_diagnostic,
		.sequential = opt_sequential,
		.json = opt_json,
	};
	cleanup_free char *dir = NULL;
	enum exit_code code = run_options_run(&w, &dir, e);

	return dir ? conclude(dir, e) : code;
}

const struct command cmd_run = {
	.name = "run",
	.args = "EXPERIMENT",
	.summary = "run an experiment and compare its arms",
	.details =
		"EXPERIMENT is a name on the search path or the path of a YAML file. Image and "
		"kernels are made and fetched first where they are missing. Then every cell is one "
		"fresh boot; the result's folder is complete after each, so that a run that was "
		"stopped, or killed, goes on with --resume.\n\n"
		"It ends with the comparison that `ramrig compare` prints, and with its exit code. "
		"On a terminal it shows the cells in progress, elsewhere a line for each.",
	.options = options,
	.min_args = 0,
	.max_args = 1,
	.run = run_main,
};
