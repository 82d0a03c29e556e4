/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RAMRIG_GUEST_OPTIONS_H
#define RAMRIG_GUEST_OPTIONS_H

#include <popt.h>
#include "lib/err.h"
#include "lib/json.h"
#include "topology/load.h"

/* What commands that boot one guest of a topology, or show it, have in common. */

/* Options that say how large it is and how its time passes; and those of what is booted on it. */
extern const struct poptOption hardware_options[], guest_options[];

/* How the topology is to be read, by the options. -EINVAL where they are wrong. */
int guest_options_wish(struct site *site, struct topology_wish *ret, struct err *e);

/*
 * TOPOLOGY as the guest will get it; -EINVAL where @site, this host, cannot
 * give it, which is not asked where @site is NULL. The caller decrefs *ret.
 */
int guest_options_topology(const char *name, struct site *site, json_t **ret, struct err *e);

/*
 * Makes what every guest needs, and a plan of one guest of @topology (see
 * cell/solo.h) which has @programs as /workload. The caller decrefs *ret.
 */
int guest_options_plan(json_t *topology, const char *programs, json_t **ret, struct err *e);

/* The kernel's name or path. */
const char *guest_options_kernel(void);

#endif
