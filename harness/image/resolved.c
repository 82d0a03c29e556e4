/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include "image/cache.h"
#include "image/resolved.h"
#include "lib/cleanup.h"
#include "lib/file.h"

#define GOOD_FOR_S (24 * 60 * 60)

static int resolved_path(const char *kind, const char *name, char **ret, struct err *e)
{
	cleanup_free char *root = NULL;
	int rc = cache_root(&root, e);

	if (!rc)
		*ret = path_format("%s/%s/%s.resolved", root, kind, name);
	return rc;
}

int resolved_get(const char *kind, const char *name, const char *key, char **ret_dir,
		 struct err *e)
{
	cleanup_free char *path = NULL;
	cleanup_json json_t *j = NULL;
	struct stat st;
	int rc = resolved_path(kind, name, &path, e);
	if (rc)
		return rc;

	time_t now = time(NULL);

	if (stat(path, &st) || st.st_mtime > now || now - st.st_mtime > GOOD_FOR_S ||
	    json_load_path(path, &j, e))
		return err_set(e, ENOENT, "%s %s was not resolved lately", kind, name);

	const char *had_key = json_str(j, "key"), *dir = json_str(j, "dir");

	if (!had_key || !dir || strcmp(had_key, key) || stat(dir, &st))
		return err_set(e, ENOENT, "%s %s has changed since it was resolved", kind, name);
	/* cache_prune() goes by this time. */
	utimensat(AT_FDCWD, dir, NULL, 0);
	*ret_dir = path_format("%s", dir);
	return 0;
}

int resolved_put(const char *kind, const char *name, const char *key, const char *dir,
		 struct err *e)
{
	cleanup_free char *path = NULL;
	cleanup_json json_t *j = json_pack("{s:s, s:s}", "key", key, "dir", dir);
	int rc = resolved_path(kind, name, &path, e);

	return rc ? rc : json_save_path(j, path, e);
}
