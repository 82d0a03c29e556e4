/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <glob.h>
#include <string.h>
#include <unistd.h>
#include "image/apt.h"
#include "image/cache-tree.h"
#include "image/kernel-source-origins.h"
#include "image/tool.h"
#include "lib/cleanup.h"
#include "lib/file.h"

/* --touch: an archive's times are older than what was built from a patched tree. */
static int unpack_tar(const char *tar, const char *workshop, const char *log, struct err *e)
{
	cleanup_free char *fresh = path_format("%s/src.new", workshop);
	cleanup_free char *src = path_format("%s/src", workshop);
	const char *argv[] = { "tar", "-xf", tar, "-C", fresh, "--strip-components=1", "--touch",
			       "--no-same-owner", NULL };
	const struct tool_opts o = { .argv = argv, .log_path = log, .timeout_ms = ORIGIN_MS };
	int rc = cache_tree_remove(fresh, e);

	if (!rc)
		rc = cache_dir_make(fresh, e);
	if (!rc)
		rc = tool_run(&o, NULL, e);
	if (!rc)
		rc = cache_tree_remove(src, e);
	if (!rc && rename(fresh, src))
		rc = err_set(e, errno, "cannot move %s to %s: %m", fresh, src);
	return rc;
}

int origin_bring_tarball(const struct kernel_origin *o, const char *workshop, const char *log,
			 struct err *e)
{
	return unpack_tar(o->what, workshop, log, e);
}

static int find_tar(const char *dir, char **ret, struct err *e)
{
	cleanup_free char *pattern = path_format("%s/usr/src/*.tar*", dir);
	glob_t found = { 0 };
	int rc = 0;

	if (glob(pattern, 0, NULL, &found))
		rc = err_set(e, EIO, "the package has no usr/src/*.tar.*");
	else
		*ret = path_format("%s", found.gl_pathv[0]);
	globfree(&found);
	return rc;
}

/* The archive stays in the workshop: healing it takes no download. */
static int fetch_tar(const struct kernel_origin *o, const char *dir, const char *log, char **ret,
		     struct err *e)
{
	cleanup_free char *deb = NULL;
	int rc = cache_tree_remove(dir, e);

	if (!rc)
		rc = cache_dir_make(dir, e);
	if (!rc)
		rc = apt_download(o->what, o->version, dir, log, &deb, e);
	if (rc)
		return rc;
	const char *argv[] = { "dpkg-deb", "-x", deb, dir, NULL };
	const struct tool_opts unpack = { .argv = argv, .log_path = log, .timeout_ms = ORIGIN_MS };

	rc = tool_run(&unpack, NULL, e);
	/* Gone last: an archive without its package beside it is whole. */
	if (!rc && unlink(deb))
		rc = err_set(e, errno, "cannot remove %s: %m", deb);
	return rc ? rc : find_tar(dir, ret, e);
}

static bool is_fetched(const char *dir)
{
	cleanup_free char *pattern = path_format("%s/*.deb", dir);
	cleanup_free char *usr = path_format("%s/usr/src", dir);
	glob_t found = { 0 };
	bool has_deb = !glob(pattern, 0, NULL, &found);

	globfree(&found);
	return !has_deb && !access(usr, F_OK);
}

int origin_bring_package(const struct kernel_origin *o, const char *workshop, const char *log,
			 struct err *e)
{
	cleanup_free char *dir = path_format("%s/package", workshop);
	cleanup_free char *tar = NULL;
	int rc = is_fetched(dir) ? find_tar(dir, &tar, e) : fetch_tar(o, dir, log, &tar, e);

	return rc ? rc : unpack_tar(tar, workshop, log, e);
}
