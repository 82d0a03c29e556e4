/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RAMRIG_REFERENCE_H
#define RAMRIG_REFERENCE_H

#include <stdio.h>

/*
 * Writes docs/reference.md: the keys of every kind of file, the metrics from
 * samples, outcomes, verdicts and exit codes, each from the table that the
 * program itself goes by.
 */
void reference_print(FILE *out);

#endif
