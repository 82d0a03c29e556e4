/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RAMRIG_HISTORY_CONFIRM_ALL_H
#define RAMRIG_HISTORY_CONFIRM_ALL_H

#include "history/confirm.h"

struct confirm_wish {
	const char *dir;	/* each A/B gets DIR/change-ID, and goes on there if stopped */
	unsigned at_most;	/* A/Bs that are run, the worst in margins first; 0: all */
	json_int_t only;	/* the id of a change; 0: all that are open */
	/* Of a dry run: called with each A/B's plan, which is not run; nothing is written down. */
	void (*show_plan)(const json_t *change, const json_t *plan);
};

/*
 * Asks about the open changes of @trends (of change_record()), writes each answer down at once
 * and puts it into the change as "status" and "confirmation". Where the newest kernel failed in
 * the A/B the change gets "failure", the reason, and stays open. -ENOENT where no change has the
 * id @only.
 */
int confirm_all(struct history *h, const struct contest_site *site, json_t *trends,
		const struct confirm_wish *w, struct err *e);

#endif
