/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RAMRIG_TEST_BUNDLE_FIXTURE_H
#define RAMRIG_TEST_BUNDLE_FIXTURE_H

/* Manifests and bundles that were written by hand; cmocka.h comes first. */
#include <string.h>
#include "bundle/manifest.h"
#include "lib/cleanup.h"
#include "lib/hash.h"

#define HASH "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

/* A file of a bundle, and what is in it. */
struct part {
	const char *name, *text;
};

/* In the order of their names, as a bundle has them. */
static const struct part good_parts[] = {
	{ "cells/0001/result.json", "{}\n" },
	{ "plan.json", "{\"experiment\": \"small\"}\n" },
	{ "programs/ramrig-agent", "#!agent" },
	{ "replay/kernels/1/boot/vmlinuz-6.12", "bzImage" },
	{ "replay/kernels/1/lib/modules/6.12/modules.dep", "" },
	{ "workloads/web/server.sh", "echo ready\n" },
};

static inline json_t *member_of(const struct part *p)
{
	char hash[65];

	hash_bytes(p->text, strlen(p->text), hash);
	return json_pack("{s:s, s:I, s:s, s:b}", "name", p->name, "bytes",
			 (json_int_t)strlen(p->text), "sha256", hash, "program",
			 !strncmp(p->name, "programs/", 9));
}

/* A good manifest of the @n @parts. */
static inline json_t *manifest_of(const struct part *parts, size_t n)
{
	cleanup_json json_t *members = json_array();
	json_t *kernel =
		json_pack("{s:s, s:s, s:n, s:n}", "bzimage", "replay/kernels/1/boot/vmlinuz-6.12",
			  "modules", "replay/kernels/1/lib/modules/6.12", "vmlinux", "recipe");

	for (size_t i = 0; i < n; i++)
		json_array_append_new(members, member_of(&parts[i]));
	return json_pack(
		"{s:i, s:s, s:s, s:s, s:[i], s:[], s:{s:O}, s:o, s:{s:s, s:s, s:i, s:s, s:n}, s:O}",
		"schema", BUNDLE_SCHEMA, "ramrig", "0.1.0", "experiment", "small", "created",
		"2026-11-22T22:40:00Z", "cells", 1, "ran_on", "kernels", "stock", kernel,
		"reference", kernel, "image", "name", "default", "hash", HASH, "bytes", 4096,
		"sha256", HASH, "file", "members", members);
}

static inline json_t *good_manifest(void)
{
	return manifest_of(good_parts, ARRAY_SIZE(good_parts));
}

#endif
