/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RAMRIG_TRIAL_PRINT_H
#define RAMRIG_TRIAL_PRINT_H

#include <stdio.h>
#include "lib/json.h"

/* Prints the judged report of a trial, whose folder is @dir, for people. */
void trial_print(const json_t *report, const char *dir, FILE *out);

#endif
