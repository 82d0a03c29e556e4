/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "image/bzimage.h"
#include "lib/cleanup.h"

/*
 * Offsets of the x86 boot protocol (Documentation/arch/x86/boot.rst). The
 * version string's offset is a 16-bit number that counts from the end of the
 * first sector, so all of it lies in the first 65 KiB.
 */
#define MAGIC_AT 0x202
#define PROTOCOL_AT 0x206
#define VERSION_AT 0x20e
#define SECTOR 0x200
#define HEAD_MAX (SECTOR + UINT16_MAX + 1)
#define RELEASE_MAX 64	/* __NEW_UTS_LEN */

static ssize_t read_head(int fd, unsigned char *head, size_t max)
{
	size_t len = 0;

	while (len < max) {
		ssize_t n = read(fd, head + len, max - len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		if (!n)
			break;
		len += (size_t)n;
	}
	return (ssize_t)len;
}

/* Length of the release at @at, or 0 where there is none that can be one. */
static size_t release_len(const unsigned char *head, size_t len, size_t at)
{
	size_t n = 0;

	while (at + n < len && isgraph(head[at + n]) && head[at + n] != '/')
		n++;
	if (at + n >= len || (head[at + n] && head[at + n] != ' ') || n > RELEASE_MAX)
		return 0;
	return n;
}

int bzimage_release(const char *path, char **ret, struct err *e)
{
	cleanup_close int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	cleanup_free unsigned char *head = malloc(HEAD_MAX);
	struct stat st;

	if (fd < 0 || fstat(fd, &st))
		return err_set(e, errno, "cannot open the kernel %s: %m", path);
	if (!S_ISREG(st.st_mode) || !head)
		return err_set(e, EINVAL, "the kernel %s is not a regular file", path);
	ssize_t len = read_head(fd, head, HEAD_MAX);
	if (len < 0) {
		errno = (int)-len;
		return err_set(e, errno, "cannot read the kernel %s: %m", path);
	}
	if (len < VERSION_AT + 2 || memcmp(head + MAGIC_AT, "HdrS", 4))
		return err_set(e, EINVAL,
			       "%s is not a bzImage: an x86 kernel has \"HdrS\" at byte 0x202 "
			       "(vmlinux is not what boots)",
			       path);
	unsigned protocol = head[PROTOCOL_AT] | head[PROTOCOL_AT + 1] << 8;
	unsigned offset = head[VERSION_AT] | head[VERSION_AT + 1] << 8;
	size_t n = protocol >= 0x200 && offset ?
			   release_len(head, (size_t)len, SECTOR + offset) : 0;

	if (!n)
		return err_set(e, EINVAL, "the bzImage %s does not say which release it is", path);
	*ret = strndup((char *)head + SECTOR + offset, n);
	return *ret ? 0 : err_set(e, ENOMEM, "out of memory for %s", path);
}
