/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RAMRIG_DAMON_PLAN_H
#define RAMRIG_DAMON_PLAN_H

#include <stdbool.h>
#include <stddef.h>
#include "daemons/damon/damon-ram.h"
#include "daemons/damon/damon-scheme.h"

/*
 * What is written below /sys/kernel/mm/damon/admin/kdamonds to set DAMON up, in an order that
 * the kernel takes: a nr_* file makes the folders that it counts, and `state` comes last
 * (Linux 6.12, Documentation/admin-guide/mm/damon/usage.rst and mm/damon/sysfs*.c).
 * There is one kdamond, with one context, for each node that a scheme names.
 */
#define DAMON_SCHEMES_MAX 16
#define DAMON_KDAMONDS	  "sys/kernel/mm/damon/admin/kdamonds"

struct damon_settings {
	uint64_t sample_us, aggr_us, update_us;
	uint64_t min_nr_regions, max_nr_regions; /* of each kdamond */
	/*
	 * Whether it begins with min_nr_regions equal regions. Linux begins with one for each
	 * range, and at best doubles them in each aggregation (kdamond_split_regions()).
	 */
	bool splits;
	struct damon_scheme schemes[DAMON_SCHEMES_MAX];
	unsigned n_schemes;
};

/* A kdamond: the node that it watches and its schemes, by their index in the settings. */
struct damon_kdamond {
	int node;
	unsigned schemes[DAMON_SCHEMES_MAX], n_schemes;
	struct ram ram; /* filled by the caller of damon_kdamonds_group() */
};

struct damon_write {
	char *file, *value; /* the file below the root folder; both owned */
};

struct damon_plan {
	struct damon_write *writes;
	size_t n;
};

/*
 * Pure: checks what must fit together in *s. -EINVAL, among others for schemes of one node
 * and of all: two kdamonds would take each other's accessed bits.
 */
int damon_settings_check(const struct damon_settings *s, struct err *e);

/* Pure: the kdamonds of checked settings, in the order in which schemes name their nodes. */
unsigned damon_kdamonds_group(const struct damon_settings *s,
			      struct damon_kdamond ret[static DAMON_SCHEMES_MAX]);

/* Pure: the plan. Aborts when out of memory, as path_format() does; the caller clears it. */
void damon_plan_make(const struct damon_settings *s, const struct damon_kdamond *kdamonds,
		     unsigned n_kdamonds, struct damon_plan *ret);

void damon_plan_clear(struct damon_plan *p);

/* A time as a count of aggregation intervals, rounded up; what the kernel calls an age. */
uint64_t damon_age(uint64_t ms, uint64_t aggr_us);

#endif
