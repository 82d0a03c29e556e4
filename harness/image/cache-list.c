/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <dirent.h>
#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include "image/cache.h"
#include "image/cache-lock.h"
#include "image/cache-tree.h"
#include "lib/cleanup.h"
#include "lib/file.h"

/* Folders of the cache's root that are not kinds of entries. */
static const char *const housekeeping[] = { "lock", "log", "tmp" };

static inline void cleanup_closedirp(DIR **d)
{
	if (*d)
		closedir(*d);
}
#define cleanup_closedir __attribute__((cleanup(cleanup_closedirp)))

static bool is_kind(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(housekeeping); i++)
		if (!strcmp(name, housekeeping[i]))
			return false;
	return *name != '.';
}

static json_t *entry_json(const char *root, const char *kind, const char *name)
{
	cleanup_free char *path = path_format("%s/%s/%s", root, kind, name);
	const char *dash = strrchr(name, '-');
	struct stat st;
	struct tm tm;
	char used[32];

	if (*name == '.' || !dash || lstat(path, &st) || !S_ISDIR(st.st_mode))
		return NULL;
	gmtime_r(&st.st_mtime, &tm);
	strftime(used, sizeof(used), "%Y-%m-%dT%H:%M:%SZ", &tm);
	return json_pack("{s:s, s:s#, s:s, s:I, s:s, s:s}", "kind", kind, "name", name,
			 (int)(dash - name), "hash", dash + 1, "bytes",
			 (json_int_t)dir_disk_bytes(path), "used", used, "path", path);
}

static void list_kind(const char *root, const char *kind, json_t *list)
{
	cleanup_free char *path = path_format("%s/%s", root, kind);
	cleanup_closedir DIR *d = opendir(path);
	const struct dirent *de;

	while (d && (de = readdir(d))) {
		json_t *entry = entry_json(root, kind, de->d_name);

		if (entry)
			json_array_append_new(list, entry);
	}
}

int cache_list_kind(const char *kind, json_t **ret, struct err *e)
{
	cleanup_free char *root = NULL;
	int rc = cache_root(&root, e);

	if (rc)
		return rc;
	*ret = json_array();
	list_kind(root, kind, *ret);
	return 0;
}

int cache_list(json_t **ret, struct err *e)
{
	cleanup_free char *root = NULL;
	int rc = cache_root(&root, e);
	if (rc)
		return rc;

	cleanup_closedir DIR *d = opendir(root);
	const struct dirent *de;

	if (!d)
		return err_set(e, errno, "cannot read %s: %m", root);
	cleanup_json json_t *list = json_array();
	if (!list)
		return err_set(e, ENOMEM, "out of memory for the cache's list");
	while ((de = readdir(d)))
		if (is_kind(de->d_name))
			list_kind(root, de->d_name, list);
	*ret = take_ptr(list);
	return 0;
}

/* Returns 1 when it is gone (or would be), 0 when somebody builds it now. */
static int remove_unless_held(const char *root, const char *entry, const char *path, bool dry_run,
			      struct err *e)
{
	struct err why;
	int lock = cache_lock(root, entry, 0, &why);

	if (lock == -EBUSY)
		return 0;
	if (lock < 0) {
		*e = why;
		return lock;
	}
	int rc = dry_run ? 0 : cache_tree_remove(path, e);
	cache_unlock(root, entry, lock);
	return rc ? rc : 1;
}

static int prune_dead_builds(const char *root, bool dry_run, json_t *removed, struct err *e)
{
	cleanup_free char *tmp = path_format("%s/tmp", root);
	cleanup_closedir DIR *d = opendir(tmp);
	const struct dirent *de;

	while (d && (de = readdir(d))) {
		if (*de->d_name == '.')
			continue;
		cleanup_free char *path = path_format("%s/%s", tmp, de->d_name);
		uint64_t bytes = dir_disk_bytes(path);
		int rc = remove_unless_held(root, de->d_name, path, dry_run, e);

		if (rc < 0)
			return rc;
		if (rc)
			json_array_append_new(removed,
					      json_pack("{s:s, s:s, s:I, s:s}", "kind", "tmp",
							"name", de->d_name, "bytes",
							(json_int_t)bytes, "path", path));
	}
	return 0;
}

static bool used_since(const char *path, time_t since)
{
	struct stat st;

	return !stat(path, &st) && st.st_mtime > since;
}

/* Logs of failed builds are small and wanted by nobody for long: not reported. */
static void prune_logs(const char *root, time_t since)
{
	cleanup_free char *logs = path_format("%s/log", root);
	cleanup_closedir DIR *d = opendir(logs);
	const struct dirent *de;

	while (d && (de = readdir(d))) {
		cleanup_free char *path = path_format("%s/%s", logs, de->d_name);

		if (*de->d_name != '.' && !used_since(path, since))
			unlink(path);
	}
}

int cache_prune(unsigned days, bool dry_run, json_t **ret_removed, struct err *e)
{
	cleanup_free char *root = NULL;
	cleanup_json json_t *list = NULL;
	cleanup_json json_t *removed = json_array();
	time_t since = time(NULL) - (time_t)days * 86400;
	json_t *entry;
	size_t i;
	int rc = cache_root(&root, e);

	if (!rc)
		rc = prune_dead_builds(root, dry_run, removed, e);
	if (!rc)
		rc = cache_list(&list, e);
	if (rc)
		return rc;
	json_array_foreach(list, i, entry) {
		const char *path = json_str(entry, "path");
		cleanup_free char *id = path_format("%s-%s-%s", json_str(entry, "kind"),
						    json_str(entry, "name"),
						    json_str(entry, "hash"));

		if (used_since(path, since))
			continue;
		rc = remove_unless_held(root, id, path, dry_run, e);
		if (rc < 0)
			return rc;
		if (rc)
			json_array_append(removed, entry);
	}
	if (!dry_run)
		prune_logs(root, since);
	*ret_removed = take_ptr(removed);
	return 0;
}
