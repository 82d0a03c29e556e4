/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RAMRIG_ACCOUNT_H
#define RAMRIG_ACCOUNT_H

#include <stddef.h>
#include "lib/err.h"

/* A file that QEMU must read, and a path below the work folder to show it at. */
struct account_share {
	const char *path;	/* of the host, absolute */
	char *visible;		/* set by account_enter(): where QEMU finds it; freed by the caller */
};

/*
 * Turns this process into one that may start guests, for good.
 *
 * Where it is root: shows each of @shares read-only below @run_dir in a mount
 * namespace of its own (a cache below /root is closed to everyone else), then
 * becomes RAMRIG_RUN_USER. Otherwise nothing changes and each share is visible
 * where it is. Either way HOME and the XDG folders then lie in @run_dir, so
 * that libvirt and QEMU leave nothing elsewhere.
 *
 * Without the right to mount (a container without CAP_SYS_ADMIN, a bare
 * chroot), a share that the account cannot read is -EACCES with the mend.
 */
int account_enter(const char *run_dir, struct account_share *shares, size_t n, struct err *e);

/*
 * For guests that a libvirt daemon starts: this process stays who it is, shares
 * are visible where they are, and @run_dir is opened to the daemon's QEMU.
 */
int account_keep(const char *run_dir, struct account_share *shares, size_t n, struct err *e);

#endif
