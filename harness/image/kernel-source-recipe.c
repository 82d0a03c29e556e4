/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <string.h>
#include "image/cache-tree.h"
#include "image/kernel-source-recipe.h"
#include "lib/cleanup.h"
#include "lib/file.h"

/* Copies of one kind are told apart by their number: bases may use a name twice. */
static char *copy_name(const char *kind, size_t n, const char *path)
{
	const char *slash = strrchr(path, '/');

	return path_format("%s-%zu-%s", kind, n, slash ? slash + 1 : path);
}

static int keep_file(const char *dir, const char *from, const char *name, struct err *e)
{
	cleanup_free char *to = path_format("%s/%s", dir, name);

	return file_copy(from, to, 0644, e);
}

static int keep_fragments(const json_t *fragments, const char *dir, json_t *names, struct err *e)
{
	const json_t *path;
	size_t i;

	json_array_foreach(fragments, i, path) {
		cleanup_free char *name = copy_name("fragment", i + 1, json_string_value(path));
		int rc = keep_file(dir, json_string_value(path), name, e);

		if (rc)
			return rc;
		json_array_append_new(names, json_string(name));
	}
	return 0;
}

static int keep_series(const json_t *series, const char *dir, json_t *list, struct err *e)
{
	const json_t *patch;
	size_t i;

	json_array_foreach(series, i, patch) {
		cleanup_free char *name = path_format("%04zu.patch", i + 1);
		cleanup_free char *path = path_format("%s/%s", dir, name);
		const char *text = json_str(patch, "text");
		int rc = file_write_atomic(path, text, strlen(text), e);

		if (rc)
			return rc;
		json_array_append_new(list, json_pack("{s:s, s:O, s:O}", "file", name, "title",
						      json_object_get(patch, "title"), "hash",
						      json_object_get(patch, "hash")));
	}
	return 0;
}

int kernel_recipe_keep(const struct kernel_source *k, const struct kernel_origin *o,
		       const json_t *series, const char *dir, struct err *e)
{
	cleanup_free char *info = path_format("%s/recipe.json", dir);
	cleanup_free char *config =
		strchr(k->config, '/') ? copy_name("config", 0, k->config) : NULL;
	cleanup_json json_t *fragments = json_array(), *patches = json_array();
	int rc = cache_dir_make(dir, e);

	if (!rc && config)
		rc = keep_file(dir, k->config, config, e);
	if (!rc)
		rc = keep_fragments(k->fragments, dir, fragments, e);
	if (!rc)
		rc = keep_series(series, dir, patches, e);
	if (rc)
		return rc;
	cleanup_json json_t *j =
		json_pack("{s:s, s:s, s:s, s:s?, s:s?, s:s, s:s, s:O, s:O}", "name", k->name,
			  "source", o->label, "what", o->what, "revision", o->revision, "version",
			  o->version, "id", o->id, "config", config ? config : k->config,
			  "fragments", fragments, "series", patches);

	return j ? json_save_path(j, info, e)
		 : err_set(e, ENOMEM, "out of memory for the recipe of kernel %s", k->name);
}
