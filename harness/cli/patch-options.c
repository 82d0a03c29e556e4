/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include "cli/globals.h"
#include "cli/patch-options.h"
#include "cli/progress.h"
#include "cli/result-dir.h"
#include "lib/file.h"
#include "vm/session.h"

static const char *opt_base = "testbed-6.12", *opt_out;
static int opt_jobs = 1;

const struct poptOption patch_options[] = {
	{ "base", '\0', POPT_ARG_STRING, &opt_base, 0,
	  "the kernel from source without them; default testbed-6.12", "KERNEL" },
	{ "jobs", 'j', POPT_ARG_INT, &opt_jobs, 0, "cells at once, default 1, as in `run`", "N" },
	{ "out", '\0', POPT_ARG_STRING, &opt_out, 0,
	  "the folder for kernels and results; default below results/, with a tree below "
	  "TREE.ramrig/", "DIR" },
	POPT_TABLEEND
};

int patch_options_check(struct err *e)
{
	if (opt_jobs < 1 || opt_jobs > BATCH_JOBS_MAX)
		return err_set(e, EINVAL, "--jobs is from 1 to %d", BATCH_JOBS_MAX);
	return session_check_uri(cli.connect, e);
}

const char *patch_options_base(void)
{
	return opt_base;
}

char *patch_options_dir(const char *parent, const char *what)
{
	return opt_out ? path_format("%s", opt_out) : result_dir_new(parent, what);
}

struct contest_site patch_options_site(void)
{
	return (struct contest_site){
		.search = &cli.search,
		.progress = &cli_progress,
		.connect = cli.connect,
		.jobs = (unsigned)opt_jobs,
		.on_change = progress_change,
		.on_cell = progress_cell,
		.on_end = progress_end,
	};
}
