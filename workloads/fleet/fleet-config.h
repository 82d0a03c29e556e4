/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef FLEET_CONFIG_H
#define FLEET_CONFIG_H

#include <stdint.h>
#include "lib/err.h"

#define FLEET_PAGE 4096

/* The parameters of workload.yaml, by their names there. */
enum merge { MERGE_NONE, MERGE_MADVISE };

struct fleet_config {
	uint64_t instances, containers;
	uint64_t port;			/* of instance 0; instance i has the i-th from there */
	uint64_t shared, own, session;	/* bytes in each instance, whole pages */
	uint64_t data_sets;		/* that shared and own are cut into */
	uint64_t touch;			/* pages that a request reads, and writes */
	uint64_t seed;
	enum merge merge;
};

/* Reads and checks them. -EINVAL with a sentence that names the parameter. */
int fleet_config_read(struct fleet_config *ret, struct err *e);

#endif
