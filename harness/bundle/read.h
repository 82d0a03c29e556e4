/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RAMRIG_BUNDLE_READ_H
#define RAMRIG_BUNDLE_READ_H

#include "bundle/manifest.h"

/*
 * Bundles, read: a tar archive under zstd, whose first member is its manifest
 * (bundle/manifest.h), and whose other members are regular files in the manifest's order.
 *
 * A bundle may come from anybody. Whatever is not exactly as the manifest says, in name, kind,
 * size or SHA-256, is refused with its reason, and so is what is missing, twice or too many. What
 * the manifest itself says of names and sizes is bounded before anything is written.
 */
enum bundle_part {
	BUNDLE_WHOLE,
	BUNDLE_ANALYSIS, /* what manifest_is_analysis() names; what follows it is not read */
};

/*
 * Reads the manifest of the bundle @path, and nothing else. @ret_hash (may be NULL) is set to its
 * SHA-256, which stands for all of the bundle. The caller decrefs *ret.
 */
int bundle_manifest(const char *path, json_t **ret, char ret_hash[65], struct err *e);

/*
 * Unpacks the bundle @path into the folder @dir, which is made where it is missing and must be
 * empty: there is then a result's folder, with the manifest beside its plan where all of it was
 * asked for. What was unpacked before an error stays: the caller removes @dir.
 */
int bundle_unpack(const char *path, const char *dir, enum bundle_part part, struct err *e);

#endif
