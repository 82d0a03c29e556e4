/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RAMRIG_KERNEL_SOURCE_ORIGINS_H
#define RAMRIG_KERNEL_SOURCE_ORIGINS_H

#include "image/kernel-source-origin.h"

/*
 * The kinds of origin, apart from each other. resolve() sets label, id, and
 * what its kind has besides; bring() is kernel_origin_bring().
 */
#define WORKSHOP_KIND "workshop"
#define ORIGIN_MS (30 * 60 * 1000)

struct kernel_origin_kind {
	const char *key;	/* of `source:` in a kernel's file */
	bool is_whole;		/* each of its contents has a workshop of its own */
	int (*resolve)(struct kernel_origin *o, enum origin_version version, struct err *e);
	int (*bring)(const struct kernel_origin *o, const char *workshop, const char *log,
		     struct err *e);
};

int origin_bring_package(const struct kernel_origin *o, const char *workshop, const char *log,
			 struct err *e);
int origin_bring_tarball(const struct kernel_origin *o, const char *workshop, const char *log,
			 struct err *e);

int origin_resolve_git(struct kernel_origin *o, enum origin_version version, struct err *e);
int origin_bring_git(const struct kernel_origin *o, const char *workshop, const char *log,
		     struct err *e);

int origin_resolve_tree(struct kernel_origin *o, enum origin_version version, struct err *e);
int origin_bring_tree(const struct kernel_origin *o, const char *workshop, const char *log,
		      struct err *e);

#endif
