/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SWAPSTORM_PLACE_H
#define SWAPSTORM_PLACE_H

#include <stdbool.h>
#include <stdint.h>
#include "lib/err.h"

/*
 * Where pages are: entries of /proc/PID/pagemap. Asking touches no page.
 */
struct place {
	bool present, swapped, soft_dirty;
	unsigned type;		/* of a swapped one: the kernel's number of the device */
};

/* Types from here on are no devices but migration entries and the like (linux/swap.h). */
#define PLACE_TYPES_MAX 23

/* Pure. */
struct place place_parse(uint64_t entry);

/* The places of @n pages from @at on, of this process. */
int places_read(const void *at, uint64_t n, struct place *ret, struct err *e);

/* How many of @n pages from @at on are on a swap device. */
int places_count_swapped(const void *at, uint64_t n, uint64_t *ret, struct err *e);

#endif
