/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include "image/cache.h"
#include "image/cache-lock.h"
#include "image/cache-tree.h"
#include "lib/cleanup.h"
#include "lib/file.h"

/* An image takes a minute or two; a slow mirror must not look like a hang. */
#define WAIT_FOR_BUILDER_MS (45 * 60 * 1000)

int cache_root_path(char **ret, struct err *e)
{
	const char *xdg = getenv("XDG_CACHE_HOME"), *home = getenv("HOME");

	if (xdg && *xdg == '/')
		*ret = path_format("%s/ramrig", xdg);
	else if (home && *home == '/')
		*ret = path_format("%s/.cache/ramrig", home);
	else
		return err_set(e, ENOENT,
			       "there is no place for the cache: set HOME or XDG_CACHE_HOME to a full path");
	return 0;
}

int cache_root(char **ret, struct err *e)
{
	cleanup_free char *root = NULL;
	int rc = cache_root_path(&root, e);

	if (!rc)
		rc = cache_dir_make(root, e);
	if (!rc)
		*ret = take_ptr(root);
	return rc;
}

/* When an entry was last used is the time of its folder. */
static bool entry_use(const char *dir)
{
	struct stat st;

	if (stat(dir, &st) || !S_ISDIR(st.st_mode))
		return false;
	utimensat(AT_FDCWD, dir, NULL, 0);
	return true;
}

/* A failed build's folder goes, its log stays and the error says where. */
static int build_failed(const char *root, const char *entry, const char *tmp, struct err *e)
{
	cleanup_free char *from = path_format("%s/" CACHE_BUILD_LOG, tmp);
	cleanup_free char *logs = path_format("%s/log", root);
	cleanup_free char *to = path_format("%s/%s.log", logs, entry);
	struct err ignored;
	struct err why = *e;

	if (!cache_dir_make(logs, &ignored) && !rename(from, to)) {
		err_set(e, why.code, "%.300s (log: %s)", why.msg, to);
		/* What went wrong in an input file is shown as it was. */
		snprintf(e->excerpt, sizeof(e->excerpt), "%s", why.excerpt);
	}
	cache_tree_remove(tmp, &ignored);
	return -why.code;
}

static int build_locked(const char *root, const char *entry, const char *dir,
			cache_build_fn build, void *arg, struct err *e)
{
	cleanup_free char *tmp = path_format("%s/tmp/%s", root, entry);
	int rc = cache_tree_remove(tmp, e);

	if (rc)
		return rc;
	rc = cache_dir_make(tmp, e);
	if (rc)
		return rc;
	rc = build(tmp, arg, e);
	if (rc)
		return build_failed(root, entry, tmp, e);
	if (rename(tmp, dir)) {
		rc = err_set(e, errno, "cannot move %s to %s: %m", tmp, dir);
		return build_failed(root, entry, tmp, e);
	}
	return 0;
}

int cache_ensure(const char *kind, const char *name, const char *hash, cache_build_fn build,
		 void *arg, char **ret_dir, bool *ret_built, struct err *e)
{
	cleanup_free char *root = NULL;
	int rc = cache_root(&root, e);
	if (rc)
		return rc;

	cleanup_free char *kind_dir = path_format("%s/%s", root, kind);
	cleanup_free char *dir = path_format("%s/%s-%s", kind_dir, name, hash);
	cleanup_free char *entry = path_format("%s-%s-%s", kind, name, hash);
	bool built = false;

	if (!entry_use(dir)) {
		rc = cache_dir_make(kind_dir, e);
		if (rc)
			return rc;
		int lock = cache_lock(root, entry, WAIT_FOR_BUILDER_MS, e);
		if (lock < 0)
			return lock;
		/* Whoever held the lock may have built it meanwhile. */
		built = !entry_use(dir);
		if (built)
			rc = build_locked(root, entry, dir, build, arg, e);
		cache_unlock(root, entry, lock);
		if (rc)
			return rc;
	}
	*ret_dir = take_ptr(dir);
	if (ret_built)
		*ret_built = built;
	return 0;
}
