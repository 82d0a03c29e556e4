/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RAMRIG_YAML_H
#define RAMRIG_YAML_H

#include <stdbool.h>
#include <stddef.h>
#include "lib/err.h"
#include "spec/source.h"

/*
 * The plain part of YAML as a tree in which every value knows its place:
 * mappings, lists and scalars. Anchors, aliases, tags, complex keys, a second
 * document and a key that stands twice are errors, so that what a file says is
 * what is on the page, and its tree is never larger than its text.
 */
enum yaml_kind { YAML_SCALAR, YAML_LIST, YAML_MAP };

#define YAML_DEPTH_MAX 12
#define YAML_ITEMS_MAX 1024	/* of one list or mapping */

struct yaml {
	enum yaml_kind kind;
	size_t offset;		/* of its first byte in the source */
	char *text;		/* of a scalar; never NULL there */
	bool quoted;		/* a scalar in quotes or a block scalar */
	size_t n;		/* of a list or mapping */
	struct yaml **keys;	/* of a mapping: n scalars */
	struct yaml **items;	/* of a list or mapping: n values */
};

/* Parses the whole of @s, one document. The caller frees *ret. */
int yaml_parse(const struct source *s, struct yaml **ret, struct err *e);

/* Returns the value at @key of the mapping @y, or NULL; *ret_key (may be NULL) its key. */
struct yaml *yaml_get(const struct yaml *y, const char *key, struct yaml **ret_key);

/* "a mapping", "a list", "a value" */
const char *yaml_kind_name(enum yaml_kind kind);

void yaml_free(struct yaml *y);	/* NULL is fine */

#endif
