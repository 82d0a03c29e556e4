/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "lib/cleanup.h"
#include "vm/console.h"

/* After these the kernel does not go on; panic=-1 then ends the guest. */
static const char *const deaths[] = {
	"Kernel panic - not syncing",
	"---[ end Kernel panic",
};

/* The first oops of an x86 kernel that meets a breakpoint it knows nothing of. */
#define INT3_OOPS "int3: 0000 [#1]"

static bool line_end(struct console *c)
{
	if (!c->len)
		return false;
	c->line[c->len] = '\0';
	memcpy(c->last, c->line, c->len + 1);
	c->len = 0;
	c->int3 |= strstr(c->last, INT3_OOPS) != NULL;
	for (size_t i = 0; i < ARRAY_SIZE(deaths) && !c->panic[0]; i++) {
		if (strstr(c->last, deaths[i]))
			memcpy(c->panic, c->last, sizeof(c->panic));
	}
	return true;
}

bool console_feed(struct console *c, const char *bytes, size_t n)
{
	bool changed = false;

	for (size_t i = 0; i < n; i++) {
		unsigned char b = (unsigned char)bytes[i];

		if (b == '\n')
			changed |= line_end(c);
		else if (b != '\r' && c->len < sizeof(c->line) - 1)
			c->line[c->len++] = b >= ' ' && b < 127 ? (char)b : '?';
	}
	return changed;
}

bool console_follow(struct console *c, const char *path)
{
	char buf[65536];
	bool changed = false;

	if (c->fd < 0)
		c->fd = open(path, O_RDONLY | O_CLOEXEC);
	for (int i = 0; c->fd >= 0 && i < 4; i++) {
		ssize_t n = pread(c->fd, buf, sizeof(buf), c->seen);

		if (n <= 0)
			break;
		c->seen += n;
		changed |= console_feed(c, buf, (size_t)n);
	}
	return changed;
}

off_t console_size(const struct console *c)
{
	struct stat st;

	return c->fd >= 0 && !fstat(c->fd, &st) ? st.st_size : 0;
}
