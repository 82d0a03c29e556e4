/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SWAPSTORM_CONFIG_H
#define SWAPSTORM_CONFIG_H

#include <stdint.h>
#include "lib/err.h"

#define WORKERS_MAX 64

/* The parameters of workload.yaml, by their names there. */
struct storm_config {
	uint64_t workers;
	uint64_t pages;		/* of each */
	uint64_t duration;	/* ms, where ops is 0 */
	uint64_t ops;		/* of all workers together */
	uint64_t room;		/* slots that the ballast leaves; 0: no ballast */
	uint64_t patience;	/* ms that nothing may take longer than */
	uint64_t seed;
};

/* Reads and checks them. -EINVAL with a sentence that names the parameter. */
int storm_config_read(struct storm_config *ret, struct err *e);

#endif
