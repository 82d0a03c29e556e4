/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdbool.h>
#include <string.h>
#include "lib/cleanup.h"
#include "lib/file.h"
#include "lib/json.h"

#define JSON_FILE_MAX (256UL << 20)

int json_load_path(const char *path, json_t **ret, struct err *e)
{
	cleanup_free char *text = NULL;
	size_t len;
	json_error_t je;

	int rc = file_read(AT_FDCWD, path, JSON_FILE_MAX, &text, &len, e);
	if (rc)
		return rc;
	json_t *j = json_loadb(text, len, JSON_REJECT_DUPLICATES, &je);
	if (!j)
		return err_set(e, EINVAL, "%s:%d:%d: %s", path, je.line, je.column, je.text);
	*ret = j;
	return 0;
}

int json_save_path(const json_t *j, const char *path, struct err *e)
{
	cleanup_free char *text = json_dumps(j, JSON_INDENT(1) | JSON_REAL_PRECISION(12));

	if (!text)
		return err_set(e, ENOMEM, "cannot encode %s as JSON", path);
	size_t len = strlen(text);
	text[len++] = '\n';	/* over the NUL */
	return file_write_atomic(path, text, len, e);
}

json_t *json_sentence(const char *text)
{
	cleanup_free char *line = strdup(text);

	if (!line)
		return NULL;
	for (char *s = line; *s; s++) {
		if ((unsigned char)*s < 0x20 || *s == 0x7f)
			*s = ' ';
	}
	json_t *j = json_string(line);
	if (j)
		return j;
	for (char *s = line; *s; s++) {
		if ((unsigned char)*s > 0x7e)
			*s = '?';
	}
	return json_string(line);
}

const char *json_str(const json_t *j, const char *key)
{
	return json_string_value(json_object_get(j, key));
}

json_int_t json_int_or(const json_t *j, const char *key, json_int_t absent)
{
	const json_t *v = json_object_get(j, key);

	return json_is_integer(v) ? json_integer_value(v) : absent;
}

void json_count_up(json_t *j, const char *key)
{
	json_object_set_new(j, key, json_integer(json_int_or(j, key, 0) + 1));
}

json_t *json_real_or_null(double v)
{
	return isfinite(v) ? json_real(v) : json_null();
}

void json_strings_merge(json_t *into, const json_t *from)
{
	json_t *item, *known;
	size_t i, k;

	json_array_foreach(from, i, item) {
		bool is_known = false;

		json_array_foreach(into, k, known)
			is_known |= json_equal(known, item);
		if (!is_known)
			json_array_append(into, item);
	}
}

const char *json_str_or(const json_t *j, const char *key, const char *absent)
{
	const char *text = json_str(j, key);

	return text ? text : absent;
}

bool json_array_has(const json_t *list, const char *text)
{
	const json_t *item;
	size_t i;

	json_array_foreach(list, i, item)
		if (json_is_string(item) && !strcmp(json_string_value(item), text))
			return true;
	return false;
}

json_t *json_array_find(const json_t *list, const char *key, const char *text)
{
	json_t *item;
	size_t i;

	json_array_foreach(list, i, item) {
		const char *has = json_str(item, key);

		if (has && !strcmp(has, text))
			return item;
	}
	return NULL;
}
