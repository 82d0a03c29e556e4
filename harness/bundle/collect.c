/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fts.h>
#include <string.h>
#include <sys/stat.h>
#include "bundle/collect.h"
#include "lib/cleanup.h"
#include "lib/file.h"
#include "lib/hash.h"

static inline void cleanup_ftsp(FTS **fts)
{
	if (*fts)
		fts_close(*fts);
}
#define cleanup_fts __attribute__((cleanup(cleanup_ftsp)))

void collection_init(struct collection *c, const char *within)
{
	*c = (struct collection){ json_array(), json_object(), within };
}

int collect_file(struct collection *c, const char *name, const char *path, struct err *e)
{
	struct stat st;
	char hash[65];

	if (json_object_get(c->sources, name))
		return 0;
	if (lstat(path, &st))
		return err_set(e, errno, "cannot bundle %s: %m", path);
	if (!S_ISREG(st.st_mode))
		return err_set(e, EINVAL, "cannot bundle %s: it is not a file", path);
	int rc = file_sha256(path, hash, e);
	if (rc)
		return rc;
	json_t *m = json_pack("{s:s, s:I, s:s}", "name", name, "bytes", (json_int_t)st.st_size,
			      "sha256", hash);

	if (!m)
		return err_set(e, EINVAL, "cannot bundle %s: its name is no text", path);
	if (st.st_mode & 0111)
		json_object_set_new(m, "program", json_true());
	json_array_append_new(c->members, m);
	json_object_set_new(c->sources, name, json_string(path));
	return 0;
}

static int collect_link(struct collection *c, const char *name, const char *path, struct err *e)
{
	cleanup_free char *target = realpath(path, NULL);
	size_t len = strlen(c->within);

	if (!target || strncmp(target, c->within, len) || target[len] != '/')
		return err_set(e, EINVAL, "cannot bundle %s: it is a link to what is not in %s",
			       path, c->within);
	return collect_file(c, name, target, e);
}

static int collect_entry(struct collection *c, const FTSENT *f, const char *name, struct err *e)
{
	switch (f->fts_info) {
	case FTS_D:
	case FTS_DP:
		return 0;
	case FTS_F:
		return collect_file(c, name, f->fts_path, e);
	case FTS_SL:
	case FTS_SLNONE:
		return collect_link(c, name, f->fts_path, e);
	case FTS_DNR:
	case FTS_ERR:
	case FTS_NS:
		errno = f->fts_errno;
		return err_set(e, errno, "cannot read %s: %m", f->fts_path);
	default:
		return err_set(e, EINVAL, "cannot bundle %s: it is neither a file nor a folder",
			       f->fts_path);
	}
}

int collect_tree(struct collection *c, const char *name, const char *path, struct err *e)
{
	cleanup_free char *root = path_format("%s", path);
	char *const roots[] = { root, NULL };
	cleanup_fts FTS *fts = fts_open(roots, FTS_PHYSICAL | FTS_NOCHDIR, NULL);
	const FTSENT *f;

	if (!fts)
		return err_set(e, errno, "cannot read %s: %m", path);
	while ((f = fts_read(fts))) {
		cleanup_free char *below = path_format("%s%s", name, f->fts_path + strlen(root));
		int rc = collect_entry(c, f, below, e);

		if (rc)
			return rc;
	}
	return 0;
}

static int by_name(const void *a, const void *b)
{
	return strcmp(json_str(*(json_t *const *)a, "name"), json_str(*(json_t *const *)b, "name"));
}

int collection_sort(struct collection *c, struct err *e)
{
	size_t n = json_array_size(c->members);
	cleanup_free json_t **all = calloc(n + 1, sizeof(*all));
	json_t *sorted = json_array();

	if (!all || !sorted) {
		json_decref(sorted);
		return err_set(e, ENOMEM, "out of memory for %zu members", n);
	}
	for (size_t i = 0; i < n; i++)
		all[i] = json_array_get(c->members, i);
	qsort(all, n, sizeof(*all), by_name);
	for (size_t i = 0; i < n; i++)
		json_array_append(sorted, all[i]);
	json_decref(c->members);
	c->members = sorted;
	return 0;
}

void collection_clear(struct collection *c)
{
	json_decref(c->members);
	json_decref(c->sources);
	*c = (struct collection){ 0 };
}
