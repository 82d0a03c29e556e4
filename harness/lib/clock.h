/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RAMRIG_CLOCK_H
#define RAMRIG_CLOCK_H

#include <stdint.h>

/* Milliseconds of CLOCK_MONOTONIC: what every deadline is measured on. */
int64_t clock_now_ms(void);

/* Nanoseconds of the same clock, as samples and windows are stamped with. */
int64_t clock_now_ns(void);

/*
 * A deadline is a point of clock_now_ms(). Returns what is left of it in
 * milliseconds, 0 once it has passed, fit for poll().
 */
int clock_left_ms(int64_t deadline_ms);

/* Fills @buf with the wall clock in UTC as 2026-11-22T22:40:00Z. */
void clock_utc(char buf[static 21]);

#endif
