/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RAMRIG_CELL_WHERE_H
#define RAMRIG_CELL_WHERE_H

#include "lib/json.h"

/*
 * Adds to the reports of @result, and to the reason that names one, the lines of
 * source that their functions are at, where @vmlinux (of the kernel that ran; may be
 * NULL) has debug information: "where" of docs/results.md. One that cannot be read
 * is a warning of the result.
 */
void where_decode(const char *vmlinux, json_t *result);

#endif
