/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RAMRIG_FIGURES_PRINT_H
#define RAMRIG_FIGURES_PRINT_H

#include <stdio.h>
#include "lib/err.h"
#include "lib/json.h"

/* Prints what figures_collect() made for people: a table for each, and what it saved and paid. */
int figures_print(const json_t *figures, FILE *out, struct err *e);

#endif
