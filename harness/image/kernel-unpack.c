/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <glob.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "image/apt.h"
#include "image/bzimage.h"
#include "image/cache-tree.h"
#include "image/kernel-unpack.h"
#include "image/tool.h"
#include "lib/cleanup.h"
#include "lib/file.h"
#include "lib/hash.h"

#define UNPACK_MS (10 * 60 * 1000)

/* What is kept of a package; /lib and /usr/lib are one on newer systems. */
static const struct {
	const char *from, *to;
} kept[] = {
	{ "boot", "boot" },
	{ "lib/modules", "lib/modules" },
	{ "usr/lib/modules", "lib/modules" },
};

static int keep_parts(const char *unpacked, const char *dir, struct err *e)
{
	cleanup_free char *lib = path_format("%s/lib", dir);
	int rc = cache_dir_make(lib, e);

	for (size_t i = 0; !rc && i < ARRAY_SIZE(kept); i++) {
		cleanup_free char *from = path_format("%s/%s", unpacked, kept[i].from);
		cleanup_free char *to = path_format("%s/%s", dir, kept[i].to);

		if (rename(from, to) && errno != ENOENT)
			rc = err_set(e, errno, "cannot move %s to %s: %m", from, to);
	}
	return rc;
}

static int unpack(const char *deb, const char *dir, const char *log, struct err *e)
{
	cleanup_free char *unpacked = path_format("%s/unpacked", dir);
	const char *argv[] = { "dpkg-deb", "-x", deb, unpacked, NULL };
	const struct tool_opts o = { .argv = argv, .log_path = log, .timeout_ms = UNPACK_MS };
	int rc = tool_run(&o, NULL, e);

	if (!rc)
		rc = keep_parts(unpacked, dir, e);
	if (!rc)
		rc = dir_remove(unpacked, e);
	if (!rc && unlink(deb))
		rc = err_set(e, errno, "cannot remove %s: %m", deb);
	return rc;
}

/* The package's own postinst would do it; it does not run here. */
static int make_modules_dep(const char *dir, const char *release, const char *log, struct err *e)
{
	const char *argv[] = { "depmod", "-b", dir, release, NULL };
	const struct tool_opts o = { .argv = argv, .log_path = log, .timeout_ms = UNPACK_MS };

	return tool_run(&o, NULL, e);
}

static int find_bzimage(const char *dir, char **ret, struct err *e)
{
	cleanup_free char *pattern = path_format("%s/boot/vmlinuz-*", dir);
	glob_t found = { 0 };
	int rc = 0;

	if (glob(pattern, 0, NULL, &found))
		rc = err_set(e, EIO, "the package has no boot/vmlinuz-*");
	else
		*ret = path_format("%s", found.gl_pathv[0]);
	globfree(&found);
	return rc;
}

static int describe(const struct kernel_unpack *u, const char *dir, const char *log,
		    struct err *e)
{
	cleanup_free char *bzimage = NULL, *release = NULL;
	cleanup_free char *info = path_format("%s/" KERNEL_INFO, dir);
	char hash[65];
	int rc = find_bzimage(dir, &bzimage, e);

	if (!rc)
		rc = bzimage_release(bzimage, &release, e);
	if (!rc)
		rc = make_modules_dep(dir, release, log, e);
	if (!rc)
		rc = file_sha256(bzimage, hash, e);
	if (rc)
		return rc;
	/* QEMU reads it as another user. */
	if (chmod(bzimage, 0644))
		return err_set(e, errno, "cannot make %s readable: %m", bzimage);
	cleanup_free char *modules = path_format("lib/modules/%s", release);
	cleanup_json json_t *j =
		json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s}", "name", u->name, "bzimage",
			  bzimage + strlen(dir) + 1, "modules", modules, "release", release,
			  "package", u->package, "version", u->version, "hash", hash);

	return json_save_path(j, info, e);
}

static void say_fetching(const struct kernel_unpack *u)
{
	cleanup_free char *line = path_format("fetching the kernel %s: %s %s (%lld MB)", u->name,
					      u->package, u->version, u->bytes / 1000000);

	if (u->progress && u->progress->say)
		u->progress->say(u->progress->arg, line);
}

int kernel_unpack(const char *dir, void *arg, struct err *e)
{
	const struct kernel_unpack *u = arg;
	cleanup_free char *log = path_format("%s/" CACHE_BUILD_LOG, dir);
	cleanup_free char *deb = NULL;

	say_fetching(u);
	int rc = apt_download(u->package, u->version, dir, log, &deb, e);

	if (!rc)
		rc = unpack(deb, dir, log, e);
	if (!rc)
		rc = describe(u, dir, log, e);
	return rc ? err_prefix(e, "cannot unpack the kernel %s: ", u->package) : 0;
}

int kernel_unpacked_load(const char *dir, struct kernel *ret, struct err *e)
{
	cleanup_free char *info = path_format("%s/" KERNEL_INFO, dir);
	cleanup_json json_t *j = NULL;
	int rc = json_load_path(info, &j, e);
	if (rc)
		return rc;

	const char *bzimage = json_str(j, "bzimage"), *modules = json_str(j, "modules");

	if (!bzimage)
		return err_set(e, EIO, "%s is damaged: remove %s", info, dir);
	cleanup_free char *full_bzimage = path_format("%s/%s", dir, bzimage);
	cleanup_free char *full_modules = path_format("%s/%s", dir, modules ? modules : "");

	cleanup_free char *vmlinux = path_format("%s/vmlinux", dir);

	if (!access(vmlinux, R_OK))
		json_object_set_new(j, "vmlinux", json_string(vmlinux));
	json_object_set_new(j, "bzimage", json_string(full_bzimage));
	if (modules)
		json_object_set_new(j, "modules", json_string(full_modules));
	return kernel_from_json(j, ret, e);
}
