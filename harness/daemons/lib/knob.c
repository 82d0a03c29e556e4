/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "daemons/lib/knob.h"
#include "lib/cleanup.h"
#include "lib/text.h"

int knob_number(int dirfd, const char *name, uint64_t *ret, struct err *e)
{
	char text[64], *end;
	int rc = text_read_at(dirfd, name, text, sizeof(text), e);

	if (rc)
		return rc;
	text[strcspn(text, "\n")] = '\0';
	if (!strcmp(text, "max")) {
		*ret = UINT64_MAX;
		return 0;
	}
	errno = 0;
	uint64_t v = strtoull(text, &end, 10);
	if (errno || end == text || *end || *text == '-')
		return err_set(e, EINVAL, "%s holds no number: '%s'", name, text);
	*ret = v;
	return 0;
}

int knob_write(int dirfd, const char *name, const char *text, struct err *e)
{
	cleanup_close int fd = openat(dirfd, name, O_WRONLY | O_CLOEXEC);

	if (fd < 0 || write(fd, text, strlen(text)) < 0)
		return err_set(e, errno, "cannot write '%s' to %s: %m", text, name);
	return 0;
}
