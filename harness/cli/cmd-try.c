/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include "cli/command.h"
#include "cli/globals.h"
#include "cli/patch-options.h"
#include "cli/result-dir.h"
#include "cli/trial-print.h"
#include "lib/cleanup.h"
#include "lib/file.h"
#include "patch/trial.h"
#include "patch/trial-judge.h"

static struct {
	const char *tree, *good, *arm;
	const char **topologies, **experiments;
	int pairs, smoke, git_bisect, json;
} opts;

static const struct poptOption try_options[] = {
	{ "tree", '\0', POPT_ARG_STRING, &opts.tree, 0,
	  "a kernel tree as it stands, instead of patches", "DIR" },
	{ "good", '\0', POPT_ARG_STRING, &opts.good, 0,
	  "with --tree, a revision of it to compare with; default: the base as it is", "REV" },
	{ "topology", '\0', POPT_ARG_ARGV, &opts.topologies, 0,
	  "boot on it first, instead of dram, tier-hmat and zram-nvme; may be given again", "NAME" },
	{ "experiment", '\0', POPT_ARG_ARGV, &opts.experiments, 0,
	  "compare in it, instead of try-nginx and try-coldheap; may be given again", "NAME" },
	{ "arm", '\0', POPT_ARG_STRING, &opts.arm, 0,
	  "of the experiments, the arm whose policies both kernels run; default: the base arm",
	  "ARM" },
	{ "pairs", '\0', POPT_ARG_INT, &opts.pairs, 0,
	  "pairs of fresh boots, instead of the experiment's", "N" },
	{ "smoke", '\0', POPT_ARG_NONE, &opts.smoke, 0, "build and boot, and compare nothing", NULL },
	{ "git-bisect", '\0', POPT_ARG_NONE, &opts.git_bisect, 0,
	  "exit as `git bisect run` wants it: 0 good, 1 bad, 125 cannot be told, 255 stop", NULL },
	{ "json", '\0', POPT_ARG_NONE, &opts.json, 0, "print the report as JSON, for programs", NULL },
	{ NULL, '\0', POPT_ARG_INCLUDE_TABLE, (void *)patch_options, 0, NULL, NULL },
	POPT_TABLEEND
};

static int check(int argc, struct err *e)
{
	if (!argc == !opts.tree)
		return err_set(e, EINVAL, "name the patches to try, or --tree DIR");
	if (opts.good && !opts.tree)
		return err_set(e, EINVAL, "--good goes with --tree");
	if (opts.smoke && (opts.experiments || opts.pairs || opts.arm))
		return err_set(e, EINVAL, "--smoke compares nothing: it goes without --experiment, "
			       "--pairs and --arm");
	if (opts.pairs < 0)
		return err_set(e, EINVAL, "--pairs is at least 1");
	return patch_options_check(e);
}

static enum exit_code show(const json_t *report, const char *dir)
{
	enum trial_verdict v = trial_verdict_of(report);

	if (opts.json) {
		json_dumpf(report, stdout, JSON_INDENT(1) | JSON_REAL_PRECISION(12));
		putchar('\n');
	} else {
		trial_print(report, dir, stdout);
	}
	return opts.git_bisect ? (enum exit_code)trial_table[v].git_bisect : trial_table[v].exit;
}

/* What went wrong before there was a verdict must not look like a bad commit. */
static enum exit_code failed(const struct err *e)
{
	if (opts.git_bisect)
		return (enum exit_code)trial_table[TRIAL_INFRA_ERROR].git_bisect;
	return e->code == EINVAL || e->code == ENOENT || e->code == EEXIST ? EXIT_USAGE : EXIT_RIG;
}

static enum exit_code try_run(int argc, const char *const *argv, struct err *e)
{
	static const char *const topologies[] = { "dram", "tier-hmat", "zram-nvme", NULL };
	static const char *const experiments[] = { "try-nginx", "try-coldheap", NULL };
	static const char *const none[] = { NULL };
	cleanup_free char *tree = opts.tree ? realpath(opts.tree, NULL) : NULL;
	/* Beside the tree, not in it: what lies there is built. */
	cleanup_free char *beside = tree ? path_format("%s.ramrig", tree) : path_format(RESULTS);
	cleanup_free char *dir = patch_options_dir(beside, "try");
	cleanup_json json_t *report = NULL;
	const struct contest_site site = patch_options_site();
	const struct trial_opts o = {
		.base = patch_options_base(),
		.patches = argc ? argv : NULL,
		.tree = tree,
		.good = opts.good,
		.topologies = opts.topologies ? opts.topologies : topologies,
		.experiments = opts.smoke ? none :
			       opts.experiments ? opts.experiments : experiments,
		.arm = opts.arm,
		.pairs = (unsigned)opts.pairs,
	};

	if (check(argc, e))
		return failed(e);
	if (opts.tree && !tree) {
		err_set(e, errno, "cannot find the tree %s: %m", opts.tree);
		return failed(e);
	}
	if (trial_run(&site, &o, dir, &report, e))
		return failed(e);
	return show(report, dir);
}

const struct command cmd_try = {
	.name = "try",
	.args = "PATCH...",
	.summary = "say what patches do to a kernel: build, boot, compare, one verdict",
	.details =
		"Builds the base with the patches, boots it on three topologies, and compares it "
		"with the base in two experiments, unless it failed before. The patches are what `git "
		"format-patch` writes, or an mbox. The exit code is that of the verdict "
		"(docs/patches.md has them all).\n\n"
		"With --git-bisect it is the script of `git bisect run`, in the kernel's tree:\n\n"
		"git bisect run ramrig try --git-bisect --tree . --good v6.12",
	.options = try_options,
	.min_args = 0,
	.max_args = -1,
	.run = try_run,
};
