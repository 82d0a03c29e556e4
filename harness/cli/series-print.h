/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RAMRIG_SERIES_PRINT_H
#define RAMRIG_SERIES_PRINT_H

#include <stdio.h>
#include "lib/json.h"

/* Print what series_make() made, on @out. CSV and JSON keep the metrics' units. */
void series_print_json(const json_t *series, FILE *out);
void series_print_csv(const json_t *series, FILE *out);

/* As people read them, sizes in MiB, shares in percent. 0, or -errno when memory runs out. */
int series_print_table(const json_t *series, FILE *out);

#endif
