/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RAMRIG_PLAN_PARAMETERS_H
#define RAMRIG_PLAN_PARAMETERS_H

#include "spec/spec.h"

/* Where parameters of a workload or policy are set: for errors. */
struct parameter_place {
	const struct spec *file;
	const char *pointer;		/* of the mapping that has "parameters" */
	const char *kind, *name;	/* "policy", "min-free" */
};

/*
 * Gives each parameter of @doc, a checked workload or policy, its "value": what @wanted
 * (NAME -> text) sets, or the default of @scale, "ci" or "full".
 */
int parameters_set(const struct parameter_place *at, json_t *doc, const json_t *wanted,
		   const char *scale, struct err *e);

#endif
