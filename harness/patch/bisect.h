/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RAMRIG_BISECT_H
#define RAMRIG_BISECT_H

#include "contest/site.h"

/*
 * `ramrig bisect`: which patch of a series, or commit of a range, brought a
 * failure or a regression. docs/patches.md has the form of the report.
 *
 *   DIR/request.json      what was asked, from which an interrupted one goes on
 *   DIR/patches/          the series, a file a patch
 *   DIR/images/kernels/   the kernels that were made for it
 *   DIR/kernel-NNNN/      a result for each kernel that was tested: against the good end
 *   DIR/bisect.json       the report
 */
#define BISECT_ALPHA 0.05	/* of blaming the wrong patch */

struct bisect_opts {
	const char *base;		/* a kernel from source */
	const char *const *patches;	/* files, NULL-ended; none with git */
	unsigned good, bad;		/* ends: how many of the patches they have; bad 0: all */
	const char *git;		/* a repository, in place of patches */
	const char *range;		/* of it: GOOD..BAD */
	const char *experiment;		/* name or path */
	const char *arm;		/* whose policies all kernels have; NULL: the base arm */
	const char *topology, *workload, *metric;	/* look at this one only; NULL: at all */
};

/* Checks @o and begins the new folder @dir. -EINVAL, -EEXIST. */
int bisect_begin(const struct contest_site *site, const struct bisect_opts *o, const char *dir,
		 struct err *e);

/*
 * Goes on in @dir until a patch is found or no more can be told, and sets *ret to
 * the report, which the caller decrefs. What was run before is not run again.
 * -ECANCELED when a signal asked to stop.
 */
int bisect_go(const struct contest_site *site, const char *dir, json_t **ret, struct err *e);

#endif
