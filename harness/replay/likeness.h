/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RAMRIG_REPLAY_LIKENESS_H
#define RAMRIG_REPLAY_LIKENESS_H

#include <stdbool.h>
#include "lib/err.h"
#include "lib/json.h"

/*
 * What a replay has in common with the cell that it replays. Facts of either are an object NAME
 * of the table below -> string; one that is not known is absent, and is never equal to anything.
 */
struct likeness {
	const char *name; /* a word of --allow */
	const char *what;
	bool must;    /* another one is refused; else it is told */
	bool bundled; /* known of bundles only: absent from both, it is not looked at */
};

extern const struct likeness likeness_table[]; /* ended by a NULL name */

/* "qemu, machine, ...": the words of --allow. The caller frees it. */
char *likeness_words(void);

/* -EINVAL where one of @allowed (NULL-ended, or NULL) is none of them. */
int likeness_check_words(const char *const *allowed, struct err *e);

/*
 * Pure. A new array in the order of the table:
 *
 *   { "what", "meaning", "was", "is": strings, or null where not known,
 *     "verdict": "equal", "refused", "allowed" (it is in @allowed) or "told" }
 *
 * Of a text of many lines that differs, "was" and "is" are the first lines that do; of equal
 * ones, how many there are.
 */
json_t *likeness_compare(const json_t *was, const json_t *is, const char *const *allowed);

/* How many rows have that verdict. */
size_t likeness_count(const json_t *rows, const char *verdict);

/*
 * Pure: @text (a domain's XML, or a word of QEMU's command line) with PATH in place of each path,
 * since work folders and caches have other names each time. The caller frees it.
 */
char *likeness_without_paths(const char *text);

#endif
