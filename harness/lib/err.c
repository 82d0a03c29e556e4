/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include "lib/err.h"

/* A sentence may quote what a program printed; it stays one line all the same. */
static void msg_join_lines(char *msg)
{
	size_t len = strlen(msg);

	while (len && strchr(" \t\r\n", msg[len - 1]))
		msg[--len] = '\0';
	for (char *c = msg; *c; c++) {
		if (*c == '\n' || *c == '\r')
			*c = ' ';
	}
}

int err_set(struct err *e, int code, const char *fmt, ...)
{
	char msg[sizeof(e->msg)];
	va_list ap;

	/* Through a copy, since an argument may be e->msg itself. */
	va_start(ap, fmt);
	vsnprintf(msg, sizeof(msg), fmt, ap);
	va_end(ap);
	msg_join_lines(msg);
	memcpy(e->msg, msg, sizeof(e->msg));
	e->excerpt[0] = '\0';
	e->code = code;
	return -code;
}

int err_prefix(struct err *e, const char *fmt, ...)
{
	char msg[sizeof(e->msg)];
	va_list ap;

	va_start(ap, fmt);
	int n = vsnprintf(msg, sizeof(msg), fmt, ap);
	va_end(ap);
	if (n >= 0 && (size_t)n < sizeof(msg))
		snprintf(msg + n, sizeof(msg) - (size_t)n, "%s", e->msg);
	memcpy(e->msg, msg, sizeof(e->msg));
	return -e->code;
}
