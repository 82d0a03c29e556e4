/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RAMRIG_BZIMAGE_H
#define RAMRIG_BZIMAGE_H

#include "lib/err.h"

/*
 * Reads the release ("6.12.117+deb12-amd64": what uname -r will say) from the
 * setup header of the x86 kernel image at @path. -EINVAL when it is none. The
 * caller frees *ret.
 */
int bzimage_release(const char *path, char **ret, struct err *e);

#endif
