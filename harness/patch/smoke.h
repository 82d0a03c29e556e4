/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RAMRIG_SMOKE_H
#define RAMRIG_SMOKE_H

#include "contest/site.h"

/* Reads @topologies (names, NULL-ended) for this host into a new array. */
int smoke_load(const struct contest_site *site, const char *const *topologies, json_t **ret,
	       struct err *e);

/*
 * Boots the kernel @patched on each of @topologies, of smoke_load(), until it
 * conforms, on the host's clock, and sets *ret to a new array of solo_report(),
 * one a topology. Where it does not end well, or reports something, @base is booted as
 * well; its solo_report() is then "base" of that object.
 */
int smoke_run(const struct contest_site *site, const char *patched, const char *base,
	      json_t *topologies, json_t **ret, struct err *e);

#endif
