/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RAMRIG_HISTORY_PRINT_H
#define RAMRIG_HISTORY_PRINT_H

#include <stdio.h>
#include "lib/err.h"
#include "lib/json.h"

/* The history for people. */

/* Each trend of trend_load() with its nights, its change points marked among them. */
int history_print_trends(const json_t *trends, FILE *out, struct err *e);

/* Rows of change_rows() as a table, and below it what an A/B said of them. */
int history_print_changes(const json_t *rows, FILE *out, struct err *e);

#endif
