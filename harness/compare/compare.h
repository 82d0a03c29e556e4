/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RAMRIG_COMPARE_H
#define RAMRIG_COMPARE_H

#include <stdbool.h>
#include "result/result.h"

/*
 * What results say: pure, from nothing but what was recorded. The same results
 * give the same bytes.
 *
 * With @b NULL every arm of @a is compared with the base arm of @a; else every
 * arm of @a with the arm of that name of @b, @a being the base.
 *
 * *ret, which the caller decrefs, is what `ramrig compare --json` prints; its
 * keys are listed in docs/statistics.md. -EINVAL when figures would have to be
 * mixed that must not be: of different fidelity, or of different meaning.
 */
int compare_results(const struct result *a, const struct result *b, json_t **ret,
		    struct err *e);

/*
 * Whether the run of a sequential plan need not go on: its last look was reached, or every
 * key comparison is decided or futile (compare/looks.h). False of other plans.
 */
bool compare_is_settled(const json_t *comparison);

/*
 * The exit code that a comparison calls for. A key metric without a single
 * whole pair is the rig's failure where nothing else explains it. @strict: a
 * proof that failed is a finding.
 */
enum exit_code compare_exit(const json_t *comparison, bool strict);

#endif
