/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef OOM_CLOCK_H
#define OOM_CLOCK_H

#include <errno.h>
#include <stdint.h>
#include <time.h>

/* The guest's CLOCK_MONOTONIC, in ns. */
static inline uint64_t mono_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}

/* Returns at once where @ns has passed. */
static inline void mono_sleep_until(uint64_t ns)
{
	struct timespec t = { .tv_sec = (time_t)(ns / 1000000000), .tv_nsec = (long)(ns % 1000000000) };

	while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &t, NULL) == EINTR)
		continue;
}

#endif
