/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SWAPSTORM_ORACLE_H
#define SWAPSTORM_ORACLE_H

#include "workloads/swapstorm/swapstorm-storm.h"

/*
 * What is exact only when the storm is over: whether moved pages are still charged to
 * whose they are, whether the kernel still knows when they went, and whether
 * everything is given back.
 */
struct findings {
	uint64_t charge_short;	/* pages in swap that no cgroup of the storm is charged for */
	uint64_t charge_left;	/* charged for, when all devices are off */
	double refault_control;	/* of pages that stayed: the share known at their return */
	double refault_moved;	/* the same of moved ones; NAN where none was */
	bool leaked;		/* a device could not be turned off */
	uint64_t used_left;	/* pages in use right after it was turned on again */
};

/* With the workers at rest: their pages are swapped out, moved, counted, and verified again. */
int oracle_charge(struct storm *s, struct findings *f, struct err *e);

/* With no workers: pages of this process are swapped out, moved or not, and read. */
int oracle_shadow(struct storm *s, struct findings *f, struct err *e);

/* The same: all devices are turned off, and on again. */
int oracle_end(struct storm *s, struct findings *f, struct err *e);

#endif
