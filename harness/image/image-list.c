/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <string.h>
#include "image/cache.h"
#include "image/image-build.h"
#include "image/image-list.h"
#include "lib/cleanup.h"
#include "lib/file.h"

/* The entry of @name used last, or NULL. */
static const json_t *latest(const json_t *entries, const char *name)
{
	const json_t *entry, *best = NULL;
	size_t i;

	json_array_foreach(entries, i, entry) {
		if (strcmp(json_str(entry, "kind"), "image") ||
		    strcmp(json_str(entry, "name"), name))
			continue;
		if (!best || strcmp(json_str(entry, "used"), json_str(best, "used")) > 0)
			best = entry;
	}
	return best;
}

static json_t *describe(const char *name, const json_t *entry)
{
	if (!entry)
		return json_pack("{s:s}", "name", name);

	const char *dir = json_str(entry, "path");
	cleanup_free char *path = path_format("%s/" IMAGE_FILE, dir);
	cleanup_free char *file = path_format("%s/" IMAGE_INFO, dir);
	cleanup_json json_t *info = NULL;
	struct err ignored;

	if (json_load_path(file, &info, &ignored))
		return json_pack("{s:s}", "name", name);
	return json_pack("{s:s, s:s?, s:O, s:O, s:s}", "name", name, "hash", json_str(info, "hash"),
			 "bytes", json_object_get(entry, "bytes"), "used",
			 json_object_get(entry, "used"), "path", path);
}

int image_list(const struct search *s, json_t **ret, struct err *e)
{
	cleanup_json json_t *names = search_list(s, SPEC_IMAGE);
	cleanup_json json_t *entries = NULL;
	cleanup_json json_t *list = json_array();
	const json_t *name;
	size_t i;
	int rc = cache_list(&entries, e);
	if (rc)
		return rc;

	json_array_foreach(names, i, name) {
		const char *text = json_string_value(name);

		json_array_append_new(list, describe(text, latest(entries, text)));
	}
	*ret = take_ptr(list);
	return 0;
}
