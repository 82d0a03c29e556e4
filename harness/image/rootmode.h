/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RAMRIG_ROOTMODE_H
#define RAMRIG_ROOTMODE_H

#include "lib/err.h"

/*
 * How this user can make a file tree with files of many owners: as root, as
 * root of a user namespace, or pretending to be (fakechroot and fakeroot).
 */
struct rootmode {
	const char *name;		/* as progress lines and logs call it */
	const char *const *prefix;	/* words before mmdebstrap and before mke2fs */
	const char *mmdebstrap_mode;
	const char *const *tree_prefix;	/* words before what unpacks and packs the tree */
};

/*
 * Sets *ret to the first mode that was tried and works. -EPERM says what to run
 * so that one does.
 */
int rootmode_find(const struct rootmode **ret, struct err *e);

#endif
