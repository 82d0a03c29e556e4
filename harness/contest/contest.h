/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RAMRIG_CONTEST_H
#define RAMRIG_CONTEST_H

#include "contest/site.h"
#include "plan/plan.h"
#include "result/result.h"

/*
 * Two kernels, or the arms of an experiment as they are: a result like any other
 * (docs/results.md), of which more pairs can be run while the answer is not clear.
 */
struct contest {
	char *dir;
	json_t *plan;
};

/*
 * Begins the result @dir with the plan that @o asks for, or takes up the one
 * that is there. What the plan names is built first.
 */
int contest_open(const struct contest_site *site, const char *dir, const struct plan_opts *o,
		 struct contest *ret, struct err *e);

/*
 * Runs what is not done of the first @pairs (0: all), of @only_arm where one is
 * given, and sets *ret to the result as it is then. -ECANCELED when a signal
 * asked to stop.
 */
int contest_run(const struct contest_site *site, const struct contest *c, unsigned pairs,
		const char *only_arm, struct result **ret, struct err *e);

void contest_clear(struct contest *c);
#define cleanup_contest __attribute__((cleanup(contest_clear)))

#endif
