/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RAMRIG_BOOT_TIMES_H
#define RAMRIG_BOOT_TIMES_H

#include <stdint.h>

/*
 * How long guests took to say hello on this host, kept in the cache. Machines
 * differ, and one machine by a factor of two between hours: deadlines are
 * derived from this, not from constants.
 */

/*
 * Deadline for hello, in ms: ten times what this guest took before; for a kernel
 * never booted here twenty times what others took on the same hardware. @key is
 * "KERNEL-HASH TOPOLOGY MEMORY ACCELERATOR CLOCK".
 */
int64_t boot_times_deadline(const char *key);

/* Notes that a guest of @key took @ms. Failing is harmless. */
void boot_times_learn(const char *key, int64_t ms);

#endif
