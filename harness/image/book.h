/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RAMRIG_BOOK_H
#define RAMRIG_BOOK_H

#include "lib/json.h"

/*
 * What this host has taught us, kept in the cache's root folder as NAME.json: one object, key ->
 * value. It is never needed, only helpful: a book that cannot be read is empty.
 */

/* What is in the book @name: a new object. */
json_t *book_read(const char *name);

/* Puts @value (not stolen) at @key. Failing is harmless, and leaves the book as it was. */
void book_note(const char *name, const char *key, json_t *value);

#endif
