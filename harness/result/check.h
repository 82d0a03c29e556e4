/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RAMRIG_RESULT_CHECK_H
#define RAMRIG_RESULT_CHECK_H

#include "lib/err.h"
#include "lib/json.h"

/*
 * Checks of plan.json and result.json against docs/results.md: every key that
 * analysis reads is there and has its type. Unknown keys are fine: a newer
 * ramrig may have written them. Errors name the key; -EINVAL.
 */
int plan_check(const json_t *plan, struct err *e);
int cell_check(const json_t *cell, struct err *e);

#endif
