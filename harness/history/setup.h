/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RAMRIG_HISTORY_SETUP_H
#define RAMRIG_HISTORY_SETUP_H

#include "lib/err.h"
#include "lib/json.h"

#define SETUP_SIZE 13

/*
 * A hash of all that @plan measures with, but for the kernel: topology, workload with its
 * parameters, the policies of @arm, clock, scales, limits, sampling and tracing. Figures of two
 * nights may stand in one row where it is the same. Words for people (summary, help) and paths
 * do not count. Pure. -ENOMEM.
 */
int setup_hash(const json_t *plan, const char *topology, const char *workload, const char *arm,
	       char ret[static SETUP_SIZE], struct err *e);

#endif
