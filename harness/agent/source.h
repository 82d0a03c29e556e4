/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RAMRIG_AGENT_SOURCE_H
#define RAMRIG_AGENT_SOURCE_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "lib/err.h"

/* What one column holds at one tick; absent is never zero. */
struct sample_value {
	bool present;
	int64_t n;
};

/* One place that samples are read from, as protocol.h describes it. */
struct source;

/* Checks the description @j. The caller frees *ret. */
int source_new(const json_t *j, struct source **ret, struct err *e);
void source_free(struct source *s);	/* NULL is fine */

size_t source_columns(const struct source *s);

/* Appends the names of its columns to @names. */
void source_name_columns(const struct source *s, json_t *names);

/*
 * Fills one value a column, reading below @root_fd. Files stay open between
 * calls, and what is gone is looked for again. @buf is scratch.
 */
void source_read(struct source *s, int root_fd, char *buf, size_t buf_size,
		 struct sample_value *values);

#endif
