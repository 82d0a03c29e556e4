/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RAMRIG_GRID_H
#define RAMRIG_GRID_H

#include <stdio.h>
#include "lib/json.h"

/*
 * A table in Markdown (pipes, as in GitHub's and GitLab's) whose columns are padded, so that it
 * reads as well where nothing renders it. @rows is an array that grid_add() made, of rows of the
 * same length, the head first; column i is flush right where @align[i] is 'r'.
 */
void grid_print(FILE *out, const json_t *rows, const char *align);

/*
 * Appends a row of @n columns made of @text, strings that are freed here. Whatever they hold, the
 * row stays one line, and a column one column.
 */
void grid_add(json_t *rows, char *const *text, size_t n);

/* The same of @texts, an array of strings. */
void grid_add_texts(json_t *rows, const json_t *texts);

#endif
