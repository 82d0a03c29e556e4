/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "image/book.h"
#include "image/cache.h"
#include "lib/cleanup.h"
#include "lib/file.h"

static json_t *book_load(const char *path)
{
	cleanup_json json_t *book = NULL;
	struct err ignored;

	return json_load_path(path, &book, &ignored) || !json_is_object(book) ? json_object() :
										take_ptr(book);
}

json_t *book_read(const char *name)
{
	cleanup_free char *root = NULL;
	struct err ignored;

	if (cache_root_path(&root, &ignored))
		return json_object();
	cleanup_free char *path = path_format("%s/%s.json", root, name);
	return book_load(path);
}

void book_note(const char *name, const char *key, json_t *value)
{
	cleanup_free char *root = NULL;
	struct err ignored;

	if (cache_root(&root, &ignored))
		return;
	cleanup_free char *path = path_format("%s/%s.json", root, name);
	cleanup_json json_t *book = book_load(path);

	json_object_set(book, key, value);
	json_save_path(book, path, &ignored);
}
