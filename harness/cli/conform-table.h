/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RAMRIG_CONFORM_TABLE_H
#define RAMRIG_CONFORM_TABLE_H

#include <stdio.h>
#include "lib/json.h"

/*
 * Prints the rows of conformance (cell/conform.h) on @out as a table of what is
 * declared and what is seen, with a "!" before each that differs.
 */
void conform_print(const json_t *rows, FILE *out);

#endif
