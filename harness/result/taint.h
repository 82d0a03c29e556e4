/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RAMRIG_TAINT_H
#define RAMRIG_TAINT_H

#include <stdbool.h>
#include <stdint.h>
#include "lib/json.h"

/* What a kernel remembers of its past: /proc/sys/kernel/tainted. Pure. */

/*
 * Returns a new object { "number", "letters" }, letters as the kernel prints them
 * ("" where it is not tainted), or NULL where @text is not a number.
 */
json_t *taint_json(const char *text);

/* Whether @number tells of trouble, not just of what was loaded or built in. */
bool taint_is_trouble(uint64_t number);

#endif
