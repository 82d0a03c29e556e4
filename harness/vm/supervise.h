/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RAMRIG_SUPERVISE_H
#define RAMRIG_SUPERVISE_H

#include <stddef.h>
#include "lib/err.h"
#include "vm/account.h"
#include "vm/workdir.h"

/*
 * A guest's processes, and nobody left behind.
 *
 * The supervisor (the process that calls this) forks a worker, which becomes
 * QEMU's account and runs libvirt. The supervisor reaps every orphan, so that
 * libvirt never waits on a zombie where process 1 does not reap; passes
 * SIGINT and SIGTERM on as SIGTERM; and when the worker has ended, however it
 * ended, kills and reaps what it left running. When the supervisor is killed,
 * the worker gets SIGTERM; when both are, the next run's workdir_scan() ends it.
 */

/* Who starts QEMU: libvirt's driver in the worker, or a libvirt daemon (--connect). */
enum supervise_driver { DRIVER_EMBEDDED, DRIVER_DAEMON };

/* Runs in the worker, as QEMU's account (or, with a daemon, as its own), with the shares visible. Returns its exit code. */
typedef int (*supervise_fn)(const struct workdir *w, const struct account_share *shares,
			    void *arg);

/*
 * Returns 0 and sets *ret_status to the worker's exit code, or 128 + the
 * signal that ended it. account_enter()'s failure in the worker is returned as
 * an error.
 */
int supervise(const struct workdir *w, enum supervise_driver driver,
	      struct account_share *shares, size_t n_shares, supervise_fn fn, void *arg,
	      int *ret_status, struct err *e);

#endif
