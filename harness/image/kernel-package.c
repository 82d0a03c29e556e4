/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <string.h>
#include "image/apt.h"
#include "image/cache.h"
#include "image/content.h"
#include "image/kernel-package.h"
#include "image/kernel-unpack.h"
#include "image/resolved.h"
#include "lib/cleanup.h"
#include "lib/file.h"
#include "vm/arch.h"

#define KIND "kernel"

/* What a kernel file asks for: a pattern for this architecture, and a key of both lists. */
struct wanted {
	char *name;
	char *pattern;
	json_t *exclude;
	char key[65];
};

static void wanted_clear(struct wanted *w)
{
	free(w->name);
	free(w->pattern);
	json_decref(w->exclude);
}
#define cleanup_wanted __attribute__((cleanup(wanted_clear)))

/* "linux-image-6.12.*-{arch}-unsigned" for this machine; once is enough. */
static char *for_this_arch(const char *pattern)
{
	const char *at = strstr(pattern, "{arch}");

	if (!at)
		return path_format("%s", pattern);
	return path_format("%.*s%s%s", (int)(at - pattern), pattern, arch_here()->debian,
			   at + strlen("{arch}"));
}

static int wanted_load(const struct search *s, const char *name, struct wanted *w, struct err *e)
{
	cleanup_free char *path = NULL;
	cleanup_spec struct spec *spec = NULL;
	struct content c;
	int rc = search_find(s, SPEC_KERNEL, name, &path, e);

	if (!rc)
		rc = spec_load(SPEC_KERNEL, path, &spec, e);
	if (rc)
		return rc;
	const json_t *doc = spec_doc(spec), *exclude = json_object_get(doc, "exclude");

	if (json_object_get(doc, "prebuilt"))
		return err_set(e, EINVAL, "the kernel %s is prebuilt: there is nothing to fetch", name);
	if (!json_str(doc, "package"))
		return err_set(e, EINVAL, "the kernel %s is built from source: run `ramrig kernel "
			       "build %s`", name, name);
	w->name = path_format("%s", json_str(doc, "kernel"));
	w->pattern = for_this_arch(json_str(doc, "package"));
	w->exclude = exclude ? json_deep_copy(exclude) : json_array();
	cleanup_free char *list = json_dumps(w->exclude, JSON_COMPACT);

	content_init(&c);
	content_add_text(&c, "pattern", w->pattern);
	content_add_text(&c, "exclude", list);
	content_end(&c, w->key);
	return 0;
}

/* Asks apt and fetches what it names. */
static int fetch_newest(const struct wanted *w, const struct progress *p, char **ret_dir,
			struct err *e)
{
	cleanup_json json_t *newest = NULL;
	struct content c;
	char hash[65];
	int rc = apt_newest(w->pattern, w->exclude, &newest, e);
	if (rc)
		return rc;

	struct kernel_unpack u = { .name = w->name,
				   .package = json_str(newest, "package"),
				   .version = json_str(newest, "version"),
				   .bytes = json_int_or(newest, "bytes", 0),
				   .progress = p };

	content_init(&c);
	content_add_text(&c, "package", u.package);
	content_add_text(&c, "version", u.version);
	content_add_text(&c, "sha256", json_str(newest, "sha256"));
	content_end(&c, hash);
	return cache_ensure(KIND, w->name, hash, kernel_unpack, &u, ret_dir, NULL, e);
}

/*
 * The entry of @name that was used last, of those whose package is meant by
 * @w (any where @w is NULL). The caller frees it; NULL when there is none.
 */
static char *last_used(const char *name, const struct wanted *w)
{
	cleanup_json json_t *list = NULL;
	const char *best = "";
	const json_t *entry;
	char *dir = NULL;
	struct err ignored;
	size_t i;

	if (cache_list_kind(KIND, &list, &ignored))
		return NULL;
	json_array_foreach(list, i, entry) {
		const char *used = json_str(entry, "used");
		struct kernel k = { 0 };

		if (strcmp(json_str(entry, "name"), name) ||
		    strcmp(used, best) <= 0 ||
		    kernel_unpacked_load(json_str(entry, "path"), &k, &ignored))
			continue;
		if (!w || (k.package && apt_name_matches(k.package, w->pattern, w->exclude))) {
			free(dir);
			dir = path_format("%s", json_str(entry, "path"));
			best = used;
		}
		kernel_clear(&k);
	}
	return dir;
}

/* Offline, what is there will do: the result records which package it was. */
static int fall_back(const struct wanted *w, const struct progress *p, const struct err *why,
		     char **ret_dir, struct err *e)
{
	cleanup_free char *dir = why->code == ENOPKG ? NULL : last_used(w->name, w);

	if (!dir) {
		*e = *why;
		return -why->code;
	}
	cleanup_free char *line =
		path_format("kernel %s: using the cached one (%s)", w->name, why->msg);

	if (p && p->say)
		p->say(p->arg, line);
	*ret_dir = take_ptr(dir);
	return 0;
}

int kernel_package_ensure(const struct search *s, const char *name, bool refresh,
			  const struct progress *p, struct kernel *ret, struct err *e)
{
	cleanup_wanted struct wanted w = { 0 };
	cleanup_free char *dir = NULL;
	struct err stamp, why;
	int rc = wanted_load(s, name, &w, e);
	if (rc)
		return rc;

	if (refresh || resolved_get(KIND, w.name, w.key, &dir, &stamp)) {
		rc = fetch_newest(&w, p, &dir, &why);
		if (rc)
			rc = fall_back(&w, p, &why, &dir, e);
		if (rc)
			return rc;
		/* Without the stamp the next start only takes longer. */
		resolved_put(KIND, w.name, w.key, dir, &stamp);
	}
	return kernel_unpacked_load(dir, ret, e);
}

int kernel_package_cached(const char *name, struct kernel *ret, struct err *e)
{
	cleanup_free char *dir = last_used(name, NULL);

	if (!dir)
		return err_set(e, ENOENT,
			       "the kernel %s is not in the cache: run `ramrig kernel fetch %s`",
			       name, name);
	return kernel_unpacked_load(dir, ret, e);
}
