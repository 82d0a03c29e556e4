/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RAMRIG_SWEEP_PRINT_H
#define RAMRIG_SWEEP_PRINT_H

#include <stdio.h>
#include "lib/err.h"
#include "lib/json.h"

/* Prints what sweep_collect() made for people: a table for each workload, topology and kernel. */
int sweep_print(const json_t *sweep, FILE *out, struct err *e);

#endif
