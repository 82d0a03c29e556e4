/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "image/apt.h"
#include "image/cache.h"
#include "image/cache-tree.h"
#include "image/content.h"
#include "image/kernel-source-origin.h"
#include "image/kernel-source-origins.h"
#include "lib/cleanup.h"
#include "lib/file.h"
#include "lib/hash.h"

/* What $CACHE/workshop/PACKAGE.json says was meant by a package. */
static int pin_path(const char *package, char **ret, struct err *e)
{
	cleanup_free char *root = NULL;
	int rc = cache_root(&root, e);

	if (rc)
		return rc;
	cleanup_free char *dir = path_format("%s/" WORKSHOP_KIND, root);

	rc = cache_dir_make(dir, e);
	if (!rc)
		*ret = path_format("%s/%s.json", dir, package);
	return rc;
}

static void name_workshop(struct kernel_origin *o)
{
	struct content c;
	char hash[65];

	content_init(&c);
	content_add_text(&c, "kind", o->kind->key);
	content_add_text(&c, "what", o->what);
	/* A package's versions and a tarball's are brought whole: each has a workshop. */
	if (o->kind->is_whole)
		content_add_text(&c, "id", o->id);
	content_end(&c, hash);
	snprintf(o->workshop, sizeof(o->workshop), "%.60s-%.16s",
		 o->version ? o->what : o->kind->key, hash);
}

static int package_take(struct kernel_origin *o, const json_t *found)
{
	const char *version = json_str(found, "version"), *sha256 = json_str(found, "sha256");
	struct content c;

	if (!version || !sha256)
		return -ENOENT;
	free(o->version);
	free(o->label);
	o->version = path_format("%s", version);
	o->label = path_format("%s %s", o->what, version);
	content_init(&c);
	content_add_text(&c, "package", o->what);
	content_add_text(&c, "version", version);
	content_add_text(&c, "sha256", sha256);
	content_end(&c, o->id);
	name_workshop(o);
	return 0;
}

/* Whether the pinned version has its workshop. */
static bool is_there(const struct kernel_origin *o)
{
	cleanup_free char *root = NULL;
	struct err ignored;

	if (cache_root(&root, &ignored))
		return false;
	cleanup_free char *dir = path_format("%s/" WORKSHOP_KIND "/%s", root, o->workshop);

	return !access(dir, F_OK);
}

static int package_resolve(struct kernel_origin *o, enum origin_version version, struct err *e)
{
	cleanup_free char *pin = NULL;
	cleanup_json json_t *pinned = NULL, *found = NULL;
	struct err absent;
	int rc = pin_path(o->what, &pin, e);
	if (rc)
		return rc;

	bool has_pin = !json_load_path(pin, &pinned, &absent) && !package_take(o, pinned);

	if (has_pin && (version == ORIGIN_USED || (version == ORIGIN_KEPT && is_there(o))))
		return 0;
	if (version == ORIGIN_USED)
		return err_set(e, ENOENT, "the source package %s was not used here yet", o->what);
	rc = apt_newest(o->what, NULL, &found, e);
	/* Without package lists the version used last will do. */
	if (rc)
		return has_pin && version == ORIGIN_KEPT ? 0 : rc;
	if (package_take(o, found))
		return err_set(e, EIO, "apt does not say which version %s has", o->what);
	return json_save_path(found, pin, e);
}

static int tarball_resolve(struct kernel_origin *o, enum origin_version version, struct err *e)
{
	(void)version;
	o->label = path_format("%s", o->what);
	return file_sha256(o->what, o->id, e);
}

const struct kernel_origin_kind kernel_origin_kinds[] = {
	{ "package", true, package_resolve, origin_bring_package },
	{ "tarball", true, tarball_resolve, origin_bring_tarball },
	{ "git", false, origin_resolve_git, origin_bring_git },
	{ "tree", false, origin_resolve_tree, origin_bring_tree },
	{ NULL, false, NULL, NULL }
};

int kernel_origin_resolve(const json_t *source, enum origin_version version,
			  struct kernel_origin *ret, struct err *e)
{
	const char *revision = json_str(source, "revision");
	cleanup_kernel_origin struct kernel_origin o = {
		.revision = revision ? path_format("%s", revision) : NULL
	};

	o.kind = kernel_origin_kinds;
	while (o.kind->key && !json_str(source, o.kind->key))
		o.kind++;
	if (!o.kind->key)
		return err_set(e, EINVAL, "a kernel's source is of no known kind");
	const char *what = json_str(source, o.kind->key);

	o.what = *what == '/' ? realpath(what, NULL) : path_format("%s", what);
	if (!o.what)
		return err_set(e, errno, "cannot find the kernel source %s: %m", what);
	int rc = o.kind->resolve(&o, version, e);

	if (rc)
		return rc;
	name_workshop(&o);
	*ret = o;
	o = (struct kernel_origin){ 0 };
	return 0;
}

int kernel_origin_bring(const struct kernel_origin *o, const char *workshop, const char *log,
			struct err *e)
{
	int rc = o->kind->bring(o, workshop, log, e);

	return rc ? err_prefix(e, "cannot bring the source %s: ", o->label) : 0;
}

void kernel_origin_clear(struct kernel_origin *o)
{
	free(o->what);
	free(o->revision);
	free(o->version);
	free(o->label);
	*o = (struct kernel_origin){ 0 };
}
