/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RAMRIG_CONFORM_ROW_H
#define RAMRIG_CONFORM_ROW_H

#include <stdbool.h>
#include "lib/err.h"
#include "lib/json.h"

/* Rows of conformance: { "what", "declared", "seen", "ok" }. */

/*
 * Adds one to the array @rows. Returns 1 where it differs, 0 where it is @ok.
 * @what and @seen may quote a guest, cut anywhere: they become one line of text.
 */
int conform_row(json_t *rows, const char *what, const char *declared, const char *seen, bool ok);

/* 0 where every row is ok; else -ENODEV with the first that is not, and how many there are. */
int conform_rows_judge(const json_t *rows, struct err *e);

#endif
