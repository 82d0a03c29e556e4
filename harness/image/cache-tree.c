/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <sys/stat.h>
#include "image/cache-tree.h"
#include "image/userns.h"
#include "lib/child.h"
#include "lib/cleanup.h"
#include "lib/file.h"

#define REMOVE_MS (2 * 60 * 1000)

int cache_dir_make(const char *path, struct err *e)
{
	int rc = dir_make(path, 0755, e);
	struct stat st;

	if (rc)
		return rc;
	if (stat(path, &st) || ((st.st_mode & 0755) != 0755 && chmod(path, 0755)))
		return err_set(e, errno, "cannot make %s readable: %m", path);
	return 0;
}

int cache_tree_remove(const char *path, struct err *e)
{
	struct err why;
	int rc = dir_remove(path, &why);

	if (!rc)
		return 0;

	cleanup_child struct child_result r = { 0 };
	struct err ignored;
	const char *argv[] = { USERNS_COMMAND, "rm", "-rf", "--", path, NULL };
	const struct child_opts o = { .argv = argv, .timeout_ms = REMOVE_MS };

	if ((rc == -EACCES || rc == -EPERM) && !child_run(&o, &r, &ignored) && !r.status)
		return 0;
	*e = why;
	return rc;
}
