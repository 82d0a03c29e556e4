/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RAMRIG_HEAT_H
#define RAMRIG_HEAT_H

#include <stdbool.h>
#include "lib/json.h"
#include "vm/accel.h"

/*
 * Whether what a kernel believes to be hot can be believed here. A cell of a workload that
 * says `scores_heat` measures it (docs/heat.md); the scores are kept in the cache, as boot
 * times are, and stand in the fidelity of every arm whose policies rely on heat.
 */

/* What precision and recall must reach, or what rests on the source is marked. */
#define HEAT_BAR 0.8

/*
 * Whether guests of @plan get the TLB sweeper, all arms alike: under TCG, where some
 * arm relies on heat.
 */
bool heat_sweeps(const json_t *plan, enum accel accel);

/*
 * "KERNEL-HASH ACCELERATOR CLOCK swept", or "bare" without the sweeper: what a score is
 * of. The caller frees it.
 */
char *heat_key(const char *kernel_hash, enum accel accel, const char *clock, bool swept);

/* Keeps the scores of @result, a cell of @workload that is ok. Failing is harmless. */
void heat_learn(const char *key, const json_t *workload, const json_t *result);

/*
 * For the fidelity of an arm with @policies, a new object: { SOURCE: { "precision",
 * "recall", ["lag_s"], "bar", "ok" } }, or { SOURCE: null } where it was never scored. NULL where no
 * policy relies on heat.
 */
json_t *heat_scores(const char *key, const json_t *policies);

/* The pure halves: @book is what the cache holds, or NULL. */
json_t *heat_entry(const json_t *metrics);
json_t *heat_scores_from(const json_t *book, const char *key, const json_t *policies);

#endif
