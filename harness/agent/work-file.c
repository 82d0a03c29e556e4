/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "agent/tail.h"
#include "agent/verbs.h"
#include "lib/cleanup.h"
#include "lib/file.h"
#include "lib/json.h"
#include "proto/protocol.h"

#define READ_DEFAULT (256U << 10)
/* Every byte may need two in JSON, and the answer must fit into a frame. */
#define READ_MAX (PROTOCOL_FRAME_MAX / 2 - 4096)
#define ENTRIES_MAX 16384

static char *place(const struct agent_config *c, const char *path, int in_root)
{
	return path_format("%s%s", in_root ? c->sysroot : "", path);
}

static int by_name(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

static int is_entry(const struct dirent *d)
{
	return strcmp(d->d_name, ".") && strcmp(d->d_name, "..");
}

static int folder_read(const char *path, json_t **ret, struct err *e)
{
	struct dirent **found;
	int n = scandir(path, &found, is_entry, by_name);

	if (n < 0)
		return err_set(e, errno, "cannot list %s: %m", path);
	json_t *names = json_array();
	for (int i = 0; i < n; i++) {
		if (i < ENTRIES_MAX)
			json_array_append_new(names, text_json(found[i]->d_name,
							       strlen(found[i]->d_name)));
		free(found[i]);
	}
	free(found);
	if (n > ENTRIES_MAX) {
		json_decref(names);
		return err_set(e, EFBIG, "%s has over %d entries", path, ENTRIES_MAX);
	}
	*ret = names;
	return 0;
}

/* A file's text, or the array of a folder's names. */
static int path_read(const char *path, size_t max_bytes, json_t **ret, struct err *e)
{
	cleanup_free char *data = NULL;
	struct stat st;
	size_t len;

	if (!stat(path, &st) && S_ISDIR(st.st_mode))
		return folder_read(path, ret, e);
	int rc = file_read(AT_FDCWD, path, max_bytes, &data, &len, e);
	if (!rc)
		*ret = text_json(data, len);
	return rc;
}

/* What @file takes in an answer, less what its bytes may take twice. */
static size_t answer_bytes(const json_t *file)
{
	size_t bytes = json_string_length(file) + strlen("\"\":,"), i;
	const json_t *name;

	json_array_foreach(file, i, name)
		bytes += json_string_length(name) + strlen("\"\",");
	return bytes;
}

static int paths_read(const struct agent_config *c, const json_t *paths, bool in_root,
		      size_t max_bytes, json_t **ret, struct err *e)
{
	cleanup_json json_t *files = json_object();
	size_t left = READ_MAX, i;
	const json_t *wanted;

	if (!json_is_array(paths))
		return err_set(e, EINVAL, "paths is no list");
	json_array_foreach(paths, i, wanted) {
		if (!json_is_string(wanted))
			return err_set(e, EINVAL, "item %zu of paths is no text", i);
		cleanup_free char *path = place(c, json_string_value(wanted), in_root);
		json_t *file = json_null();
		int rc = path_read(path, max_bytes, &file, e);

		if (rc && rc != -ENOENT && rc != -ENOTDIR)
			return rc;
		json_object_set_new(files, json_string_value(wanted), file);
		size_t taken = json_string_length(wanted) + answer_bytes(file);
		if (taken > left)
			return err_set(e, EFBIG, "%s and what was read before it are over %u bytes",
				       path, READ_MAX);
		left -= taken;
	}
	*ret = json_pack("{s:O}", "files", files);
	return 0;
}

int work_read(const struct agent_config *c, const json_t *request, json_t **ret, struct err *e)
{
	json_int_t max_bytes = READ_DEFAULT;
	const char *wanted = NULL;
	json_t *paths = NULL, *file;
	int in_root = 0;

	int rc = request_unpack(request, e, "{s?s, s?o, s?I, s?b}", "path", &wanted, "paths", &paths,
				"max_bytes", &max_bytes, "root", &in_root);
	if (rc)
		return rc;
	if (!wanted == !paths)
		return err_set(e, EINVAL, "the request names no path, or one and a list");
	if (max_bytes < 1 || max_bytes > READ_MAX)
		return err_set(e, EINVAL, "max_bytes is not 1 to %u", READ_MAX);
	if (paths)
		return paths_read(c, paths, in_root, (size_t)max_bytes, ret, e);
	cleanup_free char *path = place(c, wanted, in_root);
	rc = path_read(path, (size_t)max_bytes, &file, e);
	if (!rc)
		*ret = json_pack("{s:o}", json_is_array(file) ? "entries" : "data", file);
	return rc;
}

/*
 * One write() where it can be: files in /proc and /sys take each call for a
 * command of its own.
 */
static int file_put(const char *path, int flags, mode_t mode, const char *data, size_t len,
		    struct err *e)
{
	cleanup_close int fd = open(path, O_WRONLY | O_CLOEXEC | O_NOCTTY | flags, mode);
	if (fd < 0)
		return err_set(e, errno, "cannot open %s: %m", path);
	do {
		ssize_t n = write(fd, data, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_set(e, errno, "cannot write '%.80s' to %s: %m", data, path);
		data += n;
		len -= (size_t)n;
	} while (len);
	return 0;
}

static int read_back(const char *path, json_t **ret, struct err *e)
{
	cleanup_free char *data = NULL;
	size_t len;
	int rc = file_read(AT_FDCWD, path, READ_DEFAULT, &data, &len, e);

	if (rc)
		return rc;
	if (len && data[len - 1] == '\n')
		len--;
	*ret = json_pack("{s:o}", "value", text_json(data, len));
	return 0;
}

int work_write(const struct agent_config *c, const json_t *request, json_t **ret, struct err *e)
{
	int back = 0, in_root = 0, create = 0, mode = 0644;
	const char *wanted, *data;
	size_t len;

	int rc = request_unpack(request, e, "{s:s, s:s%, s?b, s?b, s?b, s?i}", "path", &wanted,
				"data", &data, &len, "read_back", &back, "root", &in_root,
				"create", &create, "mode", &mode);
	if (rc)
		return rc;
	cleanup_free char *path = place(c, wanted, in_root);
	rc = file_put(path, create ? O_CREAT | O_TRUNC : 0, (mode_t)mode & 07777, data, len, e);
	if (rc)
		return rc;
	if (back)
		return read_back(path, ret, e);
	*ret = json_object();
	return 0;
}

int work_mkdir(const struct agent_config *c, const json_t *request, json_t **ret, struct err *e)
{
	const char *path;
	int rc = request_unpack(request, e, "{s:s}", "path", &path);

	(void)c;
	if (rc)
		return rc;
	if (mkdir(path, 0755))
		return err_set(e, errno, "cannot create the folder %s: %m", path);
	*ret = json_object();
	return 0;
}

int work_sync(const struct agent_config *c, const json_t *request, json_t **ret, struct err *e)
{
	(void)c;
	(void)request;
	(void)e;
	sync();
	*ret = json_object();
	return 0;
}
