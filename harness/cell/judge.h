/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RAMRIG_JUDGE_H
#define RAMRIG_JUDGE_H

#include "cell/cell.h"

/*
 * What a failed step says of whom. A failure of the rig is never charged to
 * the kernel under test, and never the other way round.
 */
struct verdict_on_failure {
	enum outcome outcome;
	char reason[600];
	bool before_hello;	/* whether only a trial of the reference kernel can tell */
	bool stopped;		/* SIGINT or SIGTERM: no outcome at all */
};

/*
 * @rc is the error of the step, @e its words, @why the session's end, @panic
 * the console's panic line or NULL, @answered whether the guest answered the
 * last request (that the link broke since is told by @rc), @said_hello whether
 * it got that far. Pure.
 */
void judge_failure(int rc, const struct err *e, enum session_end why, const char *panic,
		   bool answered, bool said_hello, enum outcome blame,
		   struct verdict_on_failure *ret);

#endif
