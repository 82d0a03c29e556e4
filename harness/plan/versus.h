/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RAMRIG_PLAN_VERSUS_H
#define RAMRIG_PLAN_VERSUS_H

#include "plan/plan.h"

/* The kernel that twins get where they are told of none: the base arm's own, or the first. */
const char *versus_kernel(const json_t *experiment);

/*
 * The arms of plan_versus, made of the experiment's @arms: base and patched,
 * both with the policies of one of them. -EINVAL where there is no such arm.
 */
int versus_arms(const struct plan_versus *v, const json_t *arms, json_t **ret, struct err *e);

/*
 * Takes out of the maps @topologies, @workloads and @policies, and of the
 * @metrics that ask for them, what the cells of @arms and @v do not need.
 * -EINVAL where nothing is left.
 */
int versus_narrow(const struct plan_versus *v, const json_t *arms, json_t *topologies,
		  json_t *workloads, json_t *policies, json_t *metrics, struct err *e);

#endif
