/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "bundle/read.h"
#include "bundle/replayable.h"
#include "image/cache.h"
#include "lib/cleanup.h"
#include "lib/file.h"
#include "lib/hash.h"

#define KIND "bundle"

static void path_set(json_t *into, const char *key, const json_t *from, const char *dir)
{
	const char *name = json_str(from, key);

	json_object_set_new(into, key, name ? json_sprintf("%s/%s", dir, name) : json_null());
}

static void kernel_relocate(json_t *kernel, const json_t *bundled, const char *dir)
{
	path_set(kernel, "bzimage", bundled, dir);
	path_set(kernel, "modules", bundled, dir);
	path_set(kernel, "vmlinux", bundled, dir);
}

int replayable_relocate(json_t *plan, const json_t *manifest, const char *dir, struct err *e)
{
	json_t *kernels = json_object_get(plan, "kernels"), *kernel;
	json_t *image = json_object_get(plan, "image");
	const json_t *bundled = json_object_get(manifest, "kernels");
	const char *file = json_str(json_object_get(manifest, "image"), "file"), *name;

	if (!json_is_object(json_object_get(plan, "reference")) || !json_is_object(image))
		return err_set(e, EINVAL, "its plan has no reference kernel or no image");
	json_object_foreach(kernels, name, kernel) {
		/* Those of cells that were left out are not there. */
		if (json_object_get(bundled, name))
			kernel_relocate(kernel, json_object_get(bundled, name), dir);
	}
	kernel_relocate(json_object_get(plan, "reference"), json_object_get(manifest, "reference"),
			dir);
	if (file)
		json_object_set_new(image, "path", json_sprintf("%s/%s", dir, file));
	return 0;
}

/* A cache_build_fn; @arg is the bundle's path. */
static int unpack(const char *dir, void *arg, struct err *e)
{
	return bundle_unpack(arg, dir, BUNDLE_WHOLE, e);
}

static int file_open(const char *path, char **ret_dir, struct err *e)
{
	cleanup_json json_t *manifest = NULL;
	char hash[65];
	int rc = bundle_manifest(path, &manifest, hash, e);

	return rc ? rc
		  : cache_ensure(KIND, json_str(manifest, "experiment"), hash, unpack, (void *)path,
				 ret_dir, NULL, e);
}

/* Sets @s->manifest where the folder @dir was a bundle. */
static int folder_manifest(struct replayable *s, const char *dir, struct err *e)
{
	cleanup_free char *path = path_format("%s/" BUNDLE_MANIFEST, dir), *text = NULL;
	size_t len;

	if (access(path, F_OK))
		return 0;
	int rc = file_read(AT_FDCWD, path, BUNDLE_MANIFEST_MAX, &text, &len, e);

	if (!rc)
		rc = manifest_parse(text, len, &s->manifest, e);
	if (rc)
		return err_prefix(e, "%s: ", dir);
	hash_bytes(text, len, s->hash);
	return 0;
}

int replayable_open(const char *path, struct replayable *ret, struct err *e)
{
	cleanup_replayable struct replayable s = { 0 };
	cleanup_free char *dir = NULL;
	struct stat st;
	int rc = 0;

	if (!stat(path, &st) && S_ISREG(st.st_mode))
		rc = file_open(path, &dir, e);
	else if (!(dir = realpath(path, NULL)))
		rc = err_set(e, errno, "cannot find the result %s: %m", path);
	if (!rc)
		rc = result_load(dir, &s.result, e);
	if (!rc)
		rc = folder_manifest(&s, dir, e);
	if (!rc && s.manifest)
		rc = replayable_relocate(s.result->plan, s.manifest, dir, e);
	if (rc)
		return rc;
	*ret = s;
	s = (struct replayable){ 0 };
	return 0;
}

void replayable_clear(struct replayable *s)
{
	result_free(s->result);
	json_decref(s->manifest);
	*s = (struct replayable){ 0 };
}
