/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RAMRIG_MODULES_H
#define RAMRIG_MODULES_H

#include <stddef.h>
#include "image/kernel.h"
#include "lib/json.h"

/* Kernel module files in the order they must be loaded, each once. */
struct modules {
	size_t n, room;
	char **paths;		/* full paths, maybe compressed */
	const char **options;	/* of each, borrowed from who wanted it; NULL: none */
};

/* What it means that a kernel lacks a module. */
enum module_need {
	MODULE_REQUIRED,	/* an error */
	MODULE_WANTED,		/* it is told */
	MODULE_WELCOME,		/* nothing: some kernels do without */
};

/* A module that a guest wants. */
struct module_want {
	const char *name;	/* or an alias */
	const char *options;	/* as modprobe takes them, or NULL */
	enum module_need need;
};

/*
 * Adds to @m the @wanted modules (ended by a NULL name) of kernel @k that it lacks
 * yet, each after all it depends on, softly too. What is built in is left out;
 * so is everything for a kernel without modules. -ENOENT names a required one
 * that @k lacks; the names of others that were wanted go to the JSON array
 * @missing.
 */
int modules_resolve(const struct kernel *k, const struct module_want *wanted, struct modules *m,
		    json_t *missing, struct err *e);

/* The name a module's file has once it is uncompressed: "ext4.ko". The caller frees it. */
char *module_file_name(const char *path);

/*
 * Reads the module at @path, uncompressed (.xz, .zst, .gz or plain). -EINVAL
 * when it is damaged. The caller frees *ret.
 */
int module_read(const char *path, void **ret, size_t *ret_len, struct err *e);

void modules_clear(struct modules *m);
#define cleanup_modules __attribute__((cleanup(modules_clear)))

#endif
