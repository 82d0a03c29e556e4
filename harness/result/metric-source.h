/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RAMRIG_METRIC_SOURCE_H
#define RAMRIG_METRIC_SOURCE_H

#include "result/metric.h"

/* What the parts of metric_sources() share. */

struct source_info {
	const char *name;	/* per group and node: what follows "cgroup.GROUP." or "node.N." */
	const char *kind;	/* as proto/protocol.h has them */
	const char *path;	/* per group and node: the file in its folder */
	const char *keys;	/* of "keyed" and "fields", separated by spaces; NULL else */
};

/* Appends the source to @list. */
void source_add(json_t *list, const char *name, const char *kind, const char *path,
		const char *keys);

/* Appends the kernel threads of every cell, and what @policies charge: threads, daemons, DAMON. */
void costs_add(json_t *list, const struct topology *t, const json_t *policies);

#endif
