/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RAMRIG_AGENT_DISK_H
#define RAMRIG_AGENT_DISK_H

#include "lib/err.h"

/*
 * Finds a disk by its serial, since names change from boot to boot: virtio-blk
 * and NVMe. @sys_fd is /sys, or a recorded tree.
 *
 * Returns 0 and sets *ret to "vda", "nvme0n1", ..., which the caller frees, or
 * -ENOENT.
 */
int disk_find(int sys_fd, const char *serial, char **ret, struct err *e);

#endif
