/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RAMRIG_SENPAI_RECLAIM_H
#define RAMRIG_SENPAI_RECLAIM_H

#include "daemons/lib/ticker.h"
#include "daemons/senpai/senpai-memory.h"
#include "daemons/senpai/senpai-why.h"

/*
 * Asks the kernel through memory.reclaim (Documentation/admin-guide/cgroup-v2.rst), in
 * pieces: one write blocks until all of it is reclaimed or sixteen tries brought
 * nothing, and no signal that is blocked ends it earlier. Between the pieces, pressure and
 * signals are looked at. The kernel may take more than it was asked for: what memory really
 * did counts, and no piece follows once it has fallen far enough.
 */
struct reclaim_request {
	uint64_t wanted_bytes, piece_bytes; /* at least 1 */
	uint64_t budget_us;		    /* of memory stall from the beginning on */
	int swappiness;			    /* 0 to 200, or -1 for the kernel's own */
};

struct reclaim_result {
	enum why why;	      /* RECLAIM, PARTIAL, PRESSURE or STOPPED */
	uint64_t asked_bytes; /* in all writes, those that failed included */
	int64_t fell_bytes;   /* what memory.current fell by; below 0 where it grew */
};

/*
 * Returns 0 and fills @ret. -EINVAL where the kernel does not know what was written: with a
 * swappiness, an older one may do without (nothing has been reclaimed then). -ENOENT or
 * -ENODEV where the cgroup has gone. @t tells of signals.
 */
int reclaim_run(const struct place *p, const struct reclaim_request *r, const struct ticker *t,
		struct reclaim_result *ret, struct err *e);

#endif
