/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RAMRIG_SWAP_INS_H
#define RAMRIG_SWAP_INS_H

#include <stdbool.h>
#include <stdio.h>
#include "lib/err.h"
#include "lib/json.h"
#include "result/times.h"
#include "topology/topology.h"

/*
 * Swap-ins: faults that had to read a page from a swap device, from a cell's trace.txt. The
 * tracepoint is of our own series for 6.12 (docs/tiers.md); its fields are the
 * device ("type", the number that a swap entry has), "offset", "age_ms" (how long the page lay
 * there; -1: not known) and "ns" (how long the fault took until the page was there).
 */
#define SWAP_INS_EVENT "swap:mm_swap_in"

/* What comes back that soon was not cold. */
#define SWAP_INS_SOON_MS 60000

struct swap_ins {
	bool on[DEVICE_KIND_COUNT];		/* whether @areas have it */
	struct times ns[DEVICE_KIND_COUNT];
	uint64_t soon;		/* of pages that lay there no longer than that */
	uint64_t soon_fast;	/* of those, from areas of the highest priority */
	uint64_t left_out;	/* lines not understood, swap-ins from a device not in @areas */
};

/*
 * @areas: array of { "kind", "priority" } by swap type (cell/swap.h). The caller frees @ret with
 * swap_ins_free(), also on error: -EIO or -ENOMEM.
 */
int swap_ins_read(FILE *f, const json_t *areas, struct swap_ins *ret, struct err *e);

/* Adds the metrics that the table makes of swap-ins (result/metric.h). */
int swap_ins_metrics(const struct swap_ins *s, json_t *metrics, struct err *e);

void swap_ins_free(struct swap_ins *s);
#define cleanup_swap_ins __attribute__((cleanup(swap_ins_free)))

#endif
