/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "cli/bisect-print.h"
#include "cli/command.h"
#include "cli/globals.h"
#include "cli/patch-options.h"
#include "cli/result-dir.h"
#include "lib/cleanup.h"
#include "lib/file.h"
#include "patch/bisect.h"

static struct {
	const char *git, *experiment, *arm, *topology, *workload, *metric, *resume;
	int good, bad, json;
} opts;

static const struct poptOption bisect_options[] = {
	{ "experiment", '\0', POPT_ARG_STRING, &opts.experiment, 0,
	  "the experiment that shows it", "NAME" },
	{ "arm", '\0', POPT_ARG_STRING, &opts.arm, 0,
	  "its arm whose policies all kernels run; default: the base arm", "ARM" },
	{ "topology", '\0', POPT_ARG_STRING, &opts.topology, 0, "only this one of its topologies",
	  "NAME" },
	{ "workload", '\0', POPT_ARG_STRING, &opts.workload, 0, "only this one of its workloads",
	  "NAME" },
	{ "metric", '\0', POPT_ARG_STRING, &opts.metric, 0,
	  "only this one of its key metrics; fewer questions need fewer boots", "NAME" },
	{ "good", '\0', POPT_ARG_INT, &opts.good, 0,
	  "patches that the good end has; default 0: the base", "N" },
	{ "bad", '\0', POPT_ARG_INT, &opts.bad, 0,
	  "patches that the bad end has; default: all of them", "N" },
	{ "git", '\0', POPT_ARG_STRING, &opts.git, 0,
	  "take the commits GOOD..BAD of this repository, along first parents, with the base's "
	  "configuration", "DIR" },
	{ "resume", '\0', POPT_ARG_STRING, &opts.resume, 0,
	  "go on with a bisection that was stopped; takes no PATCH", "DIR" },
	{ "json", '\0', POPT_ARG_NONE, &opts.json, 0, "print the report as JSON, for programs", NULL },
	{ NULL, '\0', POPT_ARG_INCLUDE_TABLE, (void *)patch_options, 0, NULL, NULL },
	POPT_TABLEEND
};

static int check(int argc, struct err *e)
{
	if (opts.resume)
		return argc || opts.experiment || opts.git || opts.arm || opts.topology ||
		       opts.workload || opts.metric || opts.good || opts.bad
			? err_set(e, EINVAL, "--resume goes on with what was asked: it goes with "
				  "--jobs and --json only")
			: patch_options_check(e);
	if (!argc)
		return err_set(e, EINVAL, "name the patches of the series, or --git DIR and a range "
			       "GOOD..BAD");
	if (!opts.experiment)
		return err_set(e, EINVAL, "name the --experiment that shows the bad end's trouble, "
			       "such as try-coldheap");
	if (opts.git && (argc > 1 || opts.good || opts.bad))
		return err_set(e, EINVAL, "--git takes one range GOOD..BAD, and no other ends");
	if (opts.good < 0 || opts.bad < 0)
		return err_set(e, EINVAL, "--good and --bad are numbers of patches");
	return patch_options_check(e);
}

static enum exit_code failed(const struct err *e, const char *dir)
{
	if (e->code == ECANCELED)
		fprintf(stderr, "ramrig: 'ramrig bisect --resume %s' goes on\n", dir);
	return e->code == EINVAL || e->code == ENOENT || e->code == EEXIST ? EXIT_USAGE : EXIT_RIG;
}

static enum exit_code bisect_run(int argc, const char *const *argv, struct err *e)
{
	cleanup_free char *git = opts.git ? realpath(opts.git, NULL) : NULL;
	cleanup_free char *dir = opts.resume ? path_format("%s", opts.resume)
					     : patch_options_dir(RESULTS, "bisect");
	cleanup_json json_t *report = NULL;
	const struct contest_site site = patch_options_site();
	const struct bisect_opts o = {
		.base = patch_options_base(),
		.patches = argv,
		.good = (unsigned)opts.good,
		.bad = (unsigned)opts.bad,
		.git = git,
		.range = argc ? argv[0] : NULL,
		.experiment = opts.experiment,
		.arm = opts.arm,
		.topology = opts.topology,
		.workload = opts.workload,
		.metric = opts.metric,
	};

	if (check(argc, e))
		return EXIT_USAGE;
	if (opts.git && !git) {
		err_set(e, errno, "cannot find the repository %s: %m", opts.git);
		return EXIT_USAGE;
	}
	if ((!opts.resume && bisect_begin(&site, &o, dir, e)) || bisect_go(&site, dir, &report, e))
		return failed(e, dir);
	if (opts.json) {
		json_dumpf(report, stdout, JSON_INDENT(1) | JSON_REAL_PRECISION(12));
		putchar('\n');
	} else {
		bisect_print(report, dir, stdout);
	}
	return strcmp(json_str(report, "verdict"), "found") ? EXIT_FINDING : EXIT_WELL;
}

const struct command cmd_bisect = {
	.name = "bisect",
	.args = "PATCH...",
	.summary = "find the patch of a series that brought a failure or a regression",
	.details =
		"The bad end, the base with all patches, is run against the good one in the "
		"experiment until it is clear in what it is worse: a failure of its own, or a key "
		"metric. Then kernels in between are built, run against the good end, and judged; "
		"more pairs only while that is undecided, 20 at most. A kernel that cannot be judged "
		"is passed over. It never names a patch where the ends cannot be told apart; the "
		"chance that the one it names is wrong is 5 % at most, and printed.\n\n"
		"Exit code 0 when it names one patch, 1 when it cannot. What was stopped goes on "
		"with --resume.",
	.options = bisect_options,
	.min_args = 0,
	.max_args = -1,
	.run = bisect_run,
};
