/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RAMRIG_BUNDLE_MANIFEST_H
#define RAMRIG_BUNDLE_MANIFEST_H

#include <stdbool.h>
#include <stddef.h>
#include "lib/err.h"
#include "lib/json.h"

/*
 * The first member of a bundle: what all others are. A JSON object
 *
 *   { "schema": 1, "ramrig": "0.1.0", "experiment", "created": that of the plan,
 *     "cells": [ numbers of the cells whose folders it has ],
 *     "ran_on": [ what the cells' results say, each combination once: { "ramrig", "qemu",
 *                 "libvirt", "accelerator", "cpus", "memory_bytes", "kernel" } ],
 *     "kernels":   { NAME of the plan: KERNEL }, "reference": KERNEL,
 *     "image":     { "name", "hash", "bytes", "sha256": of its file,
 *                    "file": the member, or null where it was left out },
 *     "members":   [ { "name", "bytes", "sha256", "program": true where it is one } ] }
 *
 * where KERNEL is { "bzimage": a member, "modules": a folder of members or null,
 * "vmlinux": a member or null, "recipe": a folder of members or null }.
 *
 * Members are in the order of their names (as strcmp() has it), each once, and that is their
 * order in the file. A name is a relative path of printable ASCII characters, without a backslash,
 * "." and "..", and lies in one of the folders cells, programs, replay and workloads.
 */
#define BUNDLE_SCHEMA	1
#define BUNDLE_MANIFEST "manifest.json"
#define BUNDLE_PLAN	"plan.json"
#define BUNDLE_CELLS	"cells"
#define BUNDLE_REPLAY	"replay" /* kernels and image: what only a replay needs */

#define BUNDLE_MANIFEST_MAX (64U << 20)
#define BUNDLE_MEMBERS_MAX  400000U
#define BUNDLE_NAME_MAX	    1024U
#define BUNDLE_BYTES_MAX    (64ULL << 30) /* of all members together */

/*
 * Reads and checks a manifest of whatever bytes; pure. -EINVAL says what is wrong with it. The
 * caller decrefs *ret.
 */
int manifest_parse(const char *text, size_t len, json_t **ret, struct err *e);

/*
 * The other way: the bytes of @manifest, which is checked as manifest_parse() checks it. Equal
 * ones give equal bytes. The caller frees *ret.
 */
int manifest_text(json_t *manifest, char **ret, size_t *ret_len, struct err *e);

/* Whether the member @name is one that analysis reads: the plan, and what the cells left. */
bool manifest_is_analysis(const char *name);

/* The bytes of all members together. */
unsigned long long manifest_bytes(const json_t *manifest);

#endif
