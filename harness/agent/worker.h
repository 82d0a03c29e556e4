/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RAMRIG_AGENT_WORKER_H
#define RAMRIG_AGENT_WORKER_H

#include "agent/agent.h"
#include "agent/verbs.h"

/*
 * Runs @work in a process of its own and answers request @id with what comes
 * of it: a write to memory.reclaim or a disk that is slow to appear must not
 * hold up samples and deadlines. After @timeout_ms it is killed, and the
 * answer is ETIMEDOUT. @then, unless NULL, is called after the answer.
 */
int worker_start(struct agent *a, json_int_t id, const json_t *request, work_fn work,
		 int64_t timeout_ms, void (*then)(struct agent *a), struct err *e);

/* Kills all that still run. */
void workers_free(struct agent *a);

#endif
