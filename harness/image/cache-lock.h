/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RAMRIG_CACHE_LOCK_H
#define RAMRIG_CACHE_LOCK_H

#include "lib/err.h"

/*
 * The lock of one cache entry: flock() on ROOT/lock/@entry. Programs started
 * while it is held inherit it, so that it is free only once everything that
 * could still write to a build's folder has ended, even when ramrig itself
 * was killed.
 */

/*
 * Takes the lock of @entry below the cache's @root, waiting at most @wait_ms
 * for whoever holds it. Returns a file descriptor, or -EBUSY.
 */
int cache_lock(const char *root, const char *entry, int wait_ms, struct err *e);

/* Gives it back and removes its file. */
void cache_unlock(const char *root, const char *entry, int fd);

#endif
