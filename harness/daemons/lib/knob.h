/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RAMRIG_DAEMON_KNOB_H
#define RAMRIG_DAEMON_KNOB_H

#include <stdint.h>
#include "lib/err.h"

/*
 * The kernel's small files of one number or word, below the descriptor of a folder: a cgroup,
 * /sys/block/zram0, "/". They are opened anew each time, since cgroups come and go; -ENOENT
 * and -ENODEV then say that one has gone. Files of more are read by lib/text.h.
 */

/* Reads a whole number; "max" is UINT64_MAX. -EINVAL for anything else. */
int knob_number(int dirfd, const char *name, uint64_t *ret, struct err *e);

/* Writes @text in one go. The kernel's own errno is returned: -EAGAIN of memory.reclaim among them. */
int knob_write(int dirfd, const char *name, const char *text, struct err *e);

#endif
