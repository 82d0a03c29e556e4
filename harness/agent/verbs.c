/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <stdarg.h>
#include <string.h>
#include <time.h>
#include "agent/verbs.h"
#include "agent/worker.h"
#include "lib/cleanup.h"
#include "lib/clock.h"
#include "lib/json.h"

/* A write may reclaim gigabytes on a slow machine; the host's own deadline comes first. */
#define WORK_MS (10 * 60 * 1000)
/* The root is an overlay that nobody keeps: a disk that hangs must not hold up the end. */
#define SYNC_MS (10 * 1000)
/* A worker that waits for a disk ends by itself at its timeout; this is for one that hangs. */
#define DISK_SLACK_MS (60 * 1000)

int request_unpack(const json_t *request, struct err *e, const char *fmt, ...)
{
	/* The keys that every request has were read before; here they are only allowed. */
	cleanup_json json_t *rest = json_copy((json_t *)request);
	json_error_t je;
	va_list ap;

	json_object_del(rest, "id");
	json_object_del(rest, "verb");
	va_start(ap, fmt);
	int rc = json_vunpack_ex(rest, &je, JSON_STRICT, fmt, ap);
	va_end(ap);
	if (rc)
		return err_set(e, EINVAL, "the request cannot be read: %s", je.text);
	return 0;
}

static int verb_ping(struct agent *a, json_int_t id, const json_t *request, struct err *e)
{
	int rc = request_unpack(request, e, "{}");

	if (rc)
		return rc;
	agent_answer(a, id, json_pack("{s:I}", "monotonic_ns", (json_int_t)clock_now_ns()));
	return 0;
}

static int verb_read(struct agent *a, json_int_t id, const json_t *request, struct err *e)
{
	return worker_start(a, id, request, work_read, WORK_MS, NULL, e);
}

static int verb_write(struct agent *a, json_int_t id, const json_t *request, struct err *e)
{
	return worker_start(a, id, request, work_write, WORK_MS, NULL, e);
}

static int verb_modules(struct agent *a, json_int_t id, const json_t *request, struct err *e)
{
	return worker_start(a, id, request, work_modules, WORK_MS, NULL, e);
}

/* Starts @work, which waits for a disk as long as the request says. */
static int disk_work_start(struct agent *a, json_int_t id, const json_t *request, work_fn work,
			   struct err *e)
{
	json_int_t timeout_ms = json_int_or(request, "timeout_ms", 0);

	if (timeout_ms < 0 || timeout_ms > WORK_MS)
		return err_set(e, EINVAL, "timeout_ms is not 0 to %d", WORK_MS);
	return worker_start(a, id, request, work, timeout_ms + DISK_SLACK_MS, NULL, e);
}

static int verb_mount(struct agent *a, json_int_t id, const json_t *request, struct err *e)
{
	return disk_work_start(a, id, request, work_mount, e);
}

static int verb_disk(struct agent *a, json_int_t id, const json_t *request, struct err *e)
{
	return disk_work_start(a, id, request, work_disk, e);
}

static int verb_swap_on(struct agent *a, json_int_t id, const json_t *request, struct err *e)
{
	return worker_start(a, id, request, work_swap_on, WORK_MS, NULL, e);
}

static int verb_mkdir(struct agent *a, json_int_t id, const json_t *request, struct err *e)
{
	return worker_start(a, id, request, work_mkdir, WORK_MS, NULL, e);
}

static int verb_trace_set(struct agent *a, json_int_t id, const json_t *request, struct err *e)
{
	return worker_start(a, id, request, work_trace_set, WORK_MS, NULL, e);
}

static int verb_trace_start(struct agent *a, json_int_t id, const json_t *request, struct err *e)
{
	return worker_start(a, id, request, work_trace_start, WORK_MS, NULL, e);
}

static int verb_trace_stop(struct agent *a, json_int_t id, const json_t *request, struct err *e)
{
	return worker_start(a, id, request, work_trace_stop, WORK_MS, NULL, e);
}

static int verb_trace_read(struct agent *a, json_int_t id, const json_t *request, struct err *e)
{
	return worker_start(a, id, request, work_trace_read, WORK_MS, NULL, e);
}

static int verb_power_off(struct agent *a, json_int_t id, const json_t *request, struct err *e)
{
	int rc = request_unpack(request, e, "{}");

	return rc ? rc : worker_start(a, id, request, work_sync, SYNC_MS, agent_stop, e);
}

static const struct verb {
	const char *name;
	verb_fn fn;
} verbs[] = {
	{ "ping", verb_ping },
	{ "modules", verb_modules },
	{ "mount", verb_mount },
	{ "disk", verb_disk },
	{ "swap-on", verb_swap_on },
	{ "mkdir", verb_mkdir },
	{ "write", verb_write },
	{ "read", verb_read },
	{ "job-start", verb_job_start },
	{ "job-wait", verb_job_wait },
	{ "job-kill", verb_job_kill },
	{ "daemon-start", verb_daemon_start },
	{ "daemon-stop", verb_daemon_stop },
	{ "sample-start", verb_sample_start },
	{ "sample-stop", verb_sample_stop },
	{ "trace-set", verb_trace_set },
	{ "trace-start", verb_trace_start },
	{ "trace-stop", verb_trace_stop },
	{ "trace-read", verb_trace_read },
	{ "power-off", verb_power_off },
};

void verb_dispatch(struct agent *a, const json_t *request)
{
	const char *name = json_str(request, "verb");
	json_int_t id = json_int_or(request, "id", 0);
	struct err e;

	for (size_t i = 0; name && i < ARRAY_SIZE(verbs); i++) {
		if (strcmp(verbs[i].name, name))
			continue;
		if (verbs[i].fn(a, id, request, &e))
			agent_answer_error(a, id, &e);
		return;
	}
	err_set(&e, EOPNOTSUPP, "the agent knows no verb '%s'", name ? name : "");
	agent_answer_error(a, id, &e);
}
