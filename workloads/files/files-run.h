/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef FILES_RUN_H
#define FILES_RUN_H

#include "workloads/files/files-pool.h"
#include "workloads/lib/histogram.h"
#include "workloads/lib/zipf.h"

/*
 * The transactions. Each is a pair, as postmark's: a file is read or appended to, then one is
 * created or deleted. Cold files are read round by round, none twice in one, so that to keep one
 * in memory is of no use before the next; each hot file is read again much sooner.
 */
enum files_op { OP_READ_HOT, OP_READ_COLD, OP_APPEND, OP_CREATE, OP_DELETE, OP_COUNT };
extern const char *const files_op_names[OP_COUNT];

struct files_result {
	struct histogram latencies[OP_COUNT];	/* ns */
	uint64_t missed[OP_COUNT];		/* reads that found some page not in memory */
	uint64_t refaults[OP_COUNT];		/* those pages */
	uint64_t transactions, appended_bytes;
	int64_t elapsed_ns;
};

/*
 * Makes @transactions of them or, where that is 0, those that begin within @ms. The caller
 * zeroes *ret before.
 */
int files_run(struct pool *p, uint64_t transactions, uint64_t ms, struct files_result *ret,
	      struct err *e);

#endif
