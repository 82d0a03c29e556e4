/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RAMRIG_GUEST_NOW_H
#define RAMRIG_GUEST_NOW_H

#include <stdint.h>
#include <time.h>

/* The monotonic clock, in ns. */
static inline int64_t now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000000000LL + t.tv_nsec;
}

#endif
