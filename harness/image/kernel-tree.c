/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include "image/cache.h"
#include "image/cache-tree.h"
#include "image/content.h"
#include "image/kernel-tree.h"
#include "image/tool.h"
#include "lib/cleanup.h"
#include "lib/file.h"

#define INSTALL_MS (15 * 60 * 1000)
#define ORDER_MAX (16U << 20)

/*
 * A rebuilt module need not change the bzImage: its size and time stand for
 * its bytes, since hashing gigabytes before each run would take too long.
 * Older kernels list .ko files in modules.order, newer ones .o files.
 */
static void add_module(struct content *c, const char *tree, char *line)
{
	size_t len = strlen(line);
	struct stat st = { 0 };

	if (len > 2 && !strcmp(line + len - 2, ".o"))
		line[len - 2] = '\0';
	else if (len > 3 && !strcmp(line + len - 3, ".ko"))
		line[len - 3] = '\0';
	cleanup_free char *path = path_format("%s/%s.ko", tree, line);

	if (stat(path, &st))
		return;
	content_add_text(c, "module", line);
	content_add(c, "size", &st.st_size, sizeof(st.st_size));
	content_add(c, "mtime", &st.st_mtim, sizeof(st.st_mtim));
}

static int install(const char *dir, void *arg, struct err *e)
{
	const char *tree = arg;
	cleanup_free char *to = path_format("INSTALL_MOD_PATH=%s", dir);
	cleanup_free char *log = path_format("%s/" CACHE_BUILD_LOG, dir);
	const char *argv[] = { "make", "-s", "-C", tree, to, "INSTALL_MOD_STRIP=1",
			       "modules_install", NULL };
	const struct tool_opts o = { .argv = argv, .log_path = log, .timeout_ms = INSTALL_MS };
	int rc = tool_run(&o, NULL, e);

	return rc ? err_prefix(e, "cannot install the modules of %s: ", tree) : 0;
}

int kernel_tree_modules(const char *tree, const char *release, const char *bzimage_hash,
			char **ret, struct err *e)
{
	cleanup_free char *order = path_format("%s/modules.order", tree);
	cleanup_free char *text = NULL;
	cleanup_free char *dir = NULL;
	struct content c;
	char hash[65], *save = NULL;
	struct stat st;

	if (stat(order, &st) || !st.st_size) {
		*ret = NULL;
		return 0;
	}
	int rc = file_read(AT_FDCWD, order, ORDER_MAX, &text, NULL, e);
	if (rc)
		return rc;
	content_init(&c);
	content_add_text(&c, "bzimage", bzimage_hash);
	content_add_text(&c, "release", release);
	for (char *line = strtok_r(text, "\n", &save); line; line = strtok_r(NULL, "\n", &save))
		add_module(&c, tree, line);
	content_end(&c, hash);
	rc = cache_ensure("modules", "tree", hash, install, (void *)tree, &dir, NULL, e);
	if (!rc)
		*ret = path_format("%s/lib/modules/%s", dir, release);
	return rc;
}
