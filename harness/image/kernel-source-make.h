/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RAMRIG_KERNEL_SOURCE_MAKE_H
#define RAMRIG_KERNEL_SOURCE_MAKE_H

#include "image/image.h"

/*
 * Runs `make` in a kernel's source folder, its output in another folder, with
 * all that would differ between two builds of the same source fixed, and
 * through ccache where that is installed.
 */
struct kernel_make {
	const char *name;		/* of the kernel, for progress */
	const char *src, *obj;
	const char *log;
	const char *const *goals;	/* targets and NAME=value, NULL-ended, at most 8 */
	unsigned jobs;			/* 0: as many as this host has CPUs */
	const struct progress *progress; /* a line each 100 files compiled; NULL for none */
};

/*
 * -ENOEXEC when what was to be built has an error: @e then quotes the
 * compiler's first. -ENOPKG names a package that is missing.
 */
int kernel_make(const struct kernel_make *m, struct err *e);

/* The pure half: the first error in the @log of a build, with the lines that belong to it. */
void kernel_make_explain(const char *log, struct err *e);

#endif
