/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SWAPSTORM_SWAP_H
#define SWAPSTORM_SWAP_H

#include <stdint.h>
#include "lib/err.h"

#define SWAPS_MAX 8

struct swap_device {
	char path[64];		/* "/dev/zram0" */
	uint64_t pages, used;
	int priority;		/* below 0: the kernel chose it */
};

struct swap_list {
	unsigned n;
	struct swap_device devices[SWAPS_MAX];
};

/*
 * Pure: the devices in the text of /proc/swaps, the highest priority first. -EINVAL
 * for a line that is none, -E2BIG for more than SWAPS_MAX.
 */
int swap_list_parse(const char *text, struct swap_list *ret, struct err *e);

int swap_list_read(struct swap_list *ret, struct err *e);

/* Pages that the device at @path has in use now; 0 where it is not on. */
uint64_t swap_used(const char *path);

/*
 * Turns the device off, trying again where a signal or want of memory ended it, for at most
 * @patience_ms. -ETIMEDOUT then: a slot that nobody refers to keeps it from ending.
 */
int swap_off(const struct swap_device *d, uint64_t patience_ms, struct err *e);

/* Turns it on with its priority. */
int swap_on(const struct swap_device *d, struct err *e);

#endif
