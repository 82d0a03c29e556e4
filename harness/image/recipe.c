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

/* What stands in the file of the image @name itself; the caller frees both, also on failure. */
static int recipe_read(const struct search *s, const char *name, struct spec **ret_spec,
		       struct recipe *ret, struct err *e)
{
	cleanup_free char *path = NULL;
	int rc = search_find(s, SPEC_IMAGE, name, &path, e);

	if (!rc)
		rc = spec_load(SPEC_IMAGE, path, ret_spec, e);
	if (rc)
		return rc;
	const json_t *doc = spec_doc(*ret_spec);
	cleanup_free char *full = realpath(path, NULL);

	if (!full)
		return err_set(e, errno, "cannot find %s: %m", path);
	ret->dir = strndup(full, (size_t)(strrchr(full, '/') - full));
	ret->name = path_format("%s", json_str(doc, "image"));
	ret->suite = path_format("%s", json_str(doc, "suite"));
	ret->packages = json_deep_copy(json_object_get(doc, "packages"));
	ret->size_bytes = (uint64_t)json_int_or(doc, "size", 0);
	return 0;
}

/* Puts the packages of the image that @spec is based on, if any, in front of @r's. */
static int base_add(const struct search *s, const struct spec *spec, struct recipe *r,
		    struct err *e)
{
	cleanup_recipe struct recipe base = { 0 };
	cleanup_spec struct spec *base_spec = NULL;
	const char *name = json_str(spec_doc(spec), "base");

	if (!name)
		return 0;
	if (recipe_read(s, name, &base_spec, &base, e))
		return spec_error(spec, "/base", e, "base: %s", e->msg);
	if (json_str(spec_doc(base_spec), "base"))
		return spec_error(spec, "/base", e, "base: '%s' has a base itself", name);
	if (strcmp(base.suite, r->suite))
		return spec_error(spec, "/base", e, "base: '%s' is of %s, and this of %s", name,
				  base.suite, r->suite);
	r->base_dir = take_ptr(base.dir);
	json_array_extend(base.packages, r->packages);
	json_decref(r->packages);
	r->packages = take_ptr(base.packages);
	return 0;
}

int recipe_load(const struct search *s, const char *name, struct recipe *ret, struct err *e)
{
	cleanup_recipe struct recipe r = { 0 };
	cleanup_spec struct spec *spec = NULL;
	int rc = recipe_read(s, name, &spec, &r, e);

	if (!rc)
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
