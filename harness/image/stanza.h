/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RAMRIG_STANZA_H
#define RAMRIG_STANZA_H

#include "lib/json.h"

/*
 * Reads what apt and dpkg print: paragraphs of "Field: value" lines, separated
 * by empty lines. Returns a new JSON array of objects of strings; continuation
 * lines and lines without a field name are left out. Never NULL.
 */
json_t *stanza_parse(const char *text);

#endif
