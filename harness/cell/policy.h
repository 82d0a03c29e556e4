/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RAMRIG_CELL_POLICY_H
#define RAMRIG_CELL_POLICY_H

#include "cell/cell.h"

/*
 * Policies in a running guest: turning them on, and waiting until they have
 * come to rest. Their daemons are in cell/policy-daemon.h; whether they acted is said
 * by result/proof.h.
 */

/* Checks what they need, turns swap on, and writes their files in order, reading each back. */
int cell_policies_apply(struct cell *c, struct err *e);

/* Makes the groups' cgroups as the policies have them; sees to it that they exist. */
int cell_policies_group(struct cell *c, struct err *e);

/*
 * Waits until every policy has come to rest, where the workload has daemons that policies
 * are for: what a program that runs later will do cannot be waited for. One that does not within its
 * timeout is no error: it is a warning, and what the proof is for.
 */
int cell_policies_settle(struct cell *c, struct err *e);

/* Writes the files that are to be written right before the measured window. */
int cell_policies_measure(struct cell *c, struct err *e);

/*
 * What proofs ask beside samples, as result/proof.h takes it: files of the guest's, and
 * what daemons have printed. Sets *ret to a new object.
 */
int cell_policies_facts(struct cell *c, json_t **ret, struct err *e);

/* Whether any of @policies gives the workload's processes the attribute @name. */
bool policy_process_attribute(const json_t *policies, const char *name);

/* The word that any of @policies gives the attribute @name, or NULL. */
const char *policy_process_word(const json_t *policies, const char *name);

/*
 * The groups of @workload that policies are for, in its order, a new array: those of
 * daemons that say "policy", and those that are "limited".
 */
json_t *policy_groups(const json_t *workload);

#endif
