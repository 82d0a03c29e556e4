/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RAMRIG_LISTING_H
#define RAMRIG_LISTING_H

#include <stdbool.h>
#include <stdio.h>
#include "lib/err.h"
#include "lib/json.h"

/* A column of a listing: what key of each row it shows, and how; numbers stand on the right. */
struct listing_column {
	const char *key, *title;
	enum { LISTING_TEXT, LISTING_NUMBER, LISTING_BYTES } show;
};

/*
 * Prints @rows (an array of objects) on standard output: as JSON, or as a
 * table of @columns (ending with a NULL key) where null and absent are "-".
 */
int listing_print(const json_t *rows, const struct listing_column *columns, bool as_json,
		  struct err *e);

/* The table alone, on @out. 0, or -errno when memory runs out. */
int listing_table(const json_t *rows, const struct listing_column *columns, FILE *out);

/*
 * The exit code that an error of images, kernels and the cache means: 2 where the user named
 * what does not exist or wrote a wrong file, else 3.
 */
int listing_exit_code(const struct err *e);

#endif
