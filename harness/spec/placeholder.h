/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RAMRIG_PLACEHOLDER_H
#define RAMRIG_PLACEHOLDER_H

#include <stddef.h>
#include "lib/json.h"

/*
 * Placeholders in what policies write and run: "{name}", where a name is as a parameter's
 * is, [a-z][a-z0-9_]*. Braces about anything else are text.
 */
#define PLACEHOLDER_SIZE 64	/* of a name and its end; a longer one is no placeholder */

/* The next one of *@at: its name, which has *ret_len bytes. *@at moves behind it. NULL: none is left. */
const char *placeholder_next(const char **at, size_t *ret_len);

/*
 * A new text: @text with the "value" of each of @parameters (a checked file's) in place of
 * its placeholder. Placeholders that are no parameter stay. The caller frees it.
 */
char *placeholder_fill(const char *text, const json_t *parameters);

/* The same for one placeholder, @name, and @value. */
char *placeholder_fill_one(const char *text, const char *name, const char *value);

#endif
