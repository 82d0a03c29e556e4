/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RAMRIG_AGENT_TAIL_H
#define RAMRIG_AGENT_TAIL_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The last bytes of a stream, at most max; dropped counts those before them. */
struct tail {
	char *buf;
	size_t len, cap, max;
	uint64_t dropped;
};

/* Out of memory drops bytes, and counts them. */
void tail_append(struct tail *t, const char *data, size_t len);

/*
 * Whether @text stands in the tail, looking only where it may have come with
 * the newest @new_bytes.
 */
bool tail_has_new(const struct tail *t, const char *text, size_t new_bytes);

void tail_clear(struct tail *t);	/* keeps max */

/*
 * Bytes as a JSON string: what is not UTF-8, and control characters other
 * than tab, newline and return, become '?'. NULL when out of memory.
 */
json_t *text_json(const char *data, size_t len);

#endif
