/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <string.h>
#include "image/content.h"
#include "lib/cleanup.h"
#include "lib/file.h"
#include "plan/counted.h"

#define PLAN_DIGITS 12	/* json_save_path() keeps so many of a plan */

/* Keys whose value says nothing of what is measured. */
static const char *const left_out[] = { "summary", "help", "folder" };

static bool is_left_out(const char *key)
{
	for (size_t i = 0; i < ARRAY_SIZE(left_out); i++)
		if (!strcmp(key, left_out[i]))
			return true;
	return false;
}

/*
 * A copy without what does not count. A whole number is the same whether a program that rewrote the
 * plan took it for a real one or not.
 */
static json_t *counted(const json_t *j)
{
	json_t *copy, *value;
	const char *key;
	size_t i;

	if (json_is_number(j))
		return json_real(json_number_value(j));
	if (json_is_array(j)) {
		copy = json_array();
		json_array_foreach(j, i, value)
			json_array_append_new(copy, counted(value));
		return copy;
	}
	if (!json_is_object(j))
		return json_incref((json_t *)j);
	copy = json_object();
	json_object_foreach((json_t *)j, key, value) {
		if (!is_left_out(key))
			json_object_set_new(copy, key, counted(value));
	}
	return copy;
}

char *counted_hash(const char *label, const json_t *part)
{
	cleanup_json json_t *copy = counted(part);
	cleanup_free char *text = json_dumps(copy, JSON_SORT_KEYS | JSON_COMPACT |
					      JSON_REAL_PRECISION(PLAN_DIGITS));
	struct content c;
	char hex[65];

	if (!text)
		return NULL;
	content_init(&c);
	content_add_text(&c, label, text);
	content_end(&c, hex);
	return path_format("%s", hex);
}
