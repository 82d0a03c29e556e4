/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RAMRIG_PLAN_FAMILY_H
#define RAMRIG_PLAN_FAMILY_H

#include "plan/plan.h"

/*
 * The key metrics of @experiment as the plan holds them: each a figure of one
 * of @workloads (NAME -> checked file) or a metric from samples, its margin a
 * number. Where some of the workloads lack it, "workloads" names those that have it.
 */
int plan_metrics(const struct spec *experiment, const json_t *workloads, json_t **ret,
		 struct err *e);

/* How many tests @metrics, of plan_metrics(), are for each kernel, topology and arm. */
unsigned long plan_family(const json_t *metrics, size_t workloads);

/*
 * Refuses @pairs with which no member of @family could ever be significant.
 * @overridden: the number is not the experiment's own.
 */
int plan_check_power(const struct spec *experiment, unsigned long family, unsigned pairs,
		     bool overridden, struct err *e);

/* Refuses a @family of which not even the last look of a sequential plan could find one. */
int plan_check_looks(const struct spec *experiment, unsigned long family, struct err *e);

#endif
