/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "lib/cleanup.h"
#include "lib/text.h"

int text_read_at(int dirfd, const char *path, char *buf, size_t size, struct err *e)
{
	cleanup_close int fd = openat(dirfd, path, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : 1;
	size_t len = 0;

	/* A file of /proc comes in pieces of a page. */
	while (n > 0 && len < size - 1) {
		n = read(fd, buf + len, size - 1 - len);
		len += n > 0 ? (size_t)n : 0;
	}
	buf[n < 0 ? 0 : len] = '\0';
	return n < 0 ? err_set(e, errno, "cannot read %s: %m", path) : 0;
}

int text_read(const char *path, char *buf, size_t size, struct err *e)
{
	return text_read_at(AT_FDCWD, path, buf, size, e);
}

int text_number(const char *text, const char *key, uint64_t *ret)
{
	size_t len = strlen(key);

	for (const char *line = text; line; line = strchr(line, '\n')) {
		line += *line == '\n';
		if (!strncmp(line, key, len) && (line[len] == ':' || line[len] == ' ')) {
			*ret = strtoull(line + len + 1, NULL, 10);
			return 0;
		}
	}
	return -ENOENT;
}
