/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <string.h>
#include "lib/cleanup.h"
#include "lib/file.h"
#include "spec/placeholder.h"

#define NAME_FIRST "abcdefghijklmnopqrstuvwxyz"
#define NAME_REST NAME_FIRST "0123456789_"

const char *placeholder_next(const char **at, size_t *ret_len)
{
	for (const char *brace = strchr(*at, '{'); brace; brace = strchr(brace + 1, '{')) {
		size_t len = strspn(brace + 1, NAME_REST);

		if (!len || len >= PLACEHOLDER_SIZE || brace[1 + len] != '}' ||
		    !strchr(NAME_FIRST, brace[1]))
			continue;
		*at = brace + len + 2;
		*ret_len = len;
		return brace + 1;
	}
	return NULL;
}

/* A parameter's value as it is written, or NULL: it is none. */
static char *value_text(const json_t *parameters, const char *name, size_t len)
{
	const json_t *v = json_object_get(json_object_getn(parameters, name, len), "value");

	if (json_is_integer(v))
		return path_format("%" JSON_INTEGER_FORMAT, json_integer_value(v));
	return json_is_string(v) ? path_format("%s", json_string_value(v)) : NULL;
}

char *placeholder_fill(const char *text, const json_t *parameters)
{
	char *filled = path_format("%s", "");
	const char *at = text, *done = text, *name;
	size_t len;

	while ((name = placeholder_next(&at, &len))) {
		cleanup_free char *value = value_text(parameters, name, len);
		cleanup_free char *before = filled;

		if (value)
			filled = path_format("%s%.*s%s", before, (int)(name - 1 - done), done, value);
		else
			filled = path_format("%s%.*s", before, (int)(at - done), done);
		done = at;
	}
	cleanup_free char *before = filled;

	return path_format("%s%s", before, done);
}

char *placeholder_fill_one(const char *text, const char *name, const char *value)
{
	cleanup_json json_t *parameters = json_pack("{s:{s:s}}", name, "value", value);

	return placeholder_fill(text, parameters);
}
