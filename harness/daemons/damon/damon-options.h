/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RAMRIG_DAMON_OPTIONS_H
#define RAMRIG_DAMON_OPTIONS_H

#include "daemons/damon/damon-plan.h"

struct damon_options {
	struct damon_settings settings;
	uint64_t interval_ms;
	const char *root, *cgroup_self; /* of the command line, or static */
	int counts_regions, dry_run;
};

/*
 * Reads and checks the command line. *ret_help is set where --help was asked for and printed;
 * nothing else is to be done then. -EINVAL with a sentence.
 */
int damon_options_read(int argc, const char **argv, struct damon_options *ret, bool *ret_help,
		       struct err *e);

#endif
