/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RAMRIG_AGENT_VERBS_H
#define RAMRIG_AGENT_VERBS_H

#include "agent/agent.h"

/* Does or starts what @request asks; every request gets exactly one answer. */
void verb_dispatch(struct agent *a, const json_t *request);

/*
 * A verb's handler, for request @id. It fails with -errno, or returns 0 and
 * sees to it that agent_answer() or agent_answer_error() is called once, now
 * or later.
 */
typedef int (*verb_fn)(struct agent *a, json_int_t id, const json_t *request, struct err *e);

/* The handlers, in the files of their ideas. */
int verb_job_start(struct agent *a, json_int_t id, const json_t *request, struct err *e);
int verb_job_wait(struct agent *a, json_int_t id, const json_t *request, struct err *e);
int verb_job_kill(struct agent *a, json_int_t id, const json_t *request, struct err *e);
int verb_daemon_start(struct agent *a, json_int_t id, const json_t *request, struct err *e);
int verb_daemon_stop(struct agent *a, json_int_t id, const json_t *request, struct err *e);
int verb_sample_start(struct agent *a, json_int_t id, const json_t *request, struct err *e);
int verb_sample_stop(struct agent *a, json_int_t id, const json_t *request, struct err *e);

/*
 * What a verb does that may block, run in a worker's process: takes the whole
 * request and sets *ret, an object, or fails with -errno.
 */
typedef int (*work_fn)(const struct agent_config *c, const json_t *request, json_t **ret,
		       struct err *e);

int work_read(const struct agent_config *c, const json_t *request, json_t **ret, struct err *e);
int work_write(const struct agent_config *c, const json_t *request, json_t **ret, struct err *e);
int work_modules(const struct agent_config *c, const json_t *request, json_t **ret, struct err *e);
int work_mount(const struct agent_config *c, const json_t *request, json_t **ret, struct err *e);
int work_disk(const struct agent_config *c, const json_t *request, json_t **ret, struct err *e);
int work_swap_on(const struct agent_config *c, const json_t *request, json_t **ret, struct err *e);
int work_mkdir(const struct agent_config *c, const json_t *request, json_t **ret, struct err *e);
int work_trace_set(const struct agent_config *c, const json_t *request, json_t **ret, struct err *e);
int work_trace_start(const struct agent_config *c, const json_t *request, json_t **ret,
		     struct err *e);
int work_trace_stop(const struct agent_config *c, const json_t *request, json_t **ret, struct err *e);
int work_trace_read(const struct agent_config *c, const json_t *request, json_t **ret, struct err *e);
int work_sync(const struct agent_config *c, const json_t *request, json_t **ret, struct err *e);

/*
 * Reads a request's keys like json_unpack_ex(), strictly: @fmt is what stands
 * between the braces, and a key that it does not name is refused.
 */
int request_unpack(const json_t *request, struct err *e, const char *fmt, ...);

#endif
