/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RAMRIG_JUDGE_H
#define RAMRIG_JUDGE_H

#include "cell/cell.h"
#include "result/trouble.h"

/*
 * What a failed step says of whom. A failure of the rig is never charged to
 * the kernel under test, and never the other way round.
 */
struct verdict_on_failure {
	enum outcome outcome;
	char reason[600];
	char report[9];		/* the hash of the report that the reason names, or "" */
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

/*
 * Where the kernel was to end while measuring, did, and @t (may be NULL) puts nothing
 * else in doubt, the cell is well. @phase: the step that failed. Comes before the
 * other judgements of reports. Pure.
 */
void judge_expected(const json_t *workload, const char *phase, const struct troubles *t,
		    struct verdict_on_failure *v);

/*
 * Where the kernel went on after a report that puts its figures in doubt (@t may be
 * NULL), a cell that was well, or whose workload then failed, is crashed. Comes
 * before judge_reports(). Pure.
 */
void judge_doubts(const struct troubles *t, struct verdict_on_failure *v);

/*
 * Puts what the console told (@t may be NULL: it cannot be read) into the reason.
 * A crash is named by what the kernel died of, with its function; a hang by what
 * stalled; any other failure of the guest's gets its first report that @workload
 * does not expect as a remark. A reason that names one already, and the outcome, stay. Pure.
 */
void judge_reports(const json_t *workload, const struct troubles *t, struct verdict_on_failure *v);

/*
 * Linux patches its own code with breakpoints in between, and QEMU 7.2 with
 * several CPUs under TCG runs a stale one in about one boot of a hundred: what
 * looks like an oops of the kernel then is the rig's. @may_be_stale: this guest
 * could have met that, and died of an int3. A kernel that does so in every one
 * of its @attempt's tries does it by itself.
 */
void judge_stale_int3(bool may_be_stale, unsigned attempt, struct verdict_on_failure *v);

#endif
