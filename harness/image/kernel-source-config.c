/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <string.h>
#include "image/kernel-source-config.h"
#include "lib/cleanup.h"
#include "lib/file.h"

#define FRAGMENT_MAX (4U << 20)
#define PREFIX "CONFIG_"
#define NOT_SET " is not set"

static const char *next_line(const char *line)
{
	line = strchrnul(line, '\n');
	return line + (*line == '\n');
}

/* "CONFIG_X=y" or "# CONFIG_X is not set"; false for a line that sets nothing. */
static bool option_parse(const char *line, struct config_miss *o)
{
	bool is_comment = !strncmp(line, "# ", 2);
	size_t len = strcspn(line, "\n");
	const char *name = line + (is_comment ? 2 : 0) + strlen(PREFIX), *end;

	if (strncmp(line + (is_comment ? 2 : 0), PREFIX, strlen(PREFIX)))
		return false;
	for (end = name; isalnum((unsigned char)*end) || *end == '_'; end++)
		;
	if (is_comment ? strncmp(end, NOT_SET, strlen(NOT_SET)) : *end != '=')
		return false;
	while (isspace((unsigned char)line[len - 1]))
		len--;
	snprintf(o->name, sizeof(o->name), "%.*s", (int)(end - name), name);
	if (is_comment)
		snprintf(o->wanted, sizeof(o->wanted), "n");
	else
		snprintf(o->wanted, sizeof(o->wanted), "%.*s", (int)(line + len - end - 1), end + 1);
	return true;
}

const char *config_value(const char *config, const char *name, char *buf, size_t size)
{
	struct config_miss o;

	snprintf(buf, size, "n");
	for (const char *line = config; *line; line = next_line(line))
		if (!strncmp(line, PREFIX, strlen(PREFIX)) && option_parse(line, &o) &&
		    !strcmp(o.name, name))
			snprintf(buf, size, "%s", o.wanted);
	return buf;
}

/* Adds what @fragment asks for to @wanted: { NAME: [value, index of the fragment, line] }. */
static int fragment_read(const char *fragment, size_t index, json_t *wanted, struct err *e)
{
	cleanup_free char *text = NULL;
	struct config_miss o;
	unsigned n = 1;
	int rc = file_read(AT_FDCWD, fragment, FRAGMENT_MAX, &text, NULL, e);

	if (rc)
		return rc;
	for (const char *line = text; *line; line = next_line(line), n++)
		if (option_parse(line, &o))
			json_object_set_new(wanted, o.name,
					    json_pack("[s, i, i]", o.wanted, (int)index, (int)n));
	return 0;
}

int config_check(const json_t *fragments, const char *config, struct config_miss *ret_miss,
		 struct err *e)
{
	cleanup_json json_t *wanted = json_object();
	const char *name, *value;
	const json_t *path;
	json_t *want;
	size_t i;

	json_array_foreach(fragments, i, path) {
		int rc = fragment_read(json_string_value(path), i, wanted, e);

		if (rc)
			return rc;
	}
	json_object_foreach(wanted, name, want) {
		struct config_miss m = { .line = (unsigned)json_integer_value(json_array_get(want, 2)) };
		size_t from = (size_t)json_integer_value(json_array_get(want, 1));

		value = json_string_value(json_array_get(want, 0));
		if (!strcmp(config_value(config, name, m.got, sizeof(m.got)), value))
			continue;
		m.fragment = json_string_value(json_array_get(fragments, from));
		snprintf(m.name, sizeof(m.name), "%s", name);
		snprintf(m.wanted, sizeof(m.wanted), "%s", value);
		*ret_miss = m;
		return err_set(e, EINVAL, "%s:%u: CONFIG_%s=%s came out as %s", m.fragment, m.line,
			       m.name, m.wanted, m.got);
	}
	return 0;
}
