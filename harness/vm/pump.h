/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RAMRIG_PUMP_H
#define RAMRIG_PUMP_H

#include <libvirt/libvirt.h>
#include "lib/err.h"

/*
 * Carries bytes between a libvirt stream and one end of a socket pair, in
 * libvirt's event loop, so that the rest of ramrig sees a plain descriptor.
 * Either side's end closes both. At most 64 KiB are held in each direction;
 * past that the sender waits.
 */
struct pump;

/* Takes over @stream (non-blocking). Sets *ret_fd to the other end, the caller's. */
int pump_start(virStreamPtr stream, struct pump **ret, int *ret_fd, struct err *e);

/* Call it when the event loop no longer runs, or from it. NULL is fine. */
void pump_stop(struct pump *p);

#endif
