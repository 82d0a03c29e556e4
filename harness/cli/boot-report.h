/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RAMRIG_BOOT_REPORT_H
#define RAMRIG_BOOT_REPORT_H

#include <stdbool.h>
#include <stdint.h>
#include "lib/json.h"
#include "result/outcome.h"

/*
 * What commands that boot one guest outside an experiment say of it, out of its
 * result: { "topology", "kernel", "release", "outcome", "charged_to", "reason",
 * "warnings", "conformance", "seconds" }. A new object.
 */
json_t *boot_report(const json_t *result, int64_t took_ms);

enum outcome boot_report_outcome(const json_t *report);

/* Prints the rows of conformance, warnings and the outcome on standard output. */
void boot_report_print(const json_t *report);

#endif
