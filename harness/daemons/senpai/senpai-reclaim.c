/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <sys/param.h>
#include "daemons/lib/knob.h"
#include "daemons/senpai/senpai-reclaim.h"

static int piece_write(const struct place *p, uint64_t bytes, int swappiness, struct err *e)
{
	char text[64];

	if (swappiness < 0)
		snprintf(text, sizeof(text), "%" PRIu64, bytes);
	else
		snprintf(text, sizeof(text), "%" PRIu64 " swappiness=%d", bytes, swappiness);
	return knob_write(p->cgroup_fd, "memory.reclaim", text, e);
}

/* Whether pressure rose by more than the budget since @before_us. */
static int pressure_rose(const struct place *p, uint64_t before_us, uint64_t budget_us, bool *ret,
			 struct err *e)
{
	struct psi now;
	int rc = pressure_read(p, "memory", &now, e);

	if (!rc)
		*ret = now.some.total_us > before_us && now.some.total_us - before_us > budget_us;
	return rc;
}

int reclaim_run(const struct place *p, const struct reclaim_request *r, const struct ticker *t,
		struct reclaim_result *ret, struct err *e)
{
	struct reclaim_result done = { .why = WHY_RECLAIM };
	uint64_t before, now;
	struct psi psi;
	int rc = pressure_read(p, "memory", &psi, e);

	if (!rc)
		rc = memory_read_current(p, &before, e);
	while (!rc && done.why == WHY_RECLAIM && done.asked_bytes < r->wanted_bytes &&
	       done.fell_bytes < (int64_t)r->wanted_bytes) {
		uint64_t piece = MIN(r->piece_bytes, r->wanted_bytes - done.asked_bytes);
		bool rose = false;

		done.asked_bytes += piece;
		rc = piece_write(p, piece, r->swappiness, e);
		if (rc == -EAGAIN) {
			done.why = WHY_PARTIAL;
			rc = 0;
		}
		if (!rc)
			rc = memory_read_current(p, &now, e);
		if (rc)
			break;
		done.fell_bytes = (int64_t)(before - now);
		if (done.why != WHY_RECLAIM || done.asked_bytes >= r->wanted_bytes)
			break;
		rc = pressure_rose(p, psi.some.total_us, r->budget_us, &rose, e);
		if (rose)
			done.why = WHY_PRESSURE;
		else if (ticker_stopped(t))
			done.why = WHY_STOPPED;
	}
	if (!rc)
		*ret = done;
	return rc;
}
