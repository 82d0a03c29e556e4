/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "image/cache-tree.h"
#include "image/content.h"
#include "image/kernel-source-origins.h"
#include "image/tool.h"
#include "lib/cleanup.h"
#include "lib/file.h"

/*
 * A tree as it stands is copied, so that patches and builds leave the user's
 * alone. Size and time stand for a file's bytes: reading all of a kernel's
 * before each run would take too long.
 */
#define LISTING_MAX (64U << 20)

/* What git knows or would add leaves out what a build in the tree has made. */
static int tree_list(const char *tree, char **ret, struct err *e)
{
	const char *git[] = { "git", "-c", "core.quotePath=false", "ls-files", "--cached",
			      "--others", "--exclude-standard", NULL };
	const char *find[] = { "find", ".", "-name", ".git", "-prune", "-o", "(", "-type", "f",
			       "-o", "-type", "l", ")", "-printf", "%P\\n", NULL };
	cleanup_free char *mark = path_format("%s/.git", tree);
	const struct tool_opts o = { .argv = access(mark, F_OK) ? find : git, .cwd = tree,
				     .timeout_ms = ORIGIN_MS, .output_max = LISTING_MAX };

	return tool_run(&o, ret, e);
}

/* Sets *ret to a new object { path: "size time mode", ... } of what is in @tree. */
static int manifest_make(const char *tree, json_t **ret, struct err *e)
{
	cleanup_free char *list = NULL;
	char *save = NULL;
	int rc = tree_list(tree, &list, e);
	if (rc)
		return rc;

	json_t *m = json_object();

	for (char *name = strtok_r(list, "\n", &save); name; name = strtok_r(NULL, "\n", &save)) {
		cleanup_free char *path = path_format("%s/%s", tree, name);
		struct stat st;
		char mark[80];

		/* What git has and the tree no longer, or a submodule. */
		if (lstat(path, &st) || !(S_ISREG(st.st_mode) || S_ISLNK(st.st_mode)))
			continue;
		snprintf(mark, sizeof(mark), "%jd %jd.%09ld %o", (intmax_t)st.st_size,
			 (intmax_t)st.st_mtim.tv_sec, st.st_mtim.tv_nsec, st.st_mode);
		json_object_set_new_nocheck(m, name, json_string(mark));
	}
	*ret = m;
	return 0;
}

int origin_resolve_tree(struct kernel_origin *o, enum origin_version version, struct err *e)
{
	cleanup_json json_t *m = NULL;
	struct content c;
	const char *name;
	json_t *mark;
	int rc = manifest_make(o->what, &m, e);

	(void)version;
	if (rc)
		return rc;
	if (!json_object_get(m, "Makefile"))
		return err_set(e, ENOENT, "%s is no kernel tree: it has no Makefile", o->what);
	content_init(&c);
	json_object_foreach(m, name, mark) {
		content_add_text(&c, "name", name);
		content_add_text(&c, "mark", json_string_value(mark));
	}
	content_end(&c, o->id);
	o->label = path_format("%s", o->what);
	return 0;
}

static int copy_one(const char *from, const char *to, struct err *e)
{
	cleanup_free char *dir = strndup(to, (size_t)(strrchr(to, '/') - to));
	char target[4096];
	struct stat st;
	int rc = dir_make(dir, 0755, e);

	if (rc)
		return rc;
	if (lstat(from, &st))
		return err_set(e, errno, "cannot read %s: %m", from);
	if (unlink(to) && errno != ENOENT)
		return err_set(e, errno, "cannot replace %s: %m", to);
	if (!S_ISLNK(st.st_mode))
		return file_copy(from, to, st.st_mode & 0111 ? 0755 : 0644, e);
	ssize_t len = readlink(from, target, sizeof(target) - 1);

	if (len < 0)
		return err_set(e, errno, "cannot read the link %s: %m", from);
	target[len] = '\0';
	return symlink(target, to) ? err_set(e, errno, "cannot link %s: %m", to) : 0;
}

static int sync_files(const char *tree, const char *src, const json_t *had, json_t *has,
		      struct err *e)
{
	const char *name;
	json_t *mark;
	int rc = 0;

	json_object_foreach(has, name, mark) {
		cleanup_free char *from = path_format("%s/%s", tree, name);
		cleanup_free char *to = path_format("%s/%s", src, name);

		if (!rc && !json_equal(mark, json_object_get(had, name)))
			rc = copy_one(from, to, e);
	}
	json_object_foreach((json_t *)had, name, mark) {
		cleanup_free char *gone = path_format("%s/%s", src, name);

		if (!rc && !json_object_get(has, name) && unlink(gone) && errno != ENOENT)
			rc = err_set(e, errno, "cannot remove %s: %m", gone);
	}
	return rc;
}

int origin_bring_tree(const struct kernel_origin *o, const char *workshop, const char *log,
		      struct err *e)
{
	cleanup_free char *src = path_format("%s/src", workshop);
	cleanup_free char *manifest = path_format("%s/manifest.json", workshop);
	cleanup_json json_t *had = NULL, *has = NULL;
	struct err absent;
	int rc = manifest_make(o->what, &has, e);

	(void)log;
	if (!rc && (access(src, F_OK) || json_load_path(manifest, &had, &absent)))
		rc = cache_tree_remove(src, e);
	if (!rc)
		rc = cache_dir_make(src, e);
	if (!rc)
		rc = sync_files(o->what, src, had, has, e);
	return rc ? rc : json_save_path(has, manifest, e);
}
