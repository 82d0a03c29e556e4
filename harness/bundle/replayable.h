/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RAMRIG_BUNDLE_REPLAYABLE_H
#define RAMRIG_BUNDLE_REPLAYABLE_H

#include "result/result.h"

/*
 * A result whose cells can be run again: a result's folder, whose kernels and image are where the
 * plan says; a bundle that was unpacked, which has them below itself; or a bundle's file, which is
 * first unpacked into the cache (kind "bundle", one entry a bundle).
 */
struct replayable {
	struct result *result; /* its plan has the paths of kernels and image as they are here */
	json_t *manifest;      /* of a bundle; NULL: a folder that is none */
	char hash[65];	       /* of the manifest, or "" */
};

int replayable_open(const char *path, struct replayable *ret, struct err *e);

/*
 * The bytes of plan.json refer to where kernels and image were when it was made. Pure: puts what
 * @manifest has in their place, as paths below @dir; an image that was left out keeps its path.
 * -EINVAL where the bundle lacks a kernel of the plan's.
 */
int replayable_relocate(json_t *plan, const json_t *manifest, const char *dir, struct err *e);

void replayable_clear(struct replayable *s);
#define cleanup_replayable __attribute__((cleanup(replayable_clear)))

#endif
