/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RAMRIG_CHECKS_H
#define RAMRIG_CHECKS_H

#include "report/report.h"

/*
 * A result as checks that passed or did not, for programs that count them: JUnit and KTAP say
 * the same. A suite for each workload and topology; in it one check for each cell that did not end
 * well, one for how many of its boots are done, one for each key comparison.
 *
 * | what | status |
 * | --- | --- |
 * | a comparison with a verdict whose exit code is 0 | passed |
 * | a regression | failed |
 * | inconclusive, no-effect-possible, a diagnostic: nothing was decided | skipped |
 * | a comparison without a whole pair | error |
 * | a cell that is the kernel's or the workload's fault | failed |
 * | a cell that is the rig's | error |
 * | planned cells that are not done | skipped |
 *
 * Sets *ret to a new array of
 *
 *   { "suite": "nginx on dram", "class": "EXPERIMENT.nginx.dram", "wall_s", "started" (or null),
 *     "fidelity": "tcg, ..." (or null), "planned", "done": how many boots,
 *     "checks": [ { "name", "status": "passed|failed|error|skipped", "type": a verdict or an
 *                   outcome, "reason": one line or "", "wall_s" (or null), "details": [lines] } ] }
 *
 * Names are different within a suite. -ENOMEM.
 */
int checks_make(const struct report *r, json_t **ret, struct err *e);

/* How many checks of @suite have @status. */
size_t checks_count(const json_t *suite, const char *status);

#endif
