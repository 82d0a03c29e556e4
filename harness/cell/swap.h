/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RAMRIG_CELL_SWAP_H
#define RAMRIG_CELL_SWAP_H

#include "cell/cell.h"

/*
 * Swap as the arm's policies ask for it: mkswap and swapon on each device of the
 * topology that they mean, with their priorities. Then /proc/swaps is compared
 * with that, and the rows ("swap on flash (nvme)": declared "priority 10",
 * seen ...) are added to the result's conformance, and the cell knows its swap_areas.
 */
int cell_swap_on(struct cell *c, struct err *e);

/* Pure: the comparison. @wanted: array of { "name", "kind", "disk", "priority" }. Returns how many differ. */
int swap_compare(const json_t *wanted, const char *proc_swaps, json_t *rows);

/*
 * Pure: what is swapped to, a new array of { "kind", "priority" } in the order of swap types: that of
 * /proc/swaps, as long as none was turned off. The kind is "" of one that is not wanted.
 */
json_t *swap_areas(const json_t *wanted, const char *proc_swaps);

#endif
