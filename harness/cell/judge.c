/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <string.h>
#include "cell/batch.h"
#include "cell/expect.h"
#include "cell/judge.h"
#include "lib/cleanup.h"

/* What the guest's end means, where it did end. */
static const struct {
	enum session_end why;
	enum outcome outcome;
	const char *words;
} ends[] = {
	{ SESSION_PANICKED, OUTCOME_CRASHED, "the kernel panicked" },
	{ SESSION_FLOODED, OUTCOME_CRASHED, "the guest flooded its console" },
	{ SESSION_POWERED_OFF, OUTCOME_CRASHED, "the guest reset or shut down by itself" },
	{ SESSION_DIED, OUTCOME_INFRA_ERROR, "QEMU died" },
};

/*
 * What a broken link means, where the guest still runs. Only of ETIMEDOUT there
 * are two: the link's, and one that the guest answered.
 */
static const struct {
	int code;
	enum outcome outcome;
	const char *words;
} breaks[] = {
	{ ETIMEDOUT, OUTCOME_HUNG, "the guest fell silent" },
	{ ECONNRESET, OUTCOME_CRASHED, "the agent in the guest died" },
	{ EPROTO, OUTCOME_CRASHED, "the guest broke the agent's protocol" },
};

/* Errors that no answer carries: the link maps a guest's own to others. */
static bool link_broke(int rc)
{
	return rc == -ECANCELED || rc == -ECONNRESET || rc == -EPROTO;
}

static void set(struct verdict_on_failure *v, enum outcome outcome, const char *words,
		const char *detail)
{
	v->outcome = outcome;
	snprintf(v->reason, sizeof(v->reason), "%s: %s", words, detail);
}

void judge_failure(int rc, const struct err *e, enum session_end why, const char *panic,
		   bool answered, bool said_hello, enum outcome blame,
		   struct verdict_on_failure *ret)
{
	*ret = (struct verdict_on_failure){ .stopped = why == SESSION_SIGNAL };
	answered &= !link_broke(rc);
	/*
	 * What a guest answered, or what was made of its answers, is the step's to
	 * judge; but a kernel that panics takes its programs with it.
	 */
	if (answered && why != SESSION_PANICKED && blame != OUTCOME_INFRA_ERROR) {
		ret->outcome = blame;
		snprintf(ret->reason, sizeof(ret->reason), "%s", e->msg);
		ret->before_hello = blame == OUTCOME_NONCONFORMING;
		return;
	}
	ret->before_hello = !said_hello;
	for (size_t i = 0; i < ARRAY_SIZE(ends); i++) {
		if (why == ends[i].why) {
			set(ret, ends[i].outcome, ends[i].words, panic ? panic : e->msg);
			ret->before_hello &= ends[i].outcome != OUTCOME_INFRA_ERROR;
			return;
		}
	}
	for (size_t i = 0; i < ARRAY_SIZE(breaks) && !answered; i++) {
		if (-rc == breaks[i].code) {
			set(ret, breaks[i].outcome, breaks[i].words, e->msg);
			return;
		}
	}
	ret->outcome = OUTCOME_INFRA_ERROR;
	ret->before_hello = false;
	snprintf(ret->reason, sizeof(ret->reason), "%s", e->msg);
}

void judge_expected(const json_t *workload, const char *phase, const struct troubles *t,
		    struct verdict_on_failure *v)
{
	const struct trouble *death = t ? troubles_death(t) : NULL;

	if (v->outcome != OUTCOME_CRASHED || !death || death->kind != TROUBLE_OOM_PANIC ||
	    death != troubles_doubt(t) || strcmp(phase, "measure") || !expects_death(workload))
		return;
	*v = (struct verdict_on_failure){ .outcome = OUTCOME_OK };
}

void judge_doubts(const struct troubles *t, struct verdict_on_failure *v)
{
	const struct trouble *r = t ? troubles_doubt(t) : NULL;
	struct verdict_on_failure was = *v;
	char text[TROUBLE_TEXT_MAX];

	if (!r || (v->outcome != OUTCOME_OK && v->outcome != OUTCOME_WORKLOAD_FAILED))
		return;
	v->outcome = OUTCOME_CRASHED;
	snprintf(v->reason, sizeof(v->reason), "the kernel crashed%s: %s%s%.150s",
		 troubles_death(t) ? "" : ", but went on", trouble_text(r, text),
		 was.reason[0] ? "; then " : "", was.reason);
	memcpy(v->report, r->hash, sizeof(v->report));
}

/* The first report that @workload is not there to bring about, or NULL. */
static const struct trouble *unexpected(const json_t *workload, const struct troubles *t)
{
	for (size_t i = 0; i < troubles_count(t); i++)
		if (!expects_report(workload, troubles_at(t, i)->kind))
			return troubles_at(t, i);
	return NULL;
}

void judge_reports(const json_t *workload, const struct troubles *t, struct verdict_on_failure *v)
{
	const struct trouble *r = t ? troubles_death(t) : NULL;
	bool died = r && v->outcome == OUTCOME_CRASHED;
	char text[TROUBLE_TEXT_MAX];
	size_t len = died ? 0 : strlen(v->reason);

	if (!t || v->report[0] || v->outcome == OUTCOME_OK || v->outcome == OUTCOME_INFRA_ERROR)
		return;
	if (v->outcome == OUTCOME_HUNG && troubles_stall(t))
		r = troubles_stall(t);
	if (!r)
		r = unexpected(workload, t);
	if (!r)
		return;
	snprintf(v->reason + len, sizeof(v->reason) - len, "%s%s",
		 died ? "the kernel crashed: " : "; its console tells of ", trouble_text(r, text));
	memcpy(v->report, r->hash, sizeof(v->report));
}

void judge_stale_int3(bool may_be_stale, unsigned attempt, struct verdict_on_failure *v)
{
	struct verdict_on_failure was = *v;

	if (!may_be_stale || v->outcome != OUTCOME_CRASHED || attempt >= BATCH_ATTEMPTS_MAX)
		return;
	v->outcome = OUTCOME_INFRA_ERROR;
	v->before_hello = false;
	snprintf(v->reason, sizeof(v->reason), "QEMU ran a breakpoint that the kernel had taken back, "
		 "as it does at times with several CPUs under TCG: %.400s", was.reason);
}
