/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RAMRIG_PARAM_H
#define RAMRIG_PARAM_H

#include <stddef.h>
#include <stdint.h>
#include "lib/err.h"

/*
 * A workload's parameters as its programs get them: parameter "hot_rate" is the
 * environment variable RAMRIG_HOT_RATE, sizes in bytes, durations in
 * milliseconds. Their defaults stand in workload.yaml alone, so a program that
 * is run by hand must be given all of them.
 *
 * All return 0 or -EINVAL with a sentence that names the parameter.
 */
int param_number(const char *name, uint64_t min, uint64_t max, uint64_t *ret, struct err *e);

/* A whole number of a program's configuration: where it lies there, and what it may be. */
struct param_number {
	const char *name;
	size_t offset;		/* of a uint64_t */
	uint64_t min, max;
};

#define PARAM_NUMBER(type, key, least, most) \
	{ .name = #key, .offset = offsetof(type, key), .min = least, .max = most }

/* Reads all @n of @numbers into the configuration @into. */
int param_numbers(const struct param_number *numbers, size_t n, void *into, struct err *e);

/* Sets *ret to the index of the value in @words, which NULL ends. */
int param_word(const char *name, const char *const *words, unsigned *ret, struct err *e);

#endif
