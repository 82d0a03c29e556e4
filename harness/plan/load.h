/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RAMRIG_PLAN_LOAD_H
#define RAMRIG_PLAN_LOAD_H

#include "plan/plan.h"

/*
 * Loads the file that @name of @kind means, once: into @map, as NAME -> checked
 * file. A missing one is an error at @pointer of the file @from, a wrong one at
 * its own place. Sets *ret_spec (may be NULL) to the file itself; the caller
 * frees it.
 */
int plan_load_file(const struct search *s, const struct spec *from, enum spec_kind kind,
		   const char *name, const char *pointer, json_t *map, struct spec **ret_spec,
		   struct err *e);

/* The folder that @spec lies in, as a new string. */
json_t *plan_folder_of(const struct spec *spec);

/*
 * Loads @experiment's topologies and workloads into the new objects
 * NAME -> checked file, as the plan holds them. What it names and does not
 * exist is an error at its place in the experiment.
 */
int plan_load_topologies(const struct search *s, const struct spec *experiment,
			 const struct topology_wish *w, json_t **ret, struct err *e);

/* @scale says which defaults parameters get: "ci" or "full". */
int plan_load_workloads(const struct search *s, const struct spec *experiment, const char *scale,
			json_t **ret, struct err *e);

/*
 * The kernels that @experiment and @o name, as NAME -> { "name" }: a name on
 * the search path, or a path that exists.
 */
int plan_load_kernels(const struct search *s, const struct spec *experiment,
		      const struct plan_opts *o, json_t **ret, struct err *e);

/* The image that @experiment, or else one of @workloads, names: { "name" }. */
int plan_load_image(const struct search *s, const struct spec *experiment,
		    const json_t *workloads, json_t **ret, struct err *e);

#endif
