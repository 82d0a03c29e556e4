/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdbool.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>
#include "image/cache-lock.h"
#include "lib/cleanup.h"
#include "lib/clock.h"
#include "lib/file.h"

#define POLL_MS 100

/* The holder removes the file: a lock on a removed file guards nothing. */
static bool file_is_current(int fd, const char *path)
{
	struct stat held, there;

	return !fstat(fd, &held) && !stat(path, &there) && held.st_ino == there.st_ino &&
	       held.st_dev == there.st_dev;
}

int cache_lock(const char *root, const char *entry, int wait_ms, struct err *e)
{
	cleanup_free char *dir = path_format("%s/lock", root);
	cleanup_free char *path = path_format("%s/%s", dir, entry);
	int64_t deadline = clock_now_ms() + wait_ms;

	if (dir_make(dir, 0755, e))
		return -e->code;
	for (;;) {
		/* Without O_CLOEXEC on purpose: children inherit the lock. */
		cleanup_close int fd = open(path, O_RDWR | O_CREAT, 0644);

		if (fd < 0)
			return err_set(e, errno, "cannot open the lock %s: %m", path);
		while (flock(fd, LOCK_EX | LOCK_NB)) {
			if (errno != EWOULDBLOCK && errno != EINTR)
				return err_set(e, errno, "cannot lock %s: %m", path);
			if (!clock_left_ms(deadline))
				return err_set(e, EBUSY, "another ramrig holds %s", path);
			poll(NULL, 0, POLL_MS);
		}
		if (file_is_current(fd, path))
			return take_fd(fd);
	}
}

void cache_unlock(const char *root, const char *entry, int fd)
{
	cleanup_free char *path = path_format("%s/lock/%s", root, entry);

	unlink(path);
	close(fd);
}
