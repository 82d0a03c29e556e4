/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RAMRIG_PLAN_ARMS_H
#define RAMRIG_PLAN_ARMS_H

#include <stdbool.h>
#include "plan/policies.h"

/*
 * Holds the policies @p of @experiment's arms against each other and against its
 * @topologies: an arm whose policies contradict each other, or want hardware that one
 * of the topologies lacks, is refused at the policy's place; the error names the
 * topologies of @s that have it. @limited: the experiment gives groups a memory.max, so
 * no policy may.
 */
int plan_check_arms(const struct search *s, const struct spec *experiment,
		    const json_t *topologies, const struct plan_policies *p, bool limited,
		    struct err *e);

/* Writes the table of what two policies of an arm must not both do, as Markdown. */
void plan_print_contradictions(FILE *out);

#endif
