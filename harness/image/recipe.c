/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <string.h>
#include "image/content.h"
#include "image/recipe.h"
#include "lib/cleanup.h"
#include "lib/file.h"
#include "vm/arch.h"

/* Raise it when image-build.c makes other images from the same recipe. */
#define BUILDER "1"

static int recipe_hash(struct recipe *r, struct err *e)
{
	struct content c;

	content_init(&c);
	content_add_text(&c, "builder", BUILDER);
	content_add_text(&c, "arch", arch_here()->debian);
	int rc = r->base_dir ? content_add_folder(&c, r->base_dir, e) : 0;

	if (!rc)
		rc = content_add_folder(&c, r->dir, e);
	if (!rc)
		content_end(&c, r->hash);
	return rc;
}

/* Adds the packages of @r's base, which @doc names, and notes where it lies. */
static int base_add(const struct search *s, const struct spec *spec, struct recipe *r,
		    struct err *e)
{
	cleanup_recipe struct recipe base = { 0 };
	const char *name = json_str(spec_doc(spec), "base");

	if (!name)
		return 0;
	if (!strcmp(name, r->name))
		return spec_error(spec, "/base", e, "base: an image is not its own base");
	if (recipe_load(s, name, &base, e))
		return err_prefix(e, "the base of the image '%s': ", r->name);
	if (base.base_dir)
		return spec_error(spec, "/base", e, "base: '%s' has a base itself", name);
	if (strcmp(base.suite, r->suite))
		return spec_error(spec, "/base", e, "base: '%s' is of %s, and this of %s", name,
				  base.suite, r->suite);
	r->base_dir = take_ptr(base.dir);
	json_array_extend(base.packages, r->packages);
	json_decref(r->packages);
	r->packages = json_incref(base.packages);
	return 0;
}

int recipe_load(const struct search *s, const char *name, struct recipe *ret, struct err *e)
{
	cleanup_recipe struct recipe r = { 0 };
	cleanup_free char *path = NULL;
	cleanup_spec struct spec *spec = NULL;
	int rc = search_find(s, SPEC_IMAGE, name, &path, e);

	if (!rc)
		rc = spec_load(SPEC_IMAGE, path, &spec, e);
	if (rc)
		return rc;
	const json_t *doc = spec_doc(spec);
	cleanup_free char *full = realpath(path, NULL);

	if (!full)
		return err_set(e, errno, "cannot find %s: %m", path);
	r.dir = strndup(full, (size_t)(strrchr(full, '/') - full));
	r.name = path_format("%s", json_str(doc, "image"));
	r.suite = path_format("%s", json_str(doc, "suite"));
	r.packages = json_deep_copy(json_object_get(doc, "packages"));
	r.size_bytes = (uint64_t)json_int_or(doc, "size", 0);
	rc = base_add(s, spec, &r, e);
	if (!rc)
		rc = recipe_hash(&r, e);
	if (rc)
		return rc;
	*ret = r;
	r = (struct recipe){ 0 };
	return 0;
}

void recipe_clear(struct recipe *r)
{
	free(r->name);
	free(r->dir);
	free(r->base_dir);
	free(r->suite);
	json_decref(r->packages);
	*r = (struct recipe){ 0 };
}
