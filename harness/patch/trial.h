/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RAMRIG_TRIAL_H
#define RAMRIG_TRIAL_H

#include "contest/site.h"

/*
 * `ramrig try`: a patched kernel is built, booted on some topologies, and
 * compared with its base. docs/patches.md has the form of the report.
 *
 *   DIR/images/kernels/   the kernels that were made for it, as kernel files
 *   DIR/EXPERIMENT/       a result for each comparison
 *   DIR/try.json          the report
 */
struct trial_opts {
	const char *base;			/* a kernel from source */
	const char *const *patches;		/* files, NULL-ended; none with a tree */
	const char *tree;			/* a kernel tree as it stands, in place of patches */
	const char *good;			/* revision of it that is the base's source; NULL: the base as it is */
	const char *const *topologies;		/* names, NULL-ended: to be booted on */
	const char *const *experiments;		/* likewise: to be compared in */
	const char *arm;			/* the arm whose policies both kernels have; NULL: the base arm */
	unsigned pairs;				/* 0: as each experiment says */
};

/*
 * Fills the new folder @dir and sets *ret to the judged report
 * (patch/trial-judge.h), which the caller decrefs. A patch that does not build
 * is a verdict, no error; so is whatever its kernel does. -EINVAL for wrong
 * options, -EEXIST where @dir holds something already.
 */
int trial_run(const struct contest_site *site, const struct trial_opts *o, const char *dir,
	      json_t **ret, struct err *e);

/*
 * A kernel's name made of @base and what tells @file from others: "testbed-6.12+mm-foo"
 * of "0001-mm-foo.patch". Pure; the caller frees it.
 */
char *trial_kernel_name(const char *base, const char *file);

#endif
