/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RAMRIG_COMPARE_TEXT_H
#define RAMRIG_COMPARE_TEXT_H

#include <stdbool.h>
#include "lib/json.h"

/* Figures of a comparison as people read them. New strings; the caller frees them. */

/* A value with its unit: "1,234 1/s", "512.3 MiB", "14.4 ms"; "-" for JSON null. */
char *text_value(const json_t *value, const char *unit);

/*
 * The larger unit in which text_value() would show a value of @size, or @unit itself. Returns how
 * many of @unit it has: what an axis divides by.
 */
double text_step(const char *unit, double size, const char **ret_shown);

/* The change of a row, signed: "-4.1 %", "+12.3 MiB"; "-" where there is none. */
char *text_change(const json_t *row);

/* The interval of a row: "-4.3 to -3.9 %"; "unbounded", "-" where there is none. */
char *text_interval(const json_t *row);

/* A size without sign on the row's scale: "5 %", "3.0 MiB": a margin, an mde. */
char *text_size(const json_t *row, double size);

/* A share of one: "4.1 %", "0.03 %"; "-" for JSON null. */
char *text_share(const json_t *share);

/* How sure an interval of level 1 - @alpha is: "95 %". */
char *text_confidence(double alpha);

/*
 * What must be known to read latencies of a closed loop rightly, with their names: one
 * sentence about the rows @first .. @end - 1, or NULL where none is of one.
 */
char *text_closed_loops(const json_t *rows, size_t first, size_t end);

/*
 * Which of the rows @first .. @end - 1 have noise that is not known, or no longer, or for which
 * the virtual clock is not valid: one sentence, or NULL where none has.
 */
char *text_calibration(const json_t *rows, size_t first, size_t end);

/* "workload on topology, kernel: base against arm" agree in both. */
bool text_same_group(const json_t *a, const json_t *b);

#endif
