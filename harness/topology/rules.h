/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RAMRIG_TOPOLOGY_RULES_H
#define RAMRIG_TOPOLOGY_RULES_H

#include "lib/err.h"
#include "lib/json.h"
#include "topology/topology.h"

/*
 * The rules of a topology beyond its keys' own: which key belongs to which
 * kind of node or device, and what must fit together. topology_read() applies
 * them, to a file (spec/rules.c adds line and caret) as to a plan's copy of one.
 *
 * Each rule returns 0, or -EINVAL with @pointer set to the JSON pointer of what
 * is wrong and @e saying why and what to do.
 */
struct rule_target {
	const json_t *doc;
	const struct topology *t;	/* as read from @doc, whose rules do not all hold yet */
	char *pointer;			/* POINTER_SIZE bytes */
	struct err *e;
};

typedef int (*rule)(const struct rule_target *r);

/* NULL-ended, in the order in which they are applied: later ones rely on earlier ones. */
extern const rule node_rules[], hmat_rules[], device_rules[];

/* As many nodes and devices as struct topology holds: asked before it is read. */
int topology_check_counts(const json_t *doc, char *pointer, struct err *e);

/* All other rules. */
int topology_check(const json_t *doc, const struct topology *t, char *pointer, struct err *e);

/* For the rules: sets the pointer and the message. Returns -EINVAL. */
int rule_broken(const struct rule_target *r, const char *pointer, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* "/nodes/2/size"; @key "" points at the whole node. Returns @buf, of POINTER_SIZE bytes. */
const char *rule_at(char *buf, const char *list, size_t i, const char *key);

/* Whether item @i of @list in the file has the key. */
bool rule_has(const struct rule_target *r, const char *list, size_t i, const char *key);

#endif
