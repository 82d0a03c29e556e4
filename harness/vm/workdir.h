/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RAMRIG_WORKDIR_H
#define RAMRIG_WORKDIR_H

#include <stdbool.h>
#include "lib/err.h"
#include "lib/json.h"

/*
 * The work folder of one guest: everything that exists only while it runs.
 *
 *   $TMPDIR/ramrig-XXXXXX/   (or /var/tmp; of the user who started ramrig)
 *     lock                   locked for as long as a process of the guest's runs
 *     run/                   of the account QEMU runs as: the embed root of
 *                            libvirt, sockets, overlay, console, results
 *
 * A folder whose lock nobody holds is the leftover of a dead run. Names and
 * ages say nothing.
 */
struct workdir {
	char *path;
	char *run;		/* path + "/run" */
	int lock_fd;		/* inherited by the worker, so that either holds the lock */
};

/*
 * Makes a work folder and locks it. Where ramrig is root, run/ belongs to
 * RAMRIG_RUN_USER. The caller ends it with workdir_remove().
 */
int workdir_new(struct workdir *ret, struct err *e);

/* Kills QEMU processes whose command line names the folder: its random name is unique. */
int workdir_kill(const struct workdir *w, struct err *e);

/*
 * The command line of the QEMU process that names the folder @path, as a new array of strings.
 * -ENOENT where none can be seen.
 */
int workdir_qemu_argv(const char *path, json_t **ret, struct err *e);

/* Removes the folder and what is in it, and lets go of the lock. */
int workdir_remove(struct workdir *w, struct err *e);

/*
 * Finds this user's leftovers, and with @remove kills the processes that
 * belong to them and deletes them. Sets *ret_list (may be NULL) to a new array
 * of { "path", "pids": [...] }.
 */
int workdir_scan(bool remove, json_t **ret_list, struct err *e);

#endif
