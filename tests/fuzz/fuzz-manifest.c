/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The manifest of a bundle. Whatever the bytes are, they are refused with a sentence, or every name
 * in it stays below the folder that it is unpacked to, and it can be written again.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include "bundle/manifest.h"
#include "lib/cleanup.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void names_check(const json_t *manifest)
{
	const json_t *m;
	size_t i;

	json_array_foreach(json_object_get(manifest, "members"), i, m) {
		const char *name = json_str(m, "name");

		if (*name == '/' || !strcmp(name, BUNDLE_MANIFEST) || strstr(name, "/../") ||
		    !strncmp(name, "../", 3) || strstr(name, "//") || name[strlen(name) - 1] == '/')
			abort();
	}
	if (manifest_bytes(manifest) > BUNDLE_BYTES_MAX)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	cleanup_json json_t *manifest = NULL, *again = NULL;
	cleanup_free char *text = NULL;
	struct err e = {};
	size_t len;

	if (manifest_parse((const char *)data, size, &manifest, &e)) {
		if (!*e.msg || manifest)
			abort();
		return 0;
	}
	names_check(manifest);
	if (manifest_text(manifest, &text, &len, &e) || manifest_parse(text, len, &again, &e))
		abort();
	return 0;
}
