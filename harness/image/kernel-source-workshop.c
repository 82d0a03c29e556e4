/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "image/cache.h"
#include "image/cache-lock.h"
#include "image/cache-tree.h"
#include "image/kernel-source-origins.h"
#include "image/kernel-source-series.h"
#include "image/kernel-source-workshop.h"
#include "image/tool.h"
#include "lib/cleanup.h"
#include "lib/file.h"

/* A full build takes minutes, one with sanitisers many. */
#define WAIT_FOR_BUILDER_MS (2 * 60 * 60 * 1000)
#define BUILDING ".ramrig-building"

static json_t *state_new(void)
{
	return json_pack("{s:b, s:s, s:[]}", "dirty", 1, "id", "", "applied");
}

static void state_load(struct workshop *w)
{
	cleanup_free char *path = path_format("%s/state.json", w->dir);
	struct err absent;

	if (json_load_path(path, &w->state, &absent) || !json_str(w->state, "id") ||
	    !json_is_array(json_object_get(w->state, "applied"))) {
		json_decref(w->state);
		w->state = state_new();
	}
}

static int state_save(struct workshop *w, bool dirty, struct err *e)
{
	cleanup_free char *path = path_format("%s/state.json", w->dir);

	json_object_set_new(w->state, "dirty", json_boolean(dirty));
	return json_save_path(w->state, path, e);
}

int workshop_open(const struct kernel_origin *o, struct workshop *ret, struct err *e)
{
	cleanup_workshop struct workshop w = { .lock = -1 };
	int rc = cache_root(&w.root, e);
	if (rc)
		return rc;

	w.dir = path_format("%s/" WORKSHOP_KIND "/%s", w.root, o->workshop);
	w.src = path_format("%s/src", w.dir);
	w.entry = path_format(WORKSHOP_KIND "-%s", o->workshop);
	w.lock = cache_lock(w.root, w.entry, WAIT_FOR_BUILDER_MS, e);
	if (w.lock < 0)
		return w.lock;
	rc = cache_dir_make(w.dir, e);
	if (rc)
		return rc;
	/* cache_prune() goes by this time. */
	utimensat(AT_FDCWD, w.dir, NULL, 0);
	state_load(&w);
	*ret = w;
	w = (struct workshop){ .lock = -1 };
	return 0;
}

/* Whatever is there: the source anew, and with the time of now. */
static int start_anew(struct workshop *w, struct err *e)
{
	json_decref(w->state);
	w->state = state_new();
	int rc = state_save(w, true, e);

	return rc ? rc : cache_tree_remove(w->src, e);
}

/* Brings src to the source itself, without patches, where it is another now. */
static int source_bring(struct workshop *w, const struct kernel_origin *o, const char *log,
			struct err *e)
{
	cleanup_free char *copies = path_format("%s/series", w->dir);
	json_t *applied = json_object_get(w->state, "applied");
	cleanup_json json_t *none = json_array();
	int rc = 0;

	if (!strcmp(json_str(w->state, "id"), o->id))
		return 0;
	if (json_array_size(applied))
		rc = series_align(w->src, copies, none, applied, e);
	if (!rc)
		rc = kernel_origin_bring(o, w->dir, log, e);
	if (!rc)
		json_object_set_new(w->state, "id", json_string(o->id));
	return rc;
}

int workshop_prepare(struct workshop *w, const struct kernel_origin *o, const json_t *series,
		     const char *log, struct err *e)
{
	cleanup_free char *copies = path_format("%s/series", w->dir);
	struct err why;
	int rc = 0;

	if (json_is_true(json_object_get(w->state, "dirty")) || access(w->src, F_OK))
		rc = start_anew(w, e);
	if (!rc)
		rc = state_save(w, true, e);
	if (!rc)
		rc = source_bring(w, o, log, e);
	if (rc)
		return rc;
	rc = series_align(w->src, copies, series, json_object_get(w->state, "applied"), &why);
	/* A patch that does not apply was tried dry: src is whole. */
	if (!rc || rc == -EINVAL)
		if (state_save(w, false, e))
			return -e->code;
	if (rc)
		*e = why;
	return rc;
}

/* The obj folder that was used last and is whole; NULL when there is none. */
static char *last_obj(const struct workshop *w)
{
	cleanup_free char *pattern = path_format("%s/obj-*", w->dir);
	struct timespec best = { 0 };
	char *last = NULL;
	glob_t found = { 0 };

	if (glob(pattern, 0, NULL, &found))
		found.gl_pathc = 0;
	for (size_t i = 0; i < found.gl_pathc; i++) {
		cleanup_free char *mark = path_format("%s/" BUILDING, found.gl_pathv[i]);
		struct stat st;

		if (!access(mark, F_OK) || stat(found.gl_pathv[i], &st) ||
		    st.st_mtim.tv_sec < best.tv_sec)
			continue;
		best = st.st_mtim;
		free(last);
		last = path_format("%s", found.gl_pathv[i]);
	}
	globfree(&found);
	return last;
}

static int copy_obj(const struct workshop *w, const char *from, const char *log, struct err *e)
{
	cleanup_free char *fresh = path_format("%s/obj.new", w->dir);
	const char *argv[] = { "cp", "-a", "--reflink=auto", from, fresh, NULL };
	const struct tool_opts o = { .argv = argv, .log_path = log, .timeout_ms = ORIGIN_MS };
	int rc = cache_tree_remove(fresh, e);

	if (!rc)
		rc = tool_run(&o, NULL, e);
	if (!rc && rename(fresh, w->obj))
		rc = err_set(e, errno, "cannot move %s to %s: %m", fresh, w->obj);
	return rc;
}

int workshop_obj(struct workshop *w, const char *key, const char *log, struct err *e)
{
	cleanup_free char *last = last_obj(w);
	struct stat st;
	int rc = 0;

	free(w->obj);
	w->obj = path_format("%s/obj-%.16s", w->dir, key);
	cleanup_free char *mark = path_format("%s/" BUILDING, w->obj);

	if (!access(mark, F_OK))
		rc = cache_tree_remove(w->obj, e);
	if (!rc && stat(w->obj, &st) && last && strcmp(last, w->obj))
		rc = copy_obj(w, last, log, e);
	if (!rc)
		rc = cache_dir_make(w->obj, e);
	if (!rc)
		utimensat(AT_FDCWD, w->obj, NULL, 0);
	return rc;
}

int workshop_build_begin(struct workshop *w, struct err *e)
{
	cleanup_free char *mark = path_format("%s/" BUILDING, w->obj);

	return file_write_atomic(mark, "", 0, e);
}

void workshop_build_end(struct workshop *w)
{
	cleanup_free char *mark = path_format("%s/" BUILDING, w->obj);

	unlink(mark);
}

void workshop_close(struct workshop *w)
{
	if (w->lock >= 0)
		cache_unlock(w->root, w->entry, w->lock);
	free(w->root);
	free(w->dir);
	free(w->src);
	free(w->obj);
	free(w->entry);
	json_decref(w->state);
	*w = (struct workshop){ .lock = -1 };
}
