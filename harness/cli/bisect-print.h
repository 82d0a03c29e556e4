/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RAMRIG_BISECT_PRINT_H
#define RAMRIG_BISECT_PRINT_H

#include <stdio.h>
#include "lib/json.h"

/* Prints the report of a bisection, whose folder is @dir, for people. */
void bisect_print(const json_t *report, const char *dir, FILE *out);

#endif
