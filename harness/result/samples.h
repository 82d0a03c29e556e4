/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RAMRIG_SAMPLES_H
#define RAMRIG_SAMPLES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "lib/err.h"
#include "lib/json.h"

/*
 * The samples of one cell: columns of numbers over the guest's monotonic clock,
 * as samples.jsonl holds them or as they arrive.
 *
 * A value may be absent; absent is never zero, and no function here makes a
 * number of it. Everything comes from a guest, so everything is bounded.
 */
struct samples;

/* A window of time, both ends included, in ns of the guest's CLOCK_MONOTONIC. */
struct window {
	int64_t from_ns;
	int64_t to_ns;
};

/* @columns is an array of strings, no two alike. The caller frees *ret. */
int samples_new(const json_t *columns, struct samples **ret, struct err *e);

/*
 * Adds one sample: @sample holds "t_ns", later than the last one's, and "v", a
 * number or null for each column. -EPROTO for anything else.
 */
int samples_append(struct samples *s, const json_t *sample, struct err *e);

/*
 * Reads @path: {"columns": [...]}, then one sample a line. A last line without
 * its end, which a cell that died leaves, is left out; anything else that is
 * wrong is an error with its line.
 */
int samples_load(const char *path, struct samples **ret, struct err *e);

size_t samples_count(const struct samples *s);

/* Time of the sample @row, or 0 where there is none. */
int64_t samples_time_ns(const struct samples *s, size_t row);

/* Time of the latest sample, or 0 where there is none. */
int64_t samples_last_ns(const struct samples *s);

/* Returns the index of the column @name, or -1. */
int samples_column(const struct samples *s, const char *name);

/*
 * Sets *ret to a new array of the columns whose names match @pattern, in which
 * "*" stands for anything; the caller frees it. Returns how many, 0 also where
 * memory ran out.
 */
size_t samples_match(const struct samples *s, const char *pattern, int **ret);

/* Returns false where there is no such sample or the value is absent. */
bool samples_value(const struct samples *s, size_t row, int column, double *ret);

/* The rows inside @w: *ret_first up to, but without, *ret_end. */
void samples_rows(const struct samples *s, struct window w, size_t *ret_first, size_t *ret_end);

/* The latest value of the window. Like all below, false where there is none. */
bool samples_last(const struct samples *s, int column, struct window w, double *ret);

/*
 * How far a counter has grown from the window's start to its end. Between two
 * samples it is taken to grow evenly, as a window rarely starts with a sample.
 * False with fewer than two samples about the window, or when the counter fell.
 */
bool samples_delta(const struct samples *s, int column, struct window w, double *ret);

void samples_free(struct samples *s);	/* NULL is fine */

static inline void samples_freep(struct samples **s)
{
	samples_free(*s);
}
#define cleanup_samples __attribute__((cleanup(samples_freep)))

#endif
