/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RAMRIG_CALIBRATE_PRINT_H
#define RAMRIG_CALIBRATE_PRINT_H

#include <stdio.h>
#include "lib/err.h"
#include "lib/json.h"

/* Prints calibrations (an array of entries of calibrate/collect.h) for people: a table each. */
int calibrate_print(const json_t *entries, FILE *out, struct err *e);

#endif
