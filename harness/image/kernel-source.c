/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <string.h>
#include <unistd.h>
#include "image/kernel-source.h"
#include "lib/cleanup.h"
#include "lib/file.h"

#define BASES_MAX 16

static const char *const targets[] = { "allnoconfig", "defconfig", "tinyconfig" };

static int file_load(const struct search *s, const char *name, struct spec **ret, char **ret_dir,
		     struct err *e)
{
	cleanup_free char *path = NULL;
	int rc = search_find(s, SPEC_KERNEL, name, &path, e);

	if (!rc)
		rc = spec_load(SPEC_KERNEL, path, ret, e);
	if (rc)
		return rc;
	cleanup_free char *full = realpath(path, NULL);

	if (!full)
		return err_set(e, errno, "cannot find %s: %m", path);
	*ret_dir = strndup(full, (size_t)(strrchr(full, '/') - full));
	return *ret_dir ? 0 : err_set(e, ENOMEM, "out of memory for %s", path);
}

/* Adds the files that the list @key names, which lie in @dir, to @paths. */
static int files_add(const struct spec *spec, const char *dir, const char *key, json_t *paths,
		     struct err *e)
{
	const json_t *name;
	char at[64];
	size_t i;

	json_array_foreach(json_object_get(spec_doc(spec), key), i, name) {
		cleanup_free char *path = path_format("%s/%s", dir, json_string_value(name));

		snprintf(at, sizeof(at), "/%s/%zu", key, i);
		if (access(path, R_OK))
			return spec_error(spec, at, e, "cannot read %s: %m", path);
		json_array_append_new(paths, json_string(path));
	}
	return 0;
}

static int config_set(const struct spec *spec, const char *dir, struct kernel_source *k,
		      struct err *e)
{
	const char *config = json_str(spec_doc(spec), "config");

	for (size_t i = 0; i < ARRAY_SIZE(targets); i++) {
		if (strcmp(config, targets[i]))
			continue;
		k->config = path_format("%s", config);
		return 0;
	}
	k->config = path_format("%s/%s", dir, config);
	if (!access(k->config, R_OK))
		return 0;
	return spec_error(spec, "/config", e, "there is no file %s; and what make knows here is "
			  "tinyconfig, defconfig and allnoconfig", k->config);
}

/* @path, which stands in a file of @dir; NULL for NULL. */
static char *path_from(const char *dir, const char *path)
{
	if (!path)
		return NULL;
	return *path == '/' ? path_format("%s", path) : path_format("%s/%s", dir, path);
}

/* The source, with paths that mean the same from everywhere. */
static json_t *source_of(const struct spec *spec, const char *dir)
{
	static const char *const paths[] = { "tarball", "git", "tree" };
	json_t *source = json_deep_copy(json_object_get(spec_doc(spec), "source"));

	for (size_t i = 0; i < ARRAY_SIZE(paths); i++) {
		cleanup_free char *full = path_from(dir, json_str(source, paths[i]));

		if (full)
			json_object_set_new(source, paths[i], json_string(full));
	}
	return source;
}

static int level_add(const struct search *s, const char *name, unsigned depth,
		     struct kernel_source *k, struct err *e)
{
	cleanup_spec struct spec *spec = NULL;
	cleanup_free char *dir = NULL;
	int rc = file_load(s, name, &spec, &dir, e);
	if (rc)
		return rc;

	const char *base = json_str(spec_doc(spec), "base");

	if (depth > BASES_MAX)
		return spec_error(spec, "/base", e, "is the %dth base in a row; a kernel cannot "
				  "be based on itself", BASES_MAX);
	if (json_str(spec_doc(spec), "package"))
		return spec_error(spec, "/package", e, "a stock package is not built from source, "
				  "and cannot be the base of a kernel that is");
	if (json_object_get(spec_doc(spec), "prebuilt"))
		return spec_error(spec, "/prebuilt", e, "a prebuilt kernel is not built from source, "
				  "and cannot be the base of a kernel that is");
	if (base) {
		rc = level_add(s, base, depth + 1, k, e);
	} else {
		k->source = source_of(spec, dir);
		rc = config_set(spec, dir, k, e);
	}
	if (!rc)
		rc = files_add(spec, dir, "fragments", k->fragments, e);
	if (!rc)
		rc = files_add(spec, dir, "series", k->series, e);
	if (!rc && !depth)
		k->name = path_format("%s", json_str(spec_doc(spec), "kernel"));
	return rc;
}

int kernel_source_load(const struct search *s, const char *name, struct kernel_source *ret,
		       struct err *e)
{
	cleanup_kernel_source struct kernel_source k = {
		.fragments = json_array(), .series = json_array()
	};
	int rc = level_add(s, name, 0, &k, e);

	if (rc)
		return rc;
	*ret = k;
	k = (struct kernel_source){ 0 };
	return 0;
}

int kernel_kind_find(const struct search *s, const char *name, enum kernel_kind *ret, struct err *e)
{
	cleanup_spec struct spec *spec = NULL;
	cleanup_free char *dir = NULL;
	int rc = file_load(s, name, &spec, &dir, e);

	if (!rc)
		*ret = json_str(spec_doc(spec), "package")		? KERNEL_PACKAGE :
		       json_object_get(spec_doc(spec), "prebuilt") ? KERNEL_PREBUILT :
								     KERNEL_SOURCE;
	return rc;
}

int kernel_prebuilt_find(const struct search *s, const char *name, char **ret_bzimage,
			 char **ret_modules, struct err *e)
{
	cleanup_spec struct spec *spec = NULL;
	cleanup_free char *dir = NULL;
	int rc = file_load(s, name, &spec, &dir, e);

	if (rc)
		return rc;
	const json_t *files = json_object_get(spec_doc(spec), "prebuilt");
	cleanup_free char *bzimage = path_from(dir, json_str(files, "bzimage"));
	cleanup_free char *modules = path_from(dir, json_str(files, "modules"));

	if (access(bzimage, R_OK))
		return spec_error(spec, "/prebuilt/bzimage", e, "cannot read %s: %m", bzimage);
	if (modules && access(modules, R_OK))
		return spec_error(spec, "/prebuilt/modules", e, "cannot read %s: %m", modules);
	*ret_bzimage = take_ptr(bzimage);
	*ret_modules = take_ptr(modules);
	return 0;
}

void kernel_source_clear(struct kernel_source *k)
{
	free(k->name);
	json_decref(k->source);
	free(k->config);
	json_decref(k->fragments);
	json_decref(k->series);
	*k = (struct kernel_source){ 0 };
}
