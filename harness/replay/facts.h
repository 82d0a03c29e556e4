/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RAMRIG_REPLAY_FACTS_H
#define RAMRIG_REPLAY_FACTS_H

#include "bundle/replayable.h"

/* The facts that replay/likeness.h compares, of a cell as it ran and as it would run here. */

/* What was recorded of the cell @c of @s. */
json_t *facts_then(const struct replayable *s, const struct result_cell *c);

/*
 * What would be here: all is made ready for a boot of cell 1 of @plan, a plan of replay_plan(),
 * with the programs in the folder of @s, and taken away again. No guest is started (but the
 * throw-away one by which the accelerator is told). Errors are those of making it ready: a
 * topology that this host does not have, a module that is missing.
 */
int facts_now(const struct replayable *s, const json_t *plan, json_t **ret, struct err *e);

/* The machine type in QEMU's command line @argv (an array of strings), as a new string, or NULL. */
char *facts_machine(const json_t *argv);

/*
 * Pure: the machine type that QEMU's answer to "-machine help" says that the alias @name means;
 * @name itself where it says nothing of it. The caller frees it.
 */
char *facts_machine_meant(const char *help, const char *name);

#endif
