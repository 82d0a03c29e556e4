/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RAMRIG_PLAN_POLICIES_H
#define RAMRIG_PLAN_POLICIES_H

#include "plan/plan.h"

/*
 * The policies of an experiment's arms.
 *
 * An arm names policies, and a policy may include others: what an arm has is each of
 * them once, those that are included before the one that includes them. A policy whose
 * parameters an arm (or an including policy) sets is another document than the same with
 * its defaults, and has a key of its own: "min-free@percent=3".
 */
struct plan_policies {
	json_t *policies;	/* KEY -> checked file: parameters have a "value", which stands
				 * in place of "{NAME}" wherever the file has that */
	json_t *arms;		/* the experiment's arms, "policies" being an array of KEYs */
	json_t *origins;	/* for each arm, for each KEY: index of the entry in the experiment's
				 * file that brought it */
};

/*
 * @scale says which defaults parameters get: "ci" or "full". What does not exist, or sets what a policy does not have, is an error at its
 * place.
 */
int plan_load_policies(const struct search *s, const struct spec *experiment, const char *scale,
		       struct plan_policies *ret, struct err *e);

/* The policies of an arm of the finished @plan, in its order, and of all its arms: new arrays. */
json_t *policies_of_arm(const json_t *plan, const char *arm);
json_t *policies_of_plan(const json_t *plan);

void plan_policies_clear(struct plan_policies *p);

#endif
