/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RAMRIG_PROGRAMS_H
#define RAMRIG_PROGRAMS_H

#include "lib/err.h"
#include "lib/json.h"

/*
 * ramrig's own programs that run in a plan's guests: the agent, and the daemons of its
 * policies. A result keeps them in its folder, as it does the workloads' folders: a ramrig
 * that is built anew during a run must not mix into it, and a replay needs what there was.
 */
#define PROGRAM_AGENT	"ramrig-agent"
#define PROGRAMS_FOLDER "programs" /* of a result */

/*
 * Copies those that any cell of @plan may need into the result's folder @dir, and notes in
 * the plan what they are: "programs": { NAME: SHA-256 }.
 */
int programs_keep(json_t *plan, const char *dir, struct err *e);

/*
 * Finds the program @name for guests of @plan, whose result's folder is @dir: the one that is
 * kept there, or ramrig's own for a plan that keeps none. The caller frees *ret.
 */
int programs_find(const json_t *plan, const char *dir, const char *name, char **ret, struct err *e);

#endif
