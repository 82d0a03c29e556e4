/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RAMRIG_MEASURE_TABLE_H
#define RAMRIG_MEASURE_TABLE_H

#include <stdio.h>
#include "topology/topology.h"
#include "vm/accel.h"

/*
 * Puts what was measured on @t ("measured" of a result, see cell/measure.h)
 * beside what @t declares and how it is slow: a new object
 * { "nodes", "devices" }.
 */
json_t *measure_report(const struct topology *t, const json_t *measured, enum accel accel);

/*
 * Prints it as two tables, and below them what the figures are. @fidelity is
 * that of the result.
 */
void measure_print(const json_t *report, const json_t *fidelity, FILE *out);

#endif
