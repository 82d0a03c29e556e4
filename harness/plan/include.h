/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RAMRIG_PLAN_INCLUDE_H
#define RAMRIG_PLAN_INCLUDE_H

#include "lib/err.h"
#include "lib/json.h"
#include "spec/search.h"
#include "spec/spec.h"

/*
 * Workloads that are made of others. Replaces the names that @workload, a checked
 * file that @spec was read from, includes by objects { "name", "folder",
 * "programs" }, and adds what they bring along: parameters that @workload does
 * not declare itself, and the image they need. -EINVAL at the place in @spec
 * where two of them have a parameter of one name, which only @workload could
 * say the meaning of.
 */
int include_load(const struct search *s, const struct spec *spec, json_t *workload,
		 struct err *e);

#endif
