/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RAMRIG_SIZE_H
#define RAMRIG_SIZE_H

#include <stdint.h>
#include "lib/err.h"

/*
 * Reads a size as people write it: "4096", "512MiB", "4GiB".
 *
 * Returns 0 and sets *ret_bytes. Returns -EINVAL for anything that is not a
 * whole number with a binary unit, -ERANGE past 64 bits; @e then names @text.
 */
int size_parse(const char *text, uint64_t *ret_bytes, struct err *e);

#endif
