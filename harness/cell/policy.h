/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RAMRIG_CELL_POLICY_H
#define RAMRIG_CELL_POLICY_H

#include "cell/cell.h"

/*
 * Policies in a running guest: turning them on, and waiting until they have
 * come to rest. Whether they acted is said by result/proof.h.
 */

/* Checks what they need, turns swap on, and writes their files in order, reading each back. */
int cell_policies_apply(struct cell *c, struct err *e);

/*
 * Waits until every policy has come to rest. One that does not within its
 * timeout is no error: it is a warning, and what the proof is for.
 */
int cell_policies_settle(struct cell *c, struct err *e);

/* Whether any of @policies gives the workload's processes the attribute @name. */
bool policy_process_attribute(const json_t *policies, const char *name);

#endif
