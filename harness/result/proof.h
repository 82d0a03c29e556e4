/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RAMRIG_PROOF_H
#define RAMRIG_PROOF_H

#include <stdbool.h>
#include "lib/json.h"
#include "result/samples.h"

/*
 * What an arm's policies say about samples: when measuring may start, and
 * whether they acted. @policies is an array of checked policies everywhere.
 */

/*
 * Evaluates the proofs over @w, and against @facts: { "files": { PATH: first line },
 * "sums": { "DAEMON.KEY": number } }. Sets *ret to a new object with the keys of
 * "proof" in docs/results.md: a check whose subject is absent has failed. Those of policies that
 * another lists in its may_idle need not hold, but one check of all must.
 */
int proof_check(const json_t *policies, const json_t *workload, const struct samples *s,
		struct window w, const json_t *facts, json_t **ret, struct err *e);

/* Returns the longest of the policies' settle timeouts, 0 where there is nothing to wait for. */
int64_t settle_timeout_ms(const json_t *policies);

/*
 * Whether every settle condition holds at the latest sample, where waiting began
 * at @begin_ns of the guest's clock. Otherwise @waiting names the first that does
 * not: "ksm_full_scans is 1, not yet at least 2".
 */
bool settle_reached(const json_t *policies, const json_t *workload, const struct samples *s,
		    int64_t begin_ns, char waiting[static 200]);

#endif
