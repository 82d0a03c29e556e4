/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RAMRIG_NEAREST_H
#define RAMRIG_NEAREST_H

#include <stddef.h>

/*
 * "Did you mean ...?": of the names offered, the one nearest to what was
 * written, when no more than two letters are wrong and less than half of it.
 */
struct nearest {
	const char *written;
	const char *best;	/* NULL: none is near */
	size_t distance;
};

void nearest_offer(struct nearest *n, const char *name);

/* Fills @buf with "; did you mean 'best'?", or "" where nothing is near. Returns @buf. */
const char *nearest_hint(const struct nearest *n, char *buf, size_t size);

#endif
