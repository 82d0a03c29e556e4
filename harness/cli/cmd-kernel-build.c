/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <stdio.h>
#include "cli/command.h"
#include "cli/globals.h"
#include "cli/listing.h"
#include "image/kernel-source-build.h"
#include "lib/clock.h"

static struct {
	int jobs, newest;
} opts;

static const struct poptOption build_options[] = {
	{ "jobs", 'j', POPT_ARG_INT, &opts.jobs, 0,
	  "how many files to compile at once (default: as many as this host has CPUs)", "N" },
	{ "newest", '\0', POPT_ARG_NONE, &opts.newest, 0,
	  "ask apt for the newest version of the source package", NULL },
	POPT_TABLEEND
};

/* What does not compile is wrong input, as what cannot be read is. */
static enum exit_code build_exit_code(const struct err *e)
{
	return e->code == ENOEXEC ? EXIT_USAGE : (enum exit_code)listing_exit_code(e);
}

static enum exit_code build_one(const char *name, struct err *e)
{
	const struct kernel_build_opts o = { .jobs = (unsigned)opts.jobs, .newest = opts.newest };
	int64_t start = clock_now_ms();
	struct kernel k = { 0 };
	bool built;

	if (kernel_build_ensure(&cli.search, name, &o, &cli_progress, &k, &built, e))
		return build_exit_code(e);
	if (built)
		printf("%s is %s, built in %.1f s\n", k.name, k.release,
		       (double)(clock_now_ms() - start) / 1000);
	else
		printf("%s is %s, already built\n", k.name, k.release);
	kernel_clear(&k);
	return EXIT_WELL;
}

static enum exit_code kernel_build_run(int argc, const char *const *argv, struct err *e)
{
	enum exit_code code = EXIT_WELL;

	if (opts.jobs < 0 || opts.jobs > 1024) {
		err_set(e, EINVAL, "--jobs %d: is not in 1 to 1024", opts.jobs);
		return EXIT_USAGE;
	}
	for (int i = 0; i < argc && code == EXIT_WELL; i++)
		code = build_one(argv[i], e);
	return code;
}

const struct command cmd_kernel_build = {
	.name = "kernel build",
	.args = "NAME...",
	.summary = "build kernels from source",
	.details =
		"A kernel from source (images/kernels/NAME/) has a source, a configuration with "
		"fragments, and a series of patches, or takes them from its base and adds to them. "
		"A build is cached by all of that and the compiler. The first one of a source takes "
		"minutes, one more patch compiles only what it touches. Patches apply "
		"without fuzz; one that does not shows the rejected hunk. An option of a fragment "
		"that does not come out as asked is an error. `ramrig run` builds what it needs by "
		"itself.",
	.options = build_options,
	.min_args = 1,
	.max_args = -1,
	.run = kernel_build_run,
};
