/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "image/bzimage.h"
#include "image/kernel.h"
#include "image/kernel-package.h"
#include "image/kernel-source.h"
#include "image/kernel-source-build.h"
#include "image/kernel-tree.h"
#include "lib/cleanup.h"
#include "lib/file.h"
#include "lib/hash.h"

#define cleanup_kernel __attribute__((cleanup(kernel_clear)))

/* A name that ends in .yaml is a kernel file, wherever it lies. */
static bool is_path(const char *name)
{
	size_t len = strlen(name);

	return strchr(name, '/') && !(len > 5 && !strcmp(name + len - 5, ".yaml"));
}

static bool has_modules_dep(const char *dir)
{
	cleanup_free char *dep = path_format("%s/modules.dep", dir);

	return !access(dep, R_OK);
}

/*
 * @given is lib/modules/RELEASE itself, or what INSTALL_MOD_PATH was. Without
 * it a kernel that is not installed here counts as one without modules.
 */
static int find_modules(const char *given, const char *release, char **ret, struct err *e)
{
	cleanup_free char *below = path_format("%s/lib/modules/%s", given ? given : "", release);

	if (has_modules_dep(below))
		*ret = realpath(below, NULL);
	else if (given && has_modules_dep(given))
		*ret = realpath(given, NULL);
	else if (given)
		return err_set(e, ENOENT,
			       "%s has no modules.dep for %s: run `depmod -b DIR %s`, "
			       "DIR being the folder that has lib/modules/%s",
			       given, release, release, release);
	return 0;
}

/* One that was made after the image need not be the image's. */
static char *vmlinux_in(const char *tree, const char *bzimage)
{
	cleanup_free char *path = path_format("%s/vmlinux", tree);
	struct stat made, image;

	if (stat(path, &made) || stat(bzimage, &image) || made.st_mtim.tv_sec > image.st_mtim.tv_sec)
		return NULL;
	return take_ptr(path);
}

/* A user's bzImage, or the one in a built tree where @tree is not NULL. */
static int kernel_at(const char *name, const char *bzimage, const char *tree, const char *modules,
		     struct kernel *ret, struct err *e)
{
	cleanup_kernel struct kernel k = { 0 };
	int rc = bzimage_release(bzimage, &k.release, e);

	if (!rc)
		rc = file_sha256(bzimage, k.hash, e);
	if (!rc && tree && !modules)
		rc = kernel_tree_modules(tree, k.release, k.hash, &k.modules, e);
	else if (!rc)
		rc = find_modules(modules, k.release, &k.modules, e);
	if (rc)
		return rc;
	k.name = path_format("%s", name);
	k.bzimage = realpath(bzimage, NULL);
	k.vmlinux = tree ? vmlinux_in(tree, bzimage) : NULL;
	*ret = k;
	k = (struct kernel){ 0 };
	return 0;
}

/* The tree that @path lies in as arch/x86/boot/bzImage, or NULL. */
static char *tree_of_bzimage(const char *path)
{
	cleanup_free char *full = realpath(path, NULL);
	const char *end = "/" KERNEL_TREE_BZIMAGE;
	size_t len = full ? strlen(full) : 0;

	if (len <= strlen(end) || strcmp(full + len - strlen(end), end))
		return NULL;
	full[len - strlen(end)] = '\0';
	cleanup_free char *makefile = path_format("%s/Makefile", full);
	cleanup_free char *config = path_format("%s/.config", full);

	return !access(makefile, R_OK) && !access(config, R_OK) ? take_ptr(full) : NULL;
}

static int path_ensure(const char *path, const char *name, const char *modules,
		       struct kernel *ret, struct err *e)
{
	struct stat st;

	if (stat(path, &st))
		return err_set(e, errno, "cannot find the kernel %s: %m", path);
	if (!S_ISDIR(st.st_mode)) {
		cleanup_free char *tree = tree_of_bzimage(path);

		return kernel_at(name, path, tree, modules, ret, e);
	}
	cleanup_free char *bzimage = path_format("%s/" KERNEL_TREE_BZIMAGE, path);
	cleanup_free char *tree = realpath(path, NULL);

	if (access(bzimage, R_OK))
		return err_set(e, ENOENT,
			       "%s is not a built kernel tree: it has no " KERNEL_TREE_BZIMAGE
			       " (run `make` there first)", path);
	return kernel_at(name, bzimage, tree, modules, ret, e);
}

static int prebuilt_ensure(const struct search *s, const char *name, struct kernel *ret,
			   struct err *e)
{
	cleanup_free char *bzimage = NULL, *modules = NULL;
	int rc = kernel_prebuilt_find(s, name, &bzimage, &modules, e);

	return rc ? rc : path_ensure(bzimage, name, modules, ret, e);
}

int kernel_ensure(const struct search *s, const char *name, const char *modules,
		  const struct progress *p, struct kernel *ret, struct err *e)
{
	const struct kernel_build_opts o = { 0 };
	enum kernel_kind kind;

	if (is_path(name))
		return path_ensure(name, name, modules, ret, e);
	if (kernel_kind_find(s, name, &kind, e))
		return -e->code;
	switch (kind) {
	case KERNEL_SOURCE:
		return kernel_build_ensure(s, name, &o, p, ret, NULL, e);
	case KERNEL_PREBUILT:
		return prebuilt_ensure(s, name, ret, e);
	default:
		return kernel_package_ensure(s, name, false, p, ret, e);
	}
}

json_t *kernel_to_json(const struct kernel *k)
{
	return json_pack("{s:s, s:s, s:s?, s:s, s:s?, s:s?, s:s?, s:s}", "name", k->name,
			 "bzimage", k->bzimage, "modules", k->modules, "release", k->release,
			 "vmlinux", k->vmlinux, "package", k->package, "version", k->version,
			 "hash", k->hash);
}

static char *copy_or_null(const char *text)
{
	return text ? path_format("%s", text) : NULL;
}

int kernel_from_json(const json_t *j, struct kernel *ret, struct err *e)
{
	const char *name = json_str(j, "name"), *bzimage = json_str(j, "bzimage");
	const char *release = json_str(j, "release"), *hash = json_str(j, "hash");

	if (!name || !bzimage || !release || !hash || strlen(hash) != 64)
		return err_set(e, EINVAL, "a kernel needs name, bzimage, release and hash");
	*ret = (struct kernel){
		.name = path_format("%s", name),
		.bzimage = path_format("%s", bzimage),
		.modules = copy_or_null(json_str(j, "modules")),
		.release = path_format("%s", release),
		.vmlinux = copy_or_null(json_str(j, "vmlinux")),
		.package = copy_or_null(json_str(j, "package")),
		.version = copy_or_null(json_str(j, "version")),
	};
	memcpy(ret->hash, hash, sizeof(ret->hash));
	return 0;
}

void kernel_clear(struct kernel *k)
{
	free(k->name);
	free(k->bzimage);
	free(k->modules);
	free(k->release);
	free(k->vmlinux);
	free(k->package);
	free(k->version);
	*k = (struct kernel){ 0 };
}
