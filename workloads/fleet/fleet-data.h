/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef FLEET_DATA_H
#define FLEET_DATA_H

#include <stdbool.h>
#include <stdint.h>
#include "lib/err.h"
#include "lib/rng.h"
#include "workloads/fleet/fleet-config.h"

/*
 * What one instance keeps in memory. Its data sets lie side by side in one
 * mapping; each is a run of pages that are identical in all instances and then a
 * run of pages that only this instance has:
 *
 *	| shared 0 | own 0 | shared 1 | own 1 | ...
 *
 * With MERGE_MADVISE each shared run is opted in to merging by itself, as a
 * program does that knows which of its data others have too. Every such call cuts
 * the mapping. The sessions are a mapping of their own, whose pages come to be as
 * requests write them, and which no two instances have alike.
 *
 * Huge pages are off for both: the kernel merges small ones only.
 */
struct data {
	const struct fleet_config *config;
	uint64_t instance;
	uint64_t *pages, *sessions;	/* FLEET_WORDS words a page */
	uint64_t n_shared, n_own, n_sessions;	/* pages */
	uint64_t next_session;
	struct rng rng;			/* draws the pages that requests read */
};

#define FLEET_WORDS (FLEET_PAGE / sizeof(uint64_t))

/*
 * Maps and fills the data of instance @instance. -ENOMEM where there are too many
 * mappings, with a sentence that names vm.max_map_count and how far it got.
 * What is mapped stays so until the process ends.
 */
int data_load(struct data *ret, const struct fleet_config *c, uint64_t instance, struct err *e);

/*
 * What a request does: reads @config->touch pages drawn at random and writes as
 * many of the sessions', one after another. Sets *ret_sum to a number made of what
 * was read. -EIO where a page does not hold what was written to it.
 */
int data_request(struct data *d, uint64_t *ret_sum, struct err *e);

/*
 * Pure: where page @i of those shared (@is_own false) or own lies in the mapping,
 * in pages.
 */
uint64_t data_place(const struct data *d, bool is_own, uint64_t i);

#endif
