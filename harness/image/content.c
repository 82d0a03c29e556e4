/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "image/content.h"
#include "lib/cleanup.h"
#include "lib/file.h"

#define FILE_MAX (64U << 20)
#define DEPTH_MAX 16

void content_init(struct content *c)
{
	SHA256Init(&c->ctx);
}

static void add_sized(struct content *c, const void *data, size_t len)
{
	uint64_t size = len;

	SHA256Update(&c->ctx, (const uint8_t *)&size, sizeof(size));
	SHA256Update(&c->ctx, data, len);
}

void content_add(struct content *c, const char *label, const void *data, size_t len)
{
	add_sized(c, label, strlen(label));
	add_sized(c, data, len);
}

void content_add_text(struct content *c, const char *label, const char *text)
{
	content_add(c, label, text, strlen(text));
}

static int by_name(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

/* Editors' and version control's own files are no part of what is hashed. */
static int is_content(const struct dirent *de)
{
	size_t len = strlen(de->d_name);

	return de->d_name[0] != '.' && len && de->d_name[len - 1] != '~';
}

static int add_folder(struct content *c, const char *path, const char *below, int depth,
		      struct err *e);

static int add_one(struct content *c, const char *path, const char *below, int depth, struct err *e)
{
	cleanup_free char *data = NULL;
	size_t len;
	struct stat st;

	if (stat(path, &st))
		return err_set(e, errno, "cannot read %s: %m", path);
	if (S_ISDIR(st.st_mode))
		return add_folder(c, path, below, depth + 1, e);
	int rc = file_read(AT_FDCWD, path, FILE_MAX, &data, &len, e);
	if (rc)
		return rc;
	content_add_text(c, st.st_mode & 0111 ? "program" : "file", below);
	content_add(c, "bytes", data, len);
	return 0;
}

static int add_folder(struct content *c, const char *path, const char *below, int depth,
		      struct err *e)
{
	struct dirent **names;
	int n, rc = 0;

	if (depth > DEPTH_MAX)
		return err_set(e, ELOOP, "%s is over %d folders deep", path, DEPTH_MAX);
	n = scandir(path, &names, is_content, by_name);
	if (n < 0)
		return err_set(e, errno, "cannot read folder %s: %m", path);
	for (int i = 0; i < n; i++) {
		cleanup_free char *full = path_format("%s/%s", path, names[i]->d_name);
		cleanup_free char *rel = path_format("%s/%s", below, names[i]->d_name);

		if (!rc)
			rc = add_one(c, full, rel, depth, e);
		free(names[i]);
	}
	free(names);
	return rc;
}

int content_add_folder(struct content *c, const char *path, struct err *e)
{
	return add_folder(c, path, "", 0, e);
}

void content_end(struct content *c, char ret_hex[static 65])
{
	SHA256End(&c->ctx, ret_hex);
}
