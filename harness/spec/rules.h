/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RAMRIG_RULES_H
#define RAMRIG_RULES_H

#include "spec/spec.h"

/*
 * Checks what no table can say of one file: that what it refers to stands in
 * it, too. Brings @doc, the document of @s, into its final form: defaults of
 * parameters get the type of their unit.
 */
int rules_apply(enum spec_kind kind, const struct spec *s, json_t *doc, struct err *e);

/*
 * The items of the list @key of @doc are names of files, without a path, so that
 * the folder they lie in is whole; @where says which folder.
 */
int rules_names(const struct spec *s, const json_t *doc, const char *key, const char *where,
		struct err *e);

/* Gives the defaults of @doc's "parameters" the type of their unit. */
int rules_parameters(const struct spec *s, json_t *doc, struct err *e);

/*
 * Refuses @name, which stands at @pointer, where it is not one of @list (strings, or
 * objects with a "name"); @what says what these are.
 */
int rules_reference(const struct spec *s, const json_t *list, const char *what, const char *name,
		    const char *pointer, struct err *e);

/* The parts of rules_apply() for workloads, policies and claims. */
int rules_workload(const struct spec *s, json_t *doc, struct err *e);
int rules_policy(const struct spec *s, json_t *doc, struct err *e);
int rules_claim(const struct spec *s, json_t *doc, struct err *e);

/*
 * Reads @text as the value of a workload's parameter with @unit ("count",
 * "duration", "size" or "text"). Sets *ret to a new JSON value; @e has no
 * position.
 */
int parameter_parse(const char *unit, const char *text, json_t **ret, struct err *e);

#endif
