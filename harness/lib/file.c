/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "lib/cleanup.h"
#include "lib/file.h"

char *path_format(const char *fmt, ...)
{
	va_list ap;
	char *s;

	va_start(ap, fmt);
	int n = vasprintf(&s, fmt, ap);
	va_end(ap);
	if (n < 0)
		abort();
	return s;
}

int file_read(int dirfd, const char *path, size_t max_bytes, char **ret, size_t *ret_len,
	      struct err *e)
{
	cleanup_close int fd = openat(dirfd, path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	if (fd < 0)
		return err_set(e, errno, "cannot open %s: %m", path);

	cleanup_free char *buf = NULL;
	size_t len = 0, cap = 0;

	/* Sizes in /proc and /sys are lies: read until the end says so. */
	for (;;) {
		if (cap - len < 4096) {
			char *bigger = realloc(buf, cap = cap ? cap * 2 : 8192);

			if (!bigger)
				return err_set(e, ENOMEM, "out of memory for %s", path);
			buf = bigger;
		}
		ssize_t n = read(fd, buf + len, cap - len - 1);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_set(e, errno, "cannot read %s: %m", path);
		if (!n)
			break;
		len += (size_t)n;
		if (len > max_bytes)
			return err_set(e, EFBIG, "%s is over %zu bytes", path, max_bytes);
	}
	buf[len] = '\0';
	*ret = take_ptr(buf);
	if (ret_len)
		*ret_len = len;
	return 0;
}

static int write_all(int fd, const char *data, size_t len)
{
	while (len) {
		ssize_t n = write(fd, data, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		data += n;
		len -= (size_t)n;
	}
	return 0;
}

int file_write_atomic(const char *path, const void *data, size_t len, struct err *e)
{
	cleanup_free char *tmp = path_format("%s.XXXXXX", path);
	cleanup_close int fd = mkostemp(tmp, O_CLOEXEC);
	mode_t mask = umask(0);

	umask(mask);
	if (fd < 0)
		return err_set(e, errno, "cannot create %s: %m", tmp);
	int rc = write_all(fd, data, len);
	if (!rc && (fchmod(fd, 0666 & ~mask) || fsync(fd) || rename(tmp, path)))
		rc = -errno;
	if (rc) {
		unlink(tmp);
		errno = -rc;
		return err_set(e, -rc, "cannot write %s: %m", path);
	}
	return 0;
}

int memstream_close(FILE *out, int rc, const char *what, struct err *e)
{
	bool cut = ferror(out);

	if ((fclose(out) || cut) && !rc)
		rc = err_set(e, ENOMEM, "out of memory for %s", what);
	return rc;
}

int dir_make(const char *path, mode_t mode, struct err *e)
{
	cleanup_free char *p = path_format("%s", path);

	for (char *s = p + 1;; s++) {
		if (*s && *s != '/')
			continue;
		char keep = *s;

		*s = '\0';
		if (mkdir(p, mode) && errno != EEXIST)
			return err_set(e, errno, "cannot create folder %s: %m", p);
		*s = keep;
		if (!keep)
			break;
	}
	struct stat st;

	if (stat(path, &st) || !S_ISDIR(st.st_mode))
		return err_set(e, ENOTDIR, "%s is not a folder", path);
	return 0;
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	return remove(path) && errno != ENOENT ? errno : 0;
}

int dir_remove(const char *path, struct err *e)
{
	int rc = nftw(path, remove_one, 32, FTW_DEPTH | FTW_PHYS);

	if (rc < 0 && errno == ENOENT)
		return 0;
	if (rc < 0)
		rc = errno;
	if (!rc)
		return 0;
	errno = rc;
	return err_set(e, rc, "cannot remove %s: %m", path);
}

/* Copies what SEEK_DATA calls data, so that a sparse image stays sparse. */
static int copy_data(int in, int out, off_t size)
{
	off_t at = 0;

	while (at < size) {
		off_t data = lseek(in, at, SEEK_DATA);
		if (data < 0 && errno == ENXIO)
			break;	/* the rest is a hole */
		if (data < 0)
			return -errno;
		off_t end = lseek(in, data, SEEK_HOLE);
		if (end < 0)
			return -errno;
		if (lseek(in, data, SEEK_SET) < 0 || lseek(out, data, SEEK_SET) < 0)
			return -errno;
		for (off_t left = end - data; left > 0;) {
			char buf[65536];
			size_t want = left < (off_t)sizeof(buf) ? (size_t)left : sizeof(buf);
			ssize_t n = read(in, buf, want);

			if (n <= 0)
				return n ? -errno : -EIO;
			int rc = write_all(out, buf, (size_t)n);
			if (rc)
				return rc;
			left -= n;
		}
		at = end;
	}
	return ftruncate(out, size) ? -errno : 0;
}

int file_copy(const char *from, const char *to, mode_t mode, struct err *e)
{
	struct stat st;
	cleanup_close int in = open(from, O_RDONLY | O_CLOEXEC);
	if (in < 0 || fstat(in, &st))
		return err_set(e, errno, "cannot open %s: %m", from);
	cleanup_close int out = open(to, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode);
	if (out < 0)
		return err_set(e, errno, "cannot create %s: %m", to);
	int rc = copy_data(in, out, st.st_size);
	if (rc) {
		errno = -rc;
		return err_set(e, -rc, "cannot copy %s to %s: %m", from, to);
	}
	return 0;
}

/* nftw() has no argument for its callback; these stand in for one. */
static _Thread_local struct {
	const char *from, *to;
	struct err *e;
} copying;

static int copy_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	cleanup_free char *to = path_format("%s%s", copying.to, path + strlen(copying.from));

	(void)ftw;
	if (type == FTW_D)
		return dir_make(to, st->st_mode & 07777, copying.e) ? 1 : 0;
	if (type == FTW_F)
		return file_copy(path, to, st->st_mode & 07777, copying.e) ? 1 : 0;
	if (type == FTW_SL) {
		char target[4096];
		ssize_t n = readlink(path, target, sizeof(target) - 1);

		if (n >= 0) {
			target[n] = '\0';
			if (!symlink(target, to))
				return 0;
		}
		err_set(copying.e, errno, "cannot copy the link %s: %m", path);
		return 1;
	}
	err_set(copying.e, EINVAL, "%s is neither a file nor a folder nor a link", path);
	return 1;
}

int dir_copy(const char *from, const char *to, struct err *e)
{
	copying.from = from;
	copying.to = to;
	copying.e = e;
	int rc = nftw(from, copy_one, 32, FTW_PHYS);
	if (rc < 0)
		return err_set(e, errno, "cannot read folder %s: %m", from);
	return rc ? -e->code : 0;
}

static _Thread_local uint64_t disk_bytes;

static int add_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)path;
	(void)ftw;
	if (type == FTW_F)
		disk_bytes += (uint64_t)st->st_blocks * 512;
	return 0;
}

uint64_t dir_disk_bytes(const char *path)
{
	disk_bytes = 0;
	nftw(path, add_one, 32, FTW_PHYS);
	return disk_bytes;
}

const char *dir_of_temporaries(void)
{
	const char *tmp = getenv("TMPDIR");

	return tmp && *tmp == '/' ? tmp : "/var/tmp";
}
