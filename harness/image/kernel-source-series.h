/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RAMRIG_KERNEL_SOURCE_SERIES_H
#define RAMRIG_KERNEL_SOURCE_SERIES_H

#include <stdbool.h>
#include "lib/err.h"
#include "lib/json.h"

/*
 * A series of patches, and bringing a source folder from one series to another.
 *
 * A series is a JSON array of { file, title, hash, text }, one for each single
 * patch: an mbox is taken apart, its mails without a diff (cover letters) left
 * out.
 */

/* Reads the patch files @paths. -EINVAL for one without a diff, or still encoded as mail. */
int series_load(const json_t *paths, json_t **ret, struct err *e);

/* The pure half: adds the patches of @text, the contents of @file, to @series. */
int series_parse(const char *file, const char *text, json_t *series, struct err *e);

/* Whether a patch of @series changes how the kernel is configured. */
bool series_touches_config(const json_t *patch);

/*
 * Brings @src, to which the patches with the hashes *@applied have been
 * applied, to @series: what they don't share is taken back, the rest applied
 * without fuzz. Copies of the applied patches are kept in the folder @copies, to be taken
 * back from there. *@applied is always what @src has, also after an error.
 * -EINVAL when a patch does not apply: @e then shows its first rejected hunk.
 * -EIO when one could not be taken back: @src is of no use any more.
 */
int series_align(const char *src, const char *copies, const json_t *series, json_t *applied,
		 struct err *e);

/* Hunk number @n of @file in the patch @text, as it stands there; NULL when absent. */
char *series_hunk(const char *text, const char *file, unsigned n);

#endif
