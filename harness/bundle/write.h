/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RAMRIG_BUNDLE_WRITE_H
#define RAMRIG_BUNDLE_WRITE_H

#include "bundle/manifest.h"

/*
 * Writes the bundle @path of @manifest, whole or not at all; @sources is an object that has for the
 * name of each member the path of its file. Owners and times are left out, so that equal
 * manifests give equal bytes (with one version of libarchive and libzstd). -ESTALE where a file is
 * not what the manifest says any more.
 */
int bundle_write(const char *path, json_t *manifest, const json_t *sources, struct err *e);

#endif
