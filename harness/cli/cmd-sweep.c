/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <stdio.h>
#include <unistd.h>
#include "cli/command.h"
#include "cli/run-options.h"
#include "cli/sweep-print.h"
#include "compare/compare.h"
#include "compare/sweep.h"
#include "lib/cleanup.h"
#include "lib/file.h"
#include "plan/sweep.h"
#include "result/index.h"

static const char *opt_saved = "workload_dram_pool", *opt_cost;
static int opt_json;

static const struct poptOption options[] = {
	{ "saved", '\0', POPT_ARG_STRING, &opt_saved, 0,
	  "what is to be saved; default workload_dram_pool", "METRIC" },
	{ "cost", '\0', POPT_ARG_STRING, &opt_cost, 0,
	  "what it may cost; default the first key metric that is a figure of the workload",
	  "METRIC" },
	{ "json", '\0', POPT_ARG_NONE, &opt_json, 0, "print the points as JSON, for programs", NULL },
	{ NULL, '\0', POPT_ARG_INCLUDE_TABLE, (void *)run_options, 0, NULL, NULL },
	POPT_TABLEEND
};

static enum exit_code points_show(const struct result *r, struct err *e)
{
	const struct sweep_opts o = { .saved = opt_saved, .cost = opt_cost };
	cleanup_json json_t *comparison = NULL, *sweep = NULL;

	if (compare_results(r, NULL, &comparison, e) || sweep_collect(r, &o, &sweep, e))
		return e->code == ENOMEM ? EXIT_RIG : EXIT_USAGE;
	if (opt_json) {
		json_dumpf(sweep, stdout, JSON_INDENT(1) | JSON_REAL_PRECISION(12));
		putchar('\n');
	} else if (sweep_print(sweep, stdout, e)) {
		return EXIT_RIG;
	}
	return compare_exit(comparison, false);
}

static bool is_result(const char *path)
{
	cleanup_free char *plan = path_format("%s/plan.json", path);

	return !access(plan, F_OK);
}

static enum exit_code result_show(const char *dir, struct err *e)
{
	cleanup_result struct result *r = NULL;

	return result_load(dir, &r, e) ? EXIT_USAGE : points_show(r, e);
}

static enum exit_code result_make(int argc, const char *const *argv, struct err *e)
{
	cleanup_result struct result *r = NULL;
	cleanup_json json_t *axes = NULL;
	cleanup_free char *dir = NULL;

	if (argc && sweep_parse(argv + 1, (size_t)argc - 1, &axes, e))
		return EXIT_USAGE;
	const struct run_wish w = {
		.command = "sweep",
		.experiment = argc ? argv[0] : NULL,
		.sweep = axes,
		.diagnostic = true,
	};
	enum exit_code code = run_options_run(&w, &dir, e);

	if (!dir)
		return code;
	if (result_load(dir, &r, e) || index_build(r, e))
		return EXIT_RIG;
	code = points_show(r, e);
	if (!opt_json)
		printf("\nresult: %s\n", dir);
	return code;
}

static enum exit_code sweep_main(int argc, const char *const *argv, struct err *e)
{
	if (argc == 1 && is_result(argv[0]))
		return result_show(argv[0], e);
	if (argc == 1) {
		err_set(e, EINVAL, "%s is no result, and without POLICY.PARAMETER=VALUE,... "
			"nothing says what to sweep", argv[0]);
		return EXIT_USAGE;
	}
	return result_make(argc, argv, e);
}

const struct command cmd_sweep = {
	.name = "sweep",
	.args = "EXPERIMENT POLICY.PARAMETER=VALUE,... | RESULT",
	.summary = "what a policy saves against what it costs, over values of its parameters",
	.details =
		"Runs the experiment with other arms: its base, and one for each value of the "
		"policy's parameter, of several parameters for each combination. An arm is the "
		"experiment's first that has the policies, or else the base with them. No verdict "
		"is asked for, so that any number of pairs will do; the result is one like that of "
		"`ramrig run`, and --resume finishes it.\n"
		"\n"
		"It ends with a table of points: what each saves of the metric --saved and costs "
		"of the metric --cost, both against the base in pairs, with the least and the most. "
		"A point is on the front (Pareto's) where none saves as much for as little. With "
		"RESULT the table is made of a result that is there, whose arms may also differ in "
		"their policies.",
	.options = options,
	.min_args = 0,
	.max_args = -1,
	.run = sweep_main,
};
