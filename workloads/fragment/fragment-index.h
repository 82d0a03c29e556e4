/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef FRAGMENT_INDEX_H
#define FRAGMENT_INDEX_H

#include <math.h>
#include <stdio.h>
#include "lib/err.h"

/*
 * How fragmented the free memory of one zone is, by order (mm/vmstat.c of the kernel):
 *
 *   unusable   the share of free memory that lies in blocks too small for the
 *              order: 0 to 1
 *   extfrag    why an allocation of the order would fail: towards 0 for want of
 *              memory, towards 1 for fragmentation; where it would succeed the
 *              kernel says -1.000, which is no point on that scale: NAN here
 */
#define INDEX_ORDERS_MAX 16
#define INDEX_FOLDER "/sys/kernel/debug/extfrag"

struct zone_index {
	unsigned node;
	char zone[16];
	unsigned orders;	/* from 0 on */
	double unusable[INDEX_ORDERS_MAX], extfrag[INDEX_ORDERS_MAX];
};

/* Pure: the zone with the most pages that the buddy allocator manages in /proc/zoneinfo's text. */
int index_zone_find(const char *zoneinfo, struct zone_index *ret, struct err *e);

/* Pure: fills @ret, whose zone is known, from the texts of extfrag's two files. */
int index_parse(const char *unusable, const char *extfrag, struct zone_index *ret, struct err *e);

/*
 * Reads both files in @folder for the largest zone. What they say of all zones is
 * printed, headed by @when. -EOPNOTSUPP for a kernel without them.
 */
int index_read(const char *folder, const char *when, struct zone_index *ret, struct err *e);

/* Keeps copies of both files as they are now in @folder, for index_read(). */
int index_save(const char *folder, struct err *e);

#endif
