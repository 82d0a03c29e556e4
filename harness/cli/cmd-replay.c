/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include "cell/prepare.h"
#include "cell/run.h"
#include "cli/command.h"
#include "cli/globals.h"
#include "cli/listing.h"
#include "cli/progress.h"
#include "cli/replay-print.h"
#include "cli/result-dir.h"
#include "lib/cleanup.h"
#include "lib/file.h"
#include "replay/likeness.h"
#include "replay/replay.h"
#include "result/index.h"

static int opt_dry_run, opt_json, opt_all;
static const char *opt_out;
static const char **opt_allow;

static const struct poptOption options[] = {
	{ "out", '\0', POPT_ARG_STRING, &opt_out, 0,
	  "the new result's folder; default results/EXPERIMENT-cell-N-TIME", "DIR" },
	{ "allow", '\0', POPT_ARG_ARGV, &opt_allow, 0,
	  "replay although this differs, a word of the table that --dry-run prints; may be given "
	  "again; the new result says so",
	  "WHAT" },
	{ "dry-run", '\0', POPT_ARG_NONE, &opt_dry_run, 0,
	  "say what is the same here and what differs, and boot nothing", NULL },
	{ "all", '\0', POPT_ARG_NONE, &opt_all, 0, "every metric that was measured", NULL },
	{ "json", '\0', POPT_ARG_NONE, &opt_json, 0, "print all of it as JSON, for programs",
	  NULL },
	POPT_TABLEEND
};

/* The table, and the outcome where there is one; @dir may be NULL. */
static int say(const struct replay *r, const json_t *outcome, const char *dir, struct err *e)
{
	if (!opt_json) {
		int rc = outcome ? replay_print_outcome(outcome, opt_all, e)
				 : replay_print_rows(r, e);

		if (!rc && dir)
			printf("\nresult: %s\n", dir);
		return rc;
	}
	cleanup_json json_t *all = json_pack(
		"{s:s, s:i, s:O, s:O?, s:s?}", "experiment", json_str(r->plan, "experiment"),
		"cell", (int)r->cell->n, "checks", r->rows, "outcome", outcome, "result", dir);

	json_dumpf(all, stdout, JSON_INDENT(2));
	putchar('\n');
	return 0;
}

static int run(const struct replay *r, const char *dir, struct result **ret, struct err *e)
{
	struct batch b = {
		.dir = dir,
		.plan = r->plan,
		.jobs = 1,
		.on_change = progress_change,
		.on_cell = progress_cell,
	};
	int rc = run_cells(&b, NULL, e);

	progress_end();
	if (!rc)
		rc = result_load(dir, ret, e);
	return rc ? rc : index_build(*ret, e);
}

static enum exit_code conclude(const struct replay *r, const char *dir, struct err *e)
{
	cleanup_result struct result *result = NULL;
	cleanup_json json_t *outcome = NULL;

	if (run(r, dir, &result, e))
		return EXIT_RIG;
	outcome = replay_outcome(r, result);
	if (say(r, outcome, dir, e))
		return EXIT_RIG;
	enum outcome o = result->cells[0].outcome;

	return o == OUTCOME_COUNT ? EXIT_RIG : outcome_table[o].exit;
}

static int cell_read(const char *word, unsigned *ret, struct err *e)
{
	char *end;
	unsigned long n = strtoul(word, &end, 10);

	if (*end || !n || n > RESULT_CELLS_MAX)
		return err_set(e, EINVAL, "'%s' is not the number of a cell", word);
	*ret = (unsigned)n;
	return 0;
}

/* The first that is refused, with both values; the table has the others. */
static void refuse(const struct replay *r, struct err *e)
{
	size_t n = likeness_count(r->rows, "refused"), i;
	const json_t *row = NULL, *other;

	json_array_foreach(r->rows, i, other)
		if (!row && !strcmp(json_str(other, "verdict"), "refused"))
			row = other;
	const char *was = json_str(row, "was"), *is = json_str(row, "is");

	err_set(e, EINVAL,
		"this would be no replay: %zu thing%s differ%s, first %s (%s): then %.100s, here "
		"%.100s; --allow %s replays all the same, and marks the result",
		n, n == 1 ? "" : "s", n == 1 ? "s" : "", json_str(row, "what"),
		json_str(row, "meaning"), was ? was : "not recorded", is ? is : "not known",
		json_str(row, "what"));
}

static enum exit_code replay_main(int argc, const char *const *argv, struct err *e)
{
	cleanup_replay struct replay r = { 0 };
	struct replay_opts o = {
		.from = argv[0],
		.allowed = opt_allow,
		.search = &cli.search,
		.progress = &cli_progress,
	};

	(void)argc;
	if (cell_read(argv[1], &o.n, e))
		return EXIT_USAGE;
	if (prepare_host(e))
		return EXIT_RIG;
	if (replay_open(&o, &r, e))
		return listing_exit_code(e);
	bool refused = likeness_count(r.rows, "refused");

	if ((opt_dry_run || !opt_json) && say(&r, NULL, NULL, e))
		return EXIT_RIG;
	if (refused) {
		refuse(&r, e);
		return EXIT_USAGE;
	}
	if (opt_dry_run)
		return EXIT_WELL;
	cleanup_free char *what = path_format("%s-cell-%u", json_str(r.plan, "experiment"), o.n);
	cleanup_free char *dir =
		opt_out ? path_format("%s", opt_out) : result_dir_new(RESULTS, what);

	if (replay_begin(&r, dir, e))
		return EXIT_USAGE;
	return conclude(&r, dir, e);
}

const struct command cmd_replay = {
	.name = "replay",
	.args = "RESULT CELL",
	.summary = "run one cell of a result or a bundle again, as it was",
	.details = "RESULT is a result's folder or the file of `ramrig bundle`, CELL a cell's "
		   "number. It is booted again with the same kernel, modules, image, topology, "
		   "limits, seed, domain, agent, daemons and workload.\n\n"
		   "What it ran on is held against what is here first, and whatever is not the "
		   "same is refused: --dry-run prints the table. --allow replays although one "
		   "thing differs; the new result then says so wherever it is read.\n\n"
		   "It ends with what the cell did then and now. One boot is no verdict: compare "
		   "results for that. The exit code is that of the new cell's outcome.",
	.options = options,
	.min_args = 2,
	.max_args = 2,
	.run = replay_main,
};
