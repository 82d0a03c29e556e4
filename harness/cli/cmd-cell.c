/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <libgen.h>
#include <stdio.h>
#include <string.h>
#include "cell/execute.h"
#include "cli/command.h"
#include "lib/cleanup.h"
#include "lib/file.h"
#include "vm/workdir.h"

static int opt_attempt = 1, opt_progress;

static const struct poptOption options[] = {
	{ "attempt", '\0', POPT_ARG_INT, &opt_attempt, 0,
	  "which attempt this is; what an earlier one left is set aside", "N" },
	{ "progress", '\0', POPT_ARG_NONE, &opt_progress, 0,
	  "print phases and console lines as they come", NULL },
	POPT_TABLEEND
};

static enum exit_code cell_main(int argc, const char *const *argv, struct err *e)
{
	cleanup_json json_t *plan = NULL;
	cleanup_free char *path = path_format("%s", argv[0]);
	enum outcome outcome;
	char *end;
	unsigned long n = strtoul(argv[1], &end, 10);

	(void)argc;
	if (*end || !n || n > 1000000 || opt_attempt < 1) {
		err_set(e, EINVAL, "'%s' is not the number of a cell", argv[1]);
		return EXIT_USAGE;
	}
	if (json_load_path(argv[0], &plan, e))
		return EXIT_USAGE;
	if (!opt_progress && workdir_scan(true, NULL, e))
		return EXIT_RIG;
	struct execute_opts o = {
		.dir = dirname(path),
		.plan = plan,
		.n = (unsigned)n,
		.attempt = (unsigned)opt_attempt,
		.progress = opt_progress ? stdout : NULL,
	};

	if (execute_cell(&o, &outcome, e))
		return EXIT_RIG;
	if (!opt_progress)
		printf("cell %lu: %s\n", n, outcome_table[outcome].name);
	return outcome_table[outcome].exit;
}

const struct command cmd_cell = {
	.name = "cell",
	.args = "PLAN N",
	.summary = "run one cell of a plan",
	.details = "PLAN is the plan.json of a result's folder; the cell's folder lies beside it. "
		   "`ramrig run` is a loop over this command.",
	.options = options,
	.min_args = 2,
	.max_args = 2,
	.run = cell_main,
};
