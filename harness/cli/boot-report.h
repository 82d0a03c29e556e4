/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RAMRIG_BOOT_REPORT_H
#define RAMRIG_BOOT_REPORT_H

#include "lib/json.h"

/* Prints a solo_report(): the rows of conformance, warnings and the outcome on standard output. */
void boot_report_print(const json_t *report);

#endif
