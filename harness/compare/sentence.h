/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RAMRIG_SENTENCE_H
#define RAMRIG_SENTENCE_H

#include "lib/json.h"

/*
 * What "comparisons" of a comparison say, in plain words: a new JSON string,
 * one line a group.
 */
json_t *sentence_make(const json_t *comparison);

#endif
