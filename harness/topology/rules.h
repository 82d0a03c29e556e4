/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RAMRIG_TOPOLOGY_RULES_H
#define RAMRIG_TOPOLOGY_RULES_H

#include "lib/err.h"
#include "lib/json.h"

/*
 * The rules of a topology beyond its keys' own: which key belongs to which
 * kind of node or device, and what must fit together. Pure, and the same for a
 * file (spec/rules.c adds line and caret) and for a plan's copy of one.
 *
 * Returns 0, or -EINVAL with *pointer (64 bytes, may be NULL) set to the JSON
 * pointer of what is wrong.
 */
#define POINTER_SIZE 64

int topology_check(const json_t *doc, char *pointer, struct err *e);

#endif
