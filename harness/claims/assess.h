/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RAMRIG_CLAIM_ASSESS_H
#define RAMRIG_CLAIM_ASSESS_H

#include <stddef.h>
#include "claims/judge.h"
#include "lib/err.h"
#include "lib/json.h"

/* Claims held against results. Pure: the same files give the same verdicts. */

/* What there is to hold them against. */
struct claim_result {
	const char *dir;
	const json_t *plan;
	const json_t *comparison;	/* compare/compare.h, of the result with itself */
	const json_t *figures;		/* compare/figures.h, all of them */
};

struct claim_results {
	size_t n;
	struct claim_result *v;
	struct result **loaded;		/* what they hang on (claims/cells.h), or NULL */
	const char *accelerator;	/* that cells of this host have, or NULL: nobody asked */
};

/*
 * Sets *ret to what `ramrig claims run --json` prints (docs/claims.md):
 *
 *   { "schema": 1, "verdicts": { "reproduced": n, ... },
 *     "results": [ { "result", "experiment", "cells" } ],
 *     "claims": [ { "claim", "summary", "source", "figures": [ ... ] } ] }
 *
 * A figure has the keys of claims/stated.h, and "verdict", "reason" (a sentence, or ""), "band",
 * "vendor_interval", "runs_needed", and "ours": null where nothing was measured, else what of
 * a row of the comparison it takes, "result" and "times".
 *
 * @claims: an array of checked files. @plans: of each experiment they name, what would be
 * planned. Of several results that match, the one with the most pairs counts. Where there is
 * none, and this host could not have one, a figure is not testable here.
 */
int claims_assess(const json_t *claims, const json_t *plans, const struct claim_results *rs,
		  json_t **ret, struct err *e);

/* The exit code that verdicts, and how the results' cells ended, call for. */
enum exit_code claims_exit(const json_t *assessed);

#endif
