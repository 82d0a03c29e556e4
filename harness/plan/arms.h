/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RAMRIG_PLAN_ARMS_H
#define RAMRIG_PLAN_ARMS_H

#include "plan/plan.h"

/*
 * Holds the @policies (NAME -> checked file) of @experiment's arms against each
 * other and against its @topologies: an arm whose policies contradict each
 * other, or want hardware that one of the topologies lacks, is refused at the
 * policy's place; the error names the topologies of @s that have it.
 */
int plan_check_arms(const struct search *s, const struct spec *experiment,
		    const json_t *topologies, const json_t *policies, struct err *e);

#endif
