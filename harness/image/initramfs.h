/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RAMRIG_INITRAMFS_H
#define RAMRIG_INITRAMFS_H

#include "image/kernel.h"
#include "image/modules.h"
#include "lib/err.h"
#include "lib/json.h"

/*
 * The initramfs of a cell: the agent as /init, the modules this kernel and
 * topology need as /modules/NAME.ko (uncompressed), the workload's guest
 * programs as /workload/..., daemons of policies as /daemons/..., /dev/console. The modules that the agent's own
 * channel needs are always there; /modules/early lists them for the agent, which
 * loads them before it says hello.
 */
struct initramfs_opts {
	const struct kernel *kernel;
	const char *agent;		/* path of the static ramrig-agent */
	const struct module_want *modules;	/* ended by a NULL name */
	const json_t *daemons;		/* array of paths of programs for /daemons, or NULL */
	const char *workload_dir;	/* copied to /workload, or NULL */
};

/*
 * Writes the archive (newc) to @path, uncompressed: under TCG a 5 MB archive is
 * unpacked 0.1 s sooner than its zstd (1.45 s against 1.55 s of guest time), and
 * writing it costs nothing.
 *
 * Sets *ret_load to a new JSON array of what the agent's verb "modules" takes:
 * file names below /modules, with their options, in the order they must be
 * loaded: each wanted module after all it depends on; modules that are built in
 * do not appear. The early ones stand first: loading a module that is loaded
 * already is fine. Sets *ret_missing to a new array of the names of those that
 * this kernel lacks and can be booted without. -ENOENT names one that it cannot.
 */
int initramfs_write(const struct initramfs_opts *o, const char *path, json_t **ret_load,
		    json_t **ret_missing, struct err *e);

/*
 * Adds to @m the modules that such an archive has: those of the agent's own channel, of
 * which *ret_early (may be NULL) is set to how many there are, then the @wanted ones. As
 * modules_resolve().
 */
int initramfs_modules(const struct kernel *k, const struct module_want *wanted,
		      struct modules *m, size_t *ret_early, json_t *missing, struct err *e);

#endif
