/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef COLDHEAP_CONFIG_H
#define COLDHEAP_CONFIG_H

#include <stdint.h>
#include "lib/err.h"

/* The parameters of workload.yaml, by their names there; percentages are 0 to 100. */
enum thp { THP_NEVER, THP_DEFAULT, THP_ALWAYS };

struct config {
	uint64_t heap, limit, reclaim;		/* bytes; 0: no limit, nothing reclaimed */
	uint64_t hot, warm;			/* % of the pages */
	uint64_t hot_rate, warm_rate;		/* % of the accesses */
	uint64_t zipf;				/* hundredths of theta */
	uint64_t shift, shift_by;		/* accesses; % of the hot pages */
	uint64_t writes;			/* % of the accesses */
	uint64_t run;				/* pages */
	uint64_t compressible;			/* % of each page */
	uint64_t threads, rate;			/* accesses a second, of all threads; 0: no pause */
	uint64_t warmup, duration;		/* ms */
	uint64_t warmup_accesses, accesses;	/* 0: by time */
	uint64_t check_every, sweep, seed;
	enum thp thp;
};

/* Reads and checks them. -EINVAL with a sentence that names the parameter. */
int config_read(struct config *ret, struct err *e);

#endif
