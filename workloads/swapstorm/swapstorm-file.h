/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SWAPSTORM_FILE_H
#define SWAPSTORM_FILE_H

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <string.h>
#include "lib/cleanup.h"

/* Writes a file of /proc or /sys at one go. Returns 0 or -errno. */
static inline int file_write(const char *path, const char *text)
{
	cleanup_close int fd = open(path, O_WRONLY | O_CLOEXEC);

	return fd < 0 || write(fd, text, strlen(text)) < 0 ? -errno : 0;
}

#endif
