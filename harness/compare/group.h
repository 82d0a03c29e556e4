/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RAMRIG_GROUP_H
#define RAMRIG_GROUP_H

#include "result/result.h"

/*
 * What is compared with what: one arm against another, on one topology under
 * one workload, in those pairs whose cells are both ok.
 */
struct pair {
	const struct result_cell *base;
	const struct result_cell *arm;
};

struct group {
	const char *workload;	/* names live as long as the results */
	const char *topology;
	const char *base_kernel;
	const char *arm_kernel;
	const char *base;
	const char *arm;
	size_t n_pairs;
	struct pair *pairs;	/* by pair number */
};

struct groups {
	size_t n;
	struct group *v;
};

/* Every arm of @r against its base arm. The caller clears @ret with groups_clear(). */
int groups_within(const struct result *r, struct groups *ret, struct err *e);

/*
 * Every arm of @a against the arm of the same name of @b, paired by number.
 * Where each has one kernel, they may differ. -EINVAL when nothing can be
 * compared.
 */
int groups_between(const struct result *a, const struct result *b, struct groups *ret,
		   struct err *e);

void groups_clear(struct groups *g);
#define cleanup_groups __attribute__((cleanup(groups_clear)))

#endif
