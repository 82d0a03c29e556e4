/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RAMRIG_CONSOLE_H
#define RAMRIG_CONSOLE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#define CONSOLE_LINE_MAX 240

/*
 * Follows a guest's console as QEMU writes it to a file. Bytes are the
 * guest's: lines are cut at CONSOLE_LINE_MAX and made printable.
 */
struct console {
	int fd;				/* of the file; -1 until it exists */
	off_t seen;			/* bytes read so far */
	size_t len;
	char line[CONSOLE_LINE_MAX];	/* being collected */
	char last[CONSOLE_LINE_MAX];	/* the last whole line that was not empty */
	char panic[CONSOLE_LINE_MAX];	/* the first that tells of a death, or "" */
	bool int3;			/* the first oops was a breakpoint nobody had set */
};

/* Feeds @n bytes. Pure. Returns whether ->last changed. */
bool console_feed(struct console *c, const char *bytes, size_t n);

/* Reads what @path has got since the last call, at most 256 KiB. Same return. */
bool console_follow(struct console *c, const char *path);

/* Bytes in the file that is followed, read or not; 0 where there is none yet. */
off_t console_size(const struct console *c);

#endif
