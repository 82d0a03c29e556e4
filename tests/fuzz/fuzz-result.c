/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A result folder with one file of any bytes. The first byte chooses which:
 * '0' plan.json, else the first cell's result.json. Loading it and comparing
 * its arms gives a sentence or a comparison that can be written down, and every
 * row of it is sound.
 *
 * The good files are those of the unit tests: run it from the repository's
 * root.
 */
#include <stdint.h>
#include <sys/stat.h>
#include <unistd.h>
#include "compare/compare.h"
#include "lib/cleanup.h"
#include "lib/file.h"
#include "result/result.h"

#define RECORDED "tests/unit/data/results/quickstart"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static char folder[] = "/tmp/ramrig-fuzz-XXXXXX";

static void folder_remove(void)
{
	struct err e;

	dir_remove(folder, &e);
}

static void folder_make(void)
{
	struct err e;

	if (!mkdtemp(folder) || atexit(folder_remove) || dir_copy(RECORDED, folder, &e))
		abort();
}

static void file_put(const char *path, const void *data, size_t size)
{
	cleanup_fclose FILE *f = fopen(path, "we");

	if (!f || fwrite(data, 1, size, f) != size)
		abort();
}

static void compare(const struct result *r)
{
	cleanup_json json_t *c = NULL;
	struct err e = {};
	int rc = compare_results(r, NULL, &c, &e);

	if (rc) {
		if (!*e.msg || c)
			abort();
		return;
	}
	cleanup_free char *text = json_dumps(c, 0);
	if (!text || !json_str(c, "sentence"))
		abort();
	compare_exit(c, true);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const files[] = { "plan.json", "cells/0001/result.json" };
	cleanup_result struct result *r = NULL;
	struct err e = {};

	if (!size)
		return 0;
	if (access(folder, F_OK))
		folder_make();
	size_t which = data[0] != '0';
	cleanup_free char *path = path_format("%s/%s", folder, files[which]);
	cleanup_free char *good = path_format("%s/%s", RECORDED, files[which]);

	file_put(path, data + 1, size - 1);
	int rc = result_load(folder, &r, &e);
	if (rc && (!*e.msg || r))
		abort();
	if (!rc)
		compare(r);
	if (file_copy(good, path, 0644, &e))
		abort();
	return 0;
}
