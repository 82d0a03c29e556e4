/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RAMRIG_LINK_LOG_H
#define RAMRIG_LINK_LOG_H

#include <jansson.h>
#include <stddef.h>
#include <stdio.h>

/* The log of link.h, which a guest that talks without end must not grow without end. */
struct link_log {
	FILE *file;		/* NULL: none, or no more */
	size_t written;
};

/* One line for @message, which @from, "host" or "guest", sent. */
void link_log_write(struct link_log *log, const char *from, const json_t *message);

#endif
