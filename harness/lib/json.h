/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RAMRIG_JSON_H
#define RAMRIG_JSON_H

#include <jansson.h>
#include <stdbool.h>
#include "lib/err.h"

static inline void cleanup_jsonp(json_t **j)
{
	json_decref(*j);
}
#define cleanup_json __attribute__((cleanup(cleanup_jsonp)))

/*
 * Reads @path, at most 256 MiB. The caller decrefs *ret. An error names file,
 * line and column.
 */
int json_load_path(const char *path, json_t **ret, struct err *e);

/* Writes @j, indented and with a final newline, whole or not at all. */
int json_save_path(const json_t *j, const char *path, struct err *e);

/*
 * A new string of one line, whatever @text holds: a sentence that quotes a
 * guest may be cut inside a character, and jansson takes no broken UTF-8.
 */
json_t *json_sentence(const char *text);

/* A new number; null for NAN and the infinities, which JSON has not. */
json_t *json_real_or_null(double v);

/* Adds to the array @into the strings of @from (may be NULL) that it does not have. */
void json_strings_merge(json_t *into, const json_t *from);

/* Returns the string at @key of object @j, or NULL where absent or not a string. */
const char *json_str(const json_t *j, const char *key);

/* The same, or @absent. */
const char *json_str_or(const json_t *j, const char *key, const char *absent);

/* Whether the array @list has the string @text. */
bool json_array_has(const json_t *list, const char *text);

/* Returns the first object of the array @list (may be NULL) whose @key is @text, or NULL. */
json_t *json_array_find(const json_t *list, const char *key, const char *text);

/* Returns the integer at @key of object @j, or @absent. */
json_int_t json_int_or(const json_t *j, const char *key, json_int_t absent);

/* Adds one to the integer at @key of object @j, which is 0 where it is absent. */
void json_count_up(json_t *j, const char *key);

#endif
