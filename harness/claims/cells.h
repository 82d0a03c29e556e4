/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RAMRIG_CLAIM_CELLS_H
#define RAMRIG_CLAIM_CELLS_H

#include "claims/assess.h"
#include "contest/site.h"
#include "result/result.h"
#include "spec/search.h"

/* From claims to cells: what is planned for them, and the results that there are. */

/* Fewer pairs have no interval that could decide anything. */
#define CLAIM_PAIRS_LEAST 6U

/*
 * Plans every experiment that figures of @claims (an array of checked files) name: *ret, which the
 * caller decrefs, is EXPERIMENT -> plan (plan/plan.h). @pairs 0: as the experiment says, but at
 * least CLAIM_PAIRS_LEAST. -EINVAL where a claim names an arm, workload or metric that its
 * experiment does not have.
 */
int claims_plan(const struct search *s, const json_t *claims, unsigned pairs, json_t **ret,
		struct err *e);

/*
 * Which of those experiments are to be run, a new array of names: those with a figure that could
 * be told by cells of @accelerator ("kvm" or "tcg").
 */
json_t *claims_experiments(const json_t *claims, const char *accelerator);

/* Loads the folder @dir, compares it in itself and adds it. */
int claim_results_add(struct claim_results *rs, const char *dir, struct err *e);

/*
 * Runs what is not done of @experiment in the folder @dir, which is begun where it is not there,
 * and adds it. -ECANCELED when a signal asked to stop.
 */
int claim_results_run(struct claim_results *rs, const struct contest_site *site,
		      const char *experiment, unsigned pairs, const char *dir, struct err *e);

void claim_results_clear(struct claim_results *rs);
#define cleanup_claim_results __attribute__((cleanup(claim_results_clear)))

#endif
