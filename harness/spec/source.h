/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RAMRIG_SOURCE_H
#define RAMRIG_SOURCE_H

#include <stdarg.h>
#include <stddef.h>
#include "lib/err.h"

/*
 * The text of a file that people wrote, and errors that point into it.
 *
 * A place is a byte offset; people see "path:line:column", both from 1, the
 * column in characters, as editors count.
 */
struct source {
	char *path;
	char *text;		/* NUL-terminated */
	size_t len;
};

/* Takes a copy of @text. -EINVAL when it is not UTF-8, holds a NUL byte or is over 1 MiB. */
int source_init(struct source *s, const char *path, const char *text, size_t len, struct err *e);

/* Returns the offset of @column of @line, both from 1; past the end of either, that end. */
size_t source_offset(const struct source *s, unsigned line, unsigned column);

/*
 * Fills @e with "path:line:column: " and the message, and its excerpt with the
 * line and a caret below @offset. Of a long line the part around the caret is
 * shown. Returns -EINVAL.
 */
int source_error(const struct source *s, size_t offset, struct err *e, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));
int source_verror(const struct source *s, size_t offset, struct err *e, const char *fmt, va_list ap)
	__attribute__((format(printf, 4, 0)));

void source_clear(struct source *s);
#define cleanup_source __attribute__((cleanup(source_clear)))

#endif
