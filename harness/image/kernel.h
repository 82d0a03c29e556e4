/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RAMRIG_KERNEL_H
#define RAMRIG_KERNEL_H

#include "image/image.h"
#include "lib/json.h"

/*
 * A kernel that can be booted: a bzImage, and its modules with modules.dep.
 */
struct kernel {
	char *name;		/* "debian-6.12", or the path the user gave */
	char *bzimage;
	char *modules;		/* the folder lib/modules/RELEASE, or NULL: all built in */
	char *release;		/* as uname -r will say, read from the bzImage's header */
	char *vmlinux;		/* what the bzImage was made from, with its symbols, or NULL */
	char *package;		/* Debian package and version, or NULL */
	char *version;
	char hash[65];		/* SHA-256 of the bzImage */
};

/*
 * Makes sure that the kernel @name is there: a name on the search path
 * (fetched or built into the cache when it is not there yet), or a path: to a bzImage
 * (its modules from @modules, else from /lib/modules/RELEASE), or to a built
 * kernel tree (its modules installed into the cache).
 */
int kernel_ensure(const struct search *s, const char *name, const char *modules,
		  const struct progress *p, struct kernel *ret, struct err *e);

/* The same as a new JSON object, with the keys of docs/results.md, and back. */
json_t *kernel_to_json(const struct kernel *k);
int kernel_from_json(const json_t *j, struct kernel *ret, struct err *e);

void kernel_clear(struct kernel *k);

#endif
