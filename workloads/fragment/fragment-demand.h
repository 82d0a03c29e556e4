/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef FRAGMENT_DEMAND_H
#define FRAGMENT_DEMAND_H

#include <stdint.h>
#include "lib/err.h"
#include "workloads/fragment/fragment-config.h"

/* What was asked for and what came of it, one by one in this order. */
struct demand {
	uint64_t asked, got;
};

/*
 * Up to order 3 (PAGE_ALLOC_COSTLY_ORDER) the kernel does not fail: it tries again
 * until it kills a process for it. So these are not asked for.
 */
#define ORDER_FIRST 4
#define ORDER_LAST 9
#define BLOCKS_MAX 8192		/* that are asked for at most of one order */

struct demands {
	struct demand hugetlb;			/* huge pages */
	struct demand thp;			/* faults */
	struct demand order[ORDER_LAST + 1];	/* allocations, from ORDER_FIRST on */
	struct demand slab;			/* bytes */
};

/*
 * hugetlb: nr_hugepages of 2 MiB is raised in steps, so many more than there were;
 * got is what the kernel says it has. Then as before.
 */
int demand_hugetlb(const struct fragment_config *c, struct demand *ret, struct err *e);

/*
 * Faults in memory that is MADV_HUGEPAGE, one for each 2 MiB. Asked are those that the
 * kernel tried to serve with a huge page (thp_fault_alloc, thp_fault_fallback of
 * /proc/vmstat): none where its huge pages are off.
 */
int demand_thp(const struct fragment_config *c, struct demand *ret, struct err *e);

/*
 * Blocks of @order pages for the kernel itself: F_SETPIPE_SZ makes it allocate the
 * pipe's ring with one kmalloc(GFP_KERNEL) of 40 bytes a slot (fs/pipe.c,
 * pipe_resize_ring), and says ENOMEM where it gets none. A ring of 64 << order slots
 * takes 2560 << order bytes, which the page allocator rounds up to the order. All are
 * freed at the end.
 */
int demand_order(const struct fragment_config *c, unsigned order, struct demand *ret,
		 struct err *e);

/*
 * Names looked up that do not exist: the kernel keeps a dentry for each, and as they
 * are long, one more object of slab. It can take them back. Got is how much its
 * SReclaimable has grown at the end.
 */
int demand_slab(const struct fragment_config *c, struct demand *ret, struct err *e);

/* All of these, with what each took on a line of standard output. */
int demands_make(const struct fragment_config *c, struct demands *ret, struct err *e);

#endif
