/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RAMRIG_KERNEL_SOURCE_ORIGIN_H
#define RAMRIG_KERNEL_SOURCE_ORIGIN_H

#include <stdbool.h>
#include "image/image.h"
#include "lib/json.h"

/*
 * Where a kernel's source comes from: a Debian package, a tarball, a revision
 * of a git repository, or a tree as it stands.
 */
struct kernel_origin {
	const struct kernel_origin_kind *kind;
	char *what;		/* the package, or a full path */
	char *revision;		/* of git: the commit */
	char *version;		/* of the package, else NULL */
	char *label;		/* what people call it: "linux-source-6.12 6.12.117-1" */
	char workshop[128];	/* the name of the folder it is built in: NAME-HASH */
	char id[65];		/* hash of its contents */
};

/*
 * Which version of a source package is meant. A base and what derives from it
 * must stand on one source, so the first one stays as long as it can.
 */
enum origin_version {
	ORIGIN_USED,		/* the one used last; asks nobody, -ENOENT when there is none */
	ORIGIN_KEPT,		/* that one while its workshop is there, else the newest */
	ORIGIN_NEWEST,
};

/*
 * Finds out what @source (as in a kernel's file, with full paths) is now.
 * -ENODATA or -ENOENT when there is no such thing.
 */
int kernel_origin_resolve(const json_t *source, enum origin_version version,
			  struct kernel_origin *ret, struct err *e);

/*
 * Makes @workshop/src hold the source: anew when @workshop has none, else from
 * what was brought there before, touching only files that differ. What is
 * written gets the time of now, so that make sees it.
 */
int kernel_origin_bring(const struct kernel_origin *o, const char *workshop, const char *log,
			struct err *e);

void kernel_origin_clear(struct kernel_origin *o);
#define cleanup_kernel_origin __attribute__((cleanup(kernel_origin_clear)))

#endif
