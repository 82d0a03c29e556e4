/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RAMRIG_AGENT_DISK_H
#define RAMRIG_AGENT_DISK_H

#include <stdint.h>
#include "lib/err.h"

/*
 * Finds a disk by its serial, since names change from boot to boot: virtio-blk
 * and NVMe. @sys_fd is /sys, or a recorded tree.
 *
 * Returns 0 and sets *ret to "vda", "nvme0n1", ..., which the caller frees, or
 * -ENOENT.
 */
int disk_find(int sys_fd, const char *serial, char **ret, struct err *e);

/*
 * Waits until the disk of that serial is there, and its node in /dev: *ret_path,
 * which the caller frees. -ETIMEDOUT past @deadline_ms.
 */
int disk_wait(const char *serial, int64_t deadline_ms, char **ret_path, struct err *e);

#endif
