/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RAMRIG_FIGURES_PRINT_H
#define RAMRIG_FIGURES_PRINT_H

#include <stdio.h>
#include "lib/json.h"

/* Prints what figures_collect() made for people: a table for each. 0, or -errno for want of memory. */
int figures_print(const json_t *figures, FILE *out);

#endif
