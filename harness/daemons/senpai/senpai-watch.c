/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include "daemons/senpai/senpai-watch.h"
#include "lib/cleanup.h"
#include "lib/file.h"

/* @path below the folder of all cgroups: "." for the root. */
static const char *below(const char *path)
{
	return path[1] ? path + 1 : ".";
}

static void forget_gone(struct watch *w)
{
	size_t kept = 0;

	for (size_t i = 0; i < w->n; i++) {
		if (!w->list[i].found) {
			free(w->list[i].path);
			continue;
		}
		w->list[kept] = w->list[i];
		w->list[kept++].found = false;
	}
	w->n = kept;
	w->left_out = 0;
}

static int touch(struct watch *w, const char *path, const char *pattern, struct err *e)
{
	for (size_t i = 0; i < w->n; i++) {
		if (!strcmp(w->list[i].path, path)) {
			w->list[i].found = true;
			return 0;
		}
	}
	if (w->n == WATCH_LIMIT) {
		w->left_out++;
		return 0;
	}
	if (!w->list)
		w->list = calloc(WATCH_LIMIT, sizeof(*w->list));
	if (!w->list)
		return err_set(e, ENOMEM, "out of memory for %d cgroups", WATCH_LIMIT);
	w->list[w->n++] = (struct watched){
		.path = path_format("%s", path),
		.pattern = pattern,
		.found = true,
	};
	return 0;
}

static void cleanup_dirp(DIR **d)
{
	if (*d)
		closedir(*d);
}

/* Each child of the folder that @pattern, "/web/" and a star, names. A missing one has none. */
static int touch_children(struct watch *w, int cgroup_fd, const char *pattern, const char *self,
			  struct err *e)
{
	int parent_len = (int)strlen(pattern) - 1;
	cleanup_free char *parent = path_format(".%.*s", parent_len, pattern);
	cleanup_close int fd = openat(cgroup_fd, parent, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	__attribute__((cleanup(cleanup_dirp))) DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *entry;
	int rc = 0;

	if (!dir)
		return errno == ENOENT
			       ? 0
			       : err_set(e, errno, "cannot list cgroups of %s: %m", pattern);
	take_fd(fd);
	while (!rc && (entry = readdir(dir))) {
		struct stat st;

		if (*entry->d_name == '.' || fstatat(dirfd(dir), entry->d_name, &st, 0) ||
		    !S_ISDIR(st.st_mode))
			continue;
		cleanup_free char *path = path_format("%.*s%s", parent_len, pattern, entry->d_name);
		if (strcmp(path, self))
			rc = touch(w, path, pattern, e);
	}
	return rc;
}

int watch_refresh(struct watch *w, int cgroup_fd, char *const *patterns, const char *self,
		  struct err *e)
{
	int rc = 0;

	forget_gone(w);
	for (; *patterns && !rc; patterns++) {
		const char *p = *patterns;

		rc = p[strlen(p) - 1] == '*' ? touch_children(w, cgroup_fd, p, self, e)
					     : touch(w, p, p, e);
	}
	return rc;
}

int watched_open(struct watched *c, int cgroup_fd, int *ret_fd, struct err *e)
{
	cleanup_close int fd = openat(cgroup_fd, below(c->path), O_PATH | O_DIRECTORY | O_CLOEXEC);
	struct stat st;

	if (fd < 0 || fstat(fd, &st))
		return err_set(e, errno, "cannot open cgroup %s: %m", c->path);
	if (c->inode != st.st_ino)
		c->state = (struct law_state){ 0 };
	c->inode = st.st_ino;
	*ret_fd = take_fd(fd);
	return 0;
}

void watch_clear(struct watch *w)
{
	for (size_t i = 0; i < w->n; i++)
		free(w->list[i].path);
	free(w->list);
}
