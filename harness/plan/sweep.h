/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RAMRIG_PLAN_SWEEP_H
#define RAMRIG_PLAN_SWEEP_H

#include <stddef.h>
#include "lib/json.h"
#include "spec/spec.h"

/*
 * An experiment whose arms are its base and one for every value of a policy's
 * parameter: the points of a trade-off curve.
 */
#define SWEEP_ARMS_MAX 64	/* beside the base */

/*
 * Reads "POLICY.PARAMETER=VALUE,VALUE,..." @n times. Sets *ret to a new array of
 * { "policy", "parameter", "values": [text] }. -EINVAL for what is none, for a value or
 * parameter that stands twice, and for more than SWEEP_ARMS_MAX combinations.
 */
int sweep_parse(const char *const *words, size_t n, json_t **ret, struct err *e);

/*
 * Sets *ret to the new "arms" of the checked @experiment: its base, then one for each
 * combination of the values of @axes, the last axis fastest. Each is the first other arm
 * that has all the policies, or else the base, with its parameters set; a policy
 * that is not there is added. Its name is made of parameters and values: "interval-6s".
 */
int sweep_arms(const json_t *experiment, const json_t *axes, json_t **ret, struct err *e);

/* Loads @path, the experiment *spec, once more with these arms in place of its own. */
int sweep_reload(const char *path, const json_t *axes, struct spec **spec, struct err *e);

#endif
