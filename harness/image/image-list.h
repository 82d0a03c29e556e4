/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RAMRIG_IMAGE_LIST_H
#define RAMRIG_IMAGE_LIST_H

#include "lib/json.h"
#include "spec/search.h"

/*
 * A new JSON array, one object for each recipe on the search path: { name,
 * and where one is cached: hash, bytes, used, path }. Builds nothing.
 */
int image_list(const struct search *s, json_t **ret, struct err *e);

#endif
