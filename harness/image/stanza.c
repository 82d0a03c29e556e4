/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>
#include "image/stanza.h"

static void add_line(json_t *stanza, const char *line, size_t len)
{
	const char *colon = memchr(line, ':', len);

	if (*line == ' ' || *line == '\t' || !colon || colon == line)
		return;
	const char *value = colon + 1, *end = line + len;

	while (value < end && *value == ' ')
		value++;
	json_object_setn_new(stanza, line, (size_t)(colon - line),
			     json_stringn(value, (size_t)(end - value)));
}

json_t *stanza_parse(const char *text)
{
	json_t *all = json_array(), *stanza = NULL;

	for (const char *line = text; *line;) {
		size_t len = strcspn(line, "\n");

		if (!len) {
			stanza = NULL;
		} else {
			if (!stanza) {
				stanza = json_object();
				json_array_append_new(all, stanza);
			}
			add_line(stanza, line, len);
		}
		line += len + (line[len] == '\n');
	}
	return all;
}
