/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RAMRIG_CHECK_H
#define RAMRIG_CHECK_H

#include "spec/schema.h"
#include "spec/source.h"
#include "spec/yaml.h"

/*
 * Checks the mapping @y against the table @fields and sets *ret to a new JSON
 * object: values converted, defaults filled in. Errors point into @s.
 */
int check_map(const struct source *s, const struct yaml *y, const struct field *fields,
	      json_t **ret, struct err *e);

#endif
