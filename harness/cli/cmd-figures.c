/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <stdio.h>
#include "cli/command.h"
#include "cli/figures-print.h"
#include "compare/figures.h"
#include "lib/cleanup.h"
#include "result/result.h"

static int opt_json, opt_all;

static const struct poptOption options[] = {
	{ "all", 0, POPT_ARG_NONE, &opt_all, 0, "every metric that was measured", NULL },
	{ "json", 0, POPT_ARG_NONE, &opt_json, 0, "print them as JSON, for programs", NULL },
	POPT_TABLEEND
};

static enum exit_code figures_run(int argc, const char *const *argv, struct err *e)
{
	cleanup_result struct result *r = NULL;
	cleanup_json json_t *figures = NULL;

	(void)argc;
	if (result_load(argv[0], &r, e) || figures_collect(r, opt_all, &figures, e))
		return e->code == ENOMEM ? EXIT_RIG : EXIT_USAGE;
	if (!json_array_size(figures)) {
		err_set(e, ENODATA, "%s has no cell that is ok", argv[0]);
		return EXIT_USAGE;
	}
	if (opt_json) {
		json_dumpf(figures, stdout, JSON_INDENT(2));
		putchar('\n');
		return EXIT_WELL;
	}
	return figures_print(figures, stdout, e) ? EXIT_RIG : EXIT_WELL;
}

const struct command cmd_figures = {
	.name = "figures",
	.args = "RESULT",
	.summary = "what a result measured, without comparing anything",
	.details =
		"Reads the folder RESULT, and nothing else. For each kernel, topology, workload and arm "
		"it shows the median of the boots that are ok, the least and the greatest: of the "
		"workload's own figures, the experiment's key metrics and the memory used. What one arm "
		"has more of than another is not said here, since the ranges of boots don't tell: "
		"that is `ramrig compare`.",
	.options = options,
	.min_args = 1,
	.max_args = 1,
	.run = figures_run,
};
