/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RAMRIG_TEST_RESULT_EDIT_H
#define RAMRIG_TEST_RESULT_EDIT_H

#include "lib/cleanup.h"
#include "lib/file.h"
#include "lib/json.h"

/*
 * Copies of the recorded results (tests/unit/data/results/NAME), to be bent:
 * every test says only in what its result differs from a good one.
 */
#define RECORDED "tests/unit/data/results/"

/* Returns the path of a new copy, to be given to copy_drop(). */
static inline char *copy_make(const char *name)
{
	cleanup_free char *from = path_format(RECORDED "%s", name);
	char *to = path_format("/tmp/ramrig-test-XXXXXX");
	struct err e;

	assert_non_null(mkdtemp(to));
	assert_int_equal(dir_copy(from, to, &e), 0);
	return to;
}

static inline void copy_dropp(char **dir)
{
	struct err e;

	dir_remove(*dir, &e);
	free(*dir);
}
#define cleanup_copy __attribute__((cleanup(copy_dropp)))

/* Puts @value (stolen; NULL removes) at @path, "proof.status", of the file @name of @dir. */
static inline void edit(const char *dir, const char *name, const char *path, json_t *value)
{
	cleanup_free char *file = path_format("%s/%s", dir, name);
	cleanup_free char *keys = path_format("%s", path);
	cleanup_json json_t *doc = NULL;
	struct err e;

	assert_int_equal(json_load_path(file, &doc, &e), 0);
	json_t *at = doc;
	char *key = keys, *dot;
	for (; (dot = strchr(key, '.')); key = dot + 1) {
		*dot = '\0';
		at = json_is_array(at) ? json_array_get(at, strtoul(key, NULL, 10)) :
					 json_object_get(at, key);
		assert_non_null(at);
	}
	if (value)
		json_object_set_new(at, key, value);
	else
		json_object_del(at, key);
	assert_int_equal(json_save_path(doc, file, &e), 0);
}

static inline void edit_cell(const char *dir, unsigned n, const char *path, json_t *value)
{
	cleanup_free char *name = path_format("cells/%04u/result.json", n);

	edit(dir, name, path, value);
}

static inline void overwrite_cell(const char *dir, unsigned n, const char *text)
{
	cleanup_free char *file = path_format("%s/cells/%04u/result.json", dir, n);
	struct err e;

	assert_int_equal(file_write_atomic(file, text, strlen(text), &e), 0);
}

#endif
