/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RAMRIG_CELL_EXPECT_H
#define RAMRIG_CELL_EXPECT_H

#include <stdbool.h>
#include "lib/json.h"
#include "result/trouble.h"

/*
 * Whether @workload, as a plan has it, is to bring the kernel to reports of @kind:
 * one of its "expects", whose parameter, where it names one, has the value that it
 * says. Pure.
 */
bool expects_report(const json_t *workload, enum trouble_kind kind);

/* The same for the one kind of them that ends the kernel, TROUBLE_OOM_PANIC. */
bool expects_death(const json_t *workload);

#endif
