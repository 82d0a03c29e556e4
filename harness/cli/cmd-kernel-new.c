/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <stdio.h>
#include "cli/command.h"
#include "cli/globals.h"
#include "cli/listing.h"
#include "image/kernel-new.h"
#include "lib/cleanup.h"

static struct {
	const char *base, *summary, *tree, *git, *revision;
	const char **patches;
} opts;

static const struct poptOption new_options[] = {
	{ "base", '\0', POPT_ARG_STRING, &opts.base, 0, "the kernel from source to patch", "KERNEL" },
	{ "patch", '\0', POPT_ARG_ARGV, &opts.patches, 0,
	  "a patch or mbox, applied in the order given; may be repeated", "FILE" },
	{ "tree", '\0', POPT_ARG_STRING, &opts.tree, 0,
	  "another source with the base's configuration: a kernel tree as it stands", "DIR" },
	{ "git", '\0', POPT_ARG_STRING, &opts.git, 0, "the same: a git repository on this host", "DIR" },
	{ "revision", '\0', POPT_ARG_STRING, &opts.revision, 0,
	  "of --git: a commit, tag or branch; default HEAD", "REV" },
	{ "summary", '\0', POPT_ARG_STRING, &opts.summary, 0,
	  "what it is, in one line (default: the subject of the first patch)", "TEXT" },
	POPT_TABLEEND
};

/* The patches are those after --patch, and what follows NAME: a shell's *.patch is many. */
static enum exit_code kernel_new_run(int argc, const char *const *argv, struct err *e)
{
	cleanup_free const char **patches = NULL;
	cleanup_free char *path = NULL;
	size_t n = 0;

	for (const char **p = opts.patches; p && *p; p++)
		n++;
	patches = calloc(n + (size_t)argc + 1, sizeof(*patches));
	for (size_t i = 0; patches && i < n; i++)
		patches[i] = opts.patches[i];
	for (int i = 1; patches && i < argc; i++)
		patches[n++] = argv[i];
	if (!opts.base || (!n && !opts.tree && !opts.git) || !patches) {
		err_set(e, EINVAL, "kernel new needs --base KERNEL and --patch FILE, --tree DIR or "
			"--git DIR");
		return EXIT_USAGE;
	}
	const char *source = opts.tree ? opts.tree : opts.git;
	cleanup_free char *full = source ? realpath(source, NULL) : NULL;
	const struct kernel_new k = {
		.name = argv[0], .base = opts.base, .patches = patches, .summary = opts.summary,
		.source = opts.tree ? "tree" : opts.git ? "git" : NULL, .path = full,
		.revision = opts.revision,
	};

	if (opts.tree && opts.git) {
		err_set(e, EINVAL, "a kernel has one source: --tree or --git");
		return EXIT_USAGE;
	}
	if (opts.revision && !opts.git) {
		err_set(e, EINVAL, "--revision goes with --git");
		return EXIT_USAGE;
	}
	if (source && !full) {
		err_set(e, errno, "cannot find the source %s: %m", source);
		return EXIT_USAGE;
	}

	if (kernel_new(&cli.search, &k, &path, e))
		return e->code == EEXIST ? EXIT_USAGE : (enum exit_code)listing_exit_code(e);
	printf("%s is written; now: ramrig kernel build %s\n", path, argv[0]);
	return EXIT_WELL;
}

const struct command cmd_kernel_new = {
	.name = "kernel new",
	.args = "NAME [PATCH...]",
	.summary = "make a kernel of another one and patches, or another source",
	.details =
		"Writes images/kernels/NAME/ with copies of the patches into the first folder of the "
		"search path (--path DIR; ramrig's own without it). What `git format-patch` writes "
		"and an mbox with several patches are taken as they are. With --tree or --git it is "
		"the base's configuration on another source, whose series then counts for nothing.",
	.options = new_options,
	.min_args = 1,
	.max_args = -1,
	.run = kernel_new_run,
};
