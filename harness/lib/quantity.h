/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RAMRIG_QUANTITY_H
#define RAMRIG_QUANTITY_H

#include <stddef.h>
#include <stdint.h>
#include "lib/err.h"

/*
 * Quantities as people write them: a whole number and its unit, without a
 * space. A bare number has no unit, except that a size may be in bytes.
 */
enum quantity {
	QUANTITY_SIZE,		/* bytes: "4096", "512MiB", "4GiB" */
	QUANTITY_DURATION,	/* milliseconds: "200ms", "5s", "60m", "2h" */
	QUANTITY_LATENCY,	/* nanoseconds: "80ns", "100us", "2ms", "1s" */
	QUANTITY_BANDWIDTH,	/* bytes a second: "30GB/s", "512MiB/s" */
	QUANTITY_COUNT
};

/*
 * Returns 0 and sets *ret. Returns -EINVAL for anything that is not a whole
 * number with one of the units, -ERANGE past 64 bits; @e then names @text.
 */
int quantity_parse(enum quantity q, const char *text, uint64_t *ret, struct err *e);

/* Writes @v in the greatest unit of which it is a whole number: "512MiB". Returns @buf. */
const char *quantity_format(enum quantity q, uint64_t v, char *buf, size_t size);
#define QUANTITY_TEXT 32	/* bytes that hold any of them */

/* The same for tables that people read: "512 MiB". */
const char *quantity_show(enum quantity q, uint64_t v, char *buf, size_t size);

#endif
