/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RAMRIG_PLAN_LOAD_H
#define RAMRIG_PLAN_LOAD_H

#include "plan/plan.h"

/*
 * Loads @experiment's topologies, policies and workloads into the new objects
 * NAME -> checked file, as the plan holds them. What it names and does not
 * exist is an error at its place in the experiment.
 */
int plan_load_topologies(const struct search *s, const struct spec *experiment,
			 const struct topology_wish *w, json_t **ret, struct err *e);
int plan_load_policies(const struct search *s, const struct spec *experiment, json_t **ret,
		       struct err *e);
int plan_load_workloads(const struct search *s, const struct spec *experiment, json_t **ret,
			struct err *e);

/*
 * The kernels that @experiment and @o name, as NAME -> { "name" }: a name on
 * the search path, or a path that exists.
 */
int plan_load_kernels(const struct search *s, const struct spec *experiment,
		      const struct plan_opts *o, json_t **ret, struct err *e);

/* The experiment's image, { "name" }. */
int plan_load_image(const struct search *s, const struct spec *experiment, json_t **ret,
		    struct err *e);

#endif
