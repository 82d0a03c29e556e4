/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RAMRIG_FIDELITY_H
#define RAMRIG_FIDELITY_H

#include "compare/group.h"

/*
 * The fidelity that all counted cells of a group share: a new reference in
 * *ret, JSON null when there are none. -EINVAL names two cells that differ:
 * their figures must not be mixed. A swap device that only one arm turns on is
 * no difference.
 */
int fidelity_merge(const struct group *g, json_t **ret, struct err *e);

/* "tcg, host clock, 2 CPUs; node 0 dram: not-modelled." A new string; the caller frees it. */
char *fidelity_text(const json_t *fidelity);

#endif
