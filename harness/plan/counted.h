/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RAMRIG_PLAN_COUNTED_H
#define RAMRIG_PLAN_COUNTED_H

#include "lib/json.h"

/*
 * SHA-256, in hex, of what of @part (an object of a plan) says what is measured: words for people
 * (summary, help) and where things lie (folder) do not count. A plan that was just made has the
 * same hash as when it was saved and read again. NULL when out of memory; the caller frees it.
 */
char *counted_hash(const char *label, const json_t *part);

#endif
