/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RAMRIG_DURATION_H
#define RAMRIG_DURATION_H

#include <stdint.h>
#include "lib/err.h"

/*
 * Reads a duration as people write it: "200ms", "5s", "60m", "2h".
 *
 * Returns 0 and sets *ret_ms. Returns -EINVAL for anything that is not a whole
 * number with one of these units (a bare number has none), -ERANGE past
 * 64 bits; @e then names @text.
 */
int duration_parse(const char *text, uint64_t *ret_ms, struct err *e);

#endif
