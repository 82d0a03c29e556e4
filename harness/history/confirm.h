/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RAMRIG_HISTORY_CONFIRM_H
#define RAMRIG_HISTORY_CONFIRM_H

#include "contest/site.h"
#include "history/db.h"
#include "lib/json.h"

/*
 * A fresh A/B about one change: the kernel of the night before it against that of the newest
 * night, for the metric, workload and topology that moved, under the policies of its arm, all
 * else as in the nights. Only what that calls a regression is an alarm.
 *
 *   DIR/images/kernels/	kernel files "before" and "newest", of files in the cache
 *   DIR/result/		a result like any other (docs/results.md)
 */

/*
 * What the A/B would be: sets *ret_plan to its plan (cells not prepared), or where none can or
 * need be run, *ret_answer to the confirmation ("verdict", "reason", ...) that stands without it:
 * the kernel of before is gone, the two are one, the experiment is another. One of them is NULL;
 * the caller decrefs the other. Writes DIR/images/.
 */
int confirm_plan(struct history *h, const struct contest_site *site, const json_t *trend,
		 const json_t *change, const char *dir, json_t **ret_plan, json_t **ret_answer,
		 struct err *e);

/*
 * Runs it and sets *ret to the confirmation. Where the newest kernel failed, "verdict" is null
 * and "failure" the reason: that is for the nights to tell, and the change stays open. So it does
 * with -EIO, where the rig failed and no pair counts. -ECANCELED when a signal asked to stop.
 */
int confirm_run(struct history *h, const struct contest_site *site, const json_t *trend,
		const json_t *change, const char *dir, json_t **ret, struct err *e);

#endif
