/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <sys/statvfs.h>
#include "image/apt.h"
#include "image/cache.h"
#include "image/content.h"
#include "image/image-build.h"
#include "image/image.h"
#include "image/resolved.h"
#include "lib/cleanup.h"
#include "lib/file.h"

#define KIND "image"
/* An unpacked tree, its tar and the image are there at once, but the file system is half empty. */
static int disk_check(uint64_t size_bytes, struct err *e)
{
	cleanup_free char *root = NULL;
	struct statvfs fs;
	int rc = cache_root(&root, e);

	if (rc || statvfs(root, &fs))
		return rc;
	uint64_t free_bytes = (uint64_t)fs.f_bavail * fs.f_frsize;

	if (free_bytes >= size_bytes)
		return 0;
	return err_set(e, ENOSPC,
		       "building the image needs %" PRIu64 " MiB, and %s has %" PRIu64
		       " MiB free: make room, or set XDG_CACHE_HOME to another disk",
		       size_bytes >> 20, root, free_bytes >> 20);
}

static int build_with_room(const char *dir, void *arg, struct err *e)
{
	const struct image_build *b = arg;
	int rc = disk_check(b->recipe->size_bytes, e);

	return rc ? rc : image_build(dir, arg, e);
}

int image_load(const char *dir, struct image *ret, struct err *e)
{
	cleanup_free char *info = path_format("%s/" IMAGE_INFO, dir);
	cleanup_json json_t *j = NULL;
	int rc = json_load_path(info, &j, e);
	if (rc)
		return rc;

	const char *name = json_str(j, "image"), *hash = json_str(j, "hash");

	if (!name || !hash || strlen(hash) != 64)
		return err_set(e, EIO, "%s is damaged: remove %s", info, dir);
	ret->name = path_format("%s", name);
	ret->path = path_format("%s/" IMAGE_FILE, dir);
	snprintf(ret->hash, sizeof(ret->hash), "%s", hash);
	return 0;
}

/* The same recipe built from whatever sources, for a host that lost its own. */
static int cached_of_recipe(const struct recipe *r, char **ret_dir)
{
	cleanup_json json_t *list = NULL;
	const char *best = "";
	const json_t *entry;
	struct err ignored;
	size_t i;

	if (cache_list(&list, &ignored))
		return -ENOENT;
	json_array_foreach(list, i, entry) {
		const char *path = json_str(entry, "path");
		cleanup_free char *file = path_format("%s/" IMAGE_INFO, path);
		cleanup_json json_t *info = NULL;

		if (strcmp(json_str(entry, "kind"), KIND) ||
		    strcmp(json_str(entry, "name"), r->name) ||
		    json_load_path(file, &info, &ignored))
			continue;
		const char *recipe = json_str(info, "recipe"), *used = json_str(entry, "used");

		if (!recipe || strcmp(recipe, r->hash) || strcmp(used, best) <= 0)
			continue;
		free(*ret_dir);
		*ret_dir = path_format("%s", path);
		best = used;
	}
	return *ret_dir ? 0 : -ENOENT;
}

static int build_or_find(const struct recipe *r, const struct progress *p, char **ret_dir,
			 bool *ret_built, struct err *e)
{
	cleanup_json json_t *sources = NULL;
	struct content c;
	char hash[65];
	struct err why;
	int rc = apt_sources(r->suite, &sources, &why);

	if (rc && !cached_of_recipe(r, ret_dir))
		return 0;
	if (rc) {
		*e = why;
		return rc;
	}

	struct image_build b = { .recipe = r, .sources = sources, .progress = p };
	cleanup_free char *text = json_dumps(sources, JSON_COMPACT);

	content_init(&c);
	content_add_text(&c, "recipe", r->hash);
	content_add_text(&c, "sources", text);
	content_end(&c, hash);
	return cache_ensure(KIND, r->name, hash, build_with_room, &b, ret_dir, ret_built, e);
}

int image_ensure(const struct search *s, const char *name, const struct progress *p,
		 struct image *ret, bool *ret_built, struct err *e)
{
	cleanup_recipe struct recipe r = { 0 };
	cleanup_free char *dir = NULL;
	struct err stamp;
	bool built = false;
	int rc = recipe_load(s, name, &r, e);
	if (rc)
		return rc;

	if (resolved_get(KIND, r.name, r.hash, &dir, &stamp)) {
		rc = build_or_find(&r, p, &dir, &built, e);
		if (rc)
			return rc;
		/* Without the stamp the next start only takes longer. */
		resolved_put(KIND, r.name, r.hash, dir, &stamp);
	}
	rc = image_load(dir, ret, e);
	if (!rc && ret_built)
		*ret_built = built;
	return rc;
}

int image_find(const char *name, const char *hash, struct image *ret, struct err *e)
{
	cleanup_json json_t *list = NULL;
	const json_t *entry;
	size_t i;
	int rc = cache_list_kind(KIND, &list, e);

	if (rc)
		return rc;
	json_array_foreach(list, i, entry) {
		struct image found = { 0 };
		struct err ignored;

		if (strcmp(json_str(entry, "name"), name) ||
		    image_load(json_str(entry, "path"), &found, &ignored))
			continue;
		if (!strcmp(found.hash, hash)) {
			*ret = found;
			return 0;
		}
		image_clear(&found);
	}
	return err_set(e, ENOENT, "the image %s that it ran on (%.16s) is not in the cache; "
		       "`ramrig image build %s` makes one of today's packages, which is the same "
		       "only if these are", name, hash, name);
}

void image_clear(struct image *i)
{
	free(i->name);
	free(i->path);
	*i = (struct image){ 0 };
}
