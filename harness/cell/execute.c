/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include "cell/boot-times.h"
#include "cell/execute.h"
#include "cell/heat.h"
#include "cell/stage.h"
#include "cell/where.h"
#include "lib/cleanup.h"
#include "lib/clock.h"
#include "lib/file.h"

static const json_t *find_cell(const json_t *plan, unsigned n)
{
	const json_t *cell;
	size_t i;

	json_array_foreach(json_object_get(plan, "cells"), i, cell) {
		if (json_int_or(cell, "n", 0) == n)
			return cell;
	}
	return NULL;
}

static void set_outcome(json_t *r, enum outcome outcome, const char *charged, const char *reason)
{
	json_object_set_new(r, "outcome", json_string(outcome_table[outcome].name));
	json_object_set_new(r, "charged_to", json_string(charged));
	json_object_set_new(r, "reason", json_sentence(reason));
}

/* What stands in the folder until the cell has finished: a failure of the rig. */
static json_t *unfinished(const json_t *cell, unsigned attempt, const char *reason)
{
	json_t *r = json_deep_copy(cell);
	char now[21];

	clock_utc(now);
	json_object_set_new(r, "schema", json_integer(1));
	json_object_set_new(r, "attempt", json_integer(attempt));
	json_object_set_new(r, "started", json_string(now));
	set_outcome(r, OUTCOME_INFRA_ERROR, "rig", reason);
	json_object_update_missing_new(r, json_pack("{s:[], s:{}, s:{}, s:[], s:{}, s:{s:s, s:[]}, "
						    "s:[]}", "phases", "host", "fidelity",
						    "conformance", "metrics", "proof", "status",
						    "none", "checks", "warnings"));
	return r;
}

/* Keeps what an earlier attempt left, and starts the folder anew. */
static int begin_folder(const struct execute_opts *o, const json_t *cell, const char *dir,
			struct err *e)
{
	cleanup_free char *started = path_format("%s/started.json", dir);
	cleanup_json json_t *doc = unfinished(cell, o->attempt, "the cell did not finish");
	struct stat st;

	if (!stat(dir, &st)) {
		cleanup_free char *old = path_format("%s.attempt-%u", dir, o->attempt - 1);
		struct err ignored;

		dir_remove(old, &ignored);
		if (rename(dir, old))
			return err_set(e, errno, "cannot set %s aside: %m", dir);
	}
	int rc = dir_make(dir, 0755, e);

	return rc ? rc : json_save_path(doc, started, e);
}

/*
 * Where the guest never got far enough to be judged, the reference kernel is:
 * if that passes here, the kernel under test is to blame, else the rig.
 */
static int settle_charge(const struct stage *s, json_t *result, struct err *e)
{
	const json_t *reference = json_object_get(s->work.plan, "reference");
	const char *reason = json_str(result, "reason");
	bool passes = false;

	if (!json_is_true(json_object_get(result, "needs_trial")))
		return 0;
	json_object_del(result, "needs_trial");
	cleanup_free char *mine = path_format("%s (this is the reference kernel itself)", reason);
	cleanup_free char *rigs = path_format("%s (the reference kernel %s does not pass here "
					      "either)", reason, json_str(reference, "name"));

	if (!strcmp(json_str(reference, "hash"), s->kernel.hash)) {
		set_outcome(result, OUTCOME_INFRA_ERROR, "rig", mine);
		return 0;
	}
	int rc = stage_trial(s, reference, &passes, e);
	if (!rc && !passes)
		set_outcome(result, OUTCOME_INFRA_ERROR, "rig", rigs);
	return rc;
}

/* Everything the guest's processes wrote, then result.json as the last. */
static int publish(const struct workdir *w, const char *dir, const json_t *result, struct err *e)
{
	cleanup_free char *out = path_format("%s/out", w->run);
	cleanup_free char *final = path_format("%s/result.json", dir);
	cleanup_free char *theirs = path_format("%s/result.json", out);
	struct stat st;

	if (!stat(out, &st)) {
		unlink(theirs);
		int rc = dir_copy(out, dir, e);

		if (rc)
			return rc;
	}
	return json_save_path(result, final, e);
}

static int run_worker(struct stage *s, supervise_fn fn, json_t **ret_result, struct err *e)
{
	cleanup_free char *path = path_format("%s/out/result.json", s->dir.run);
	int status = 0, rc = stage_run(s, fn, &status, e);

	if (rc)
		return rc;
	if (status == WORK_STOPPED)
		return err_set(e, ECANCELED, "stopped by a signal");
	if (!status)
		return json_load_path(path, ret_result, e);
	return err_set(e, EIO, status > 128 ? "the worker died of signal %d"
					    : "the worker ended with code %d",
		       status > 128 ? status - 128 : status);
}

int execute_stage(struct stage *s, supervise_fn fn, json_t **ret_result, struct err *e)
{
	cleanup_json json_t *result = NULL;
	int rc = run_worker(s, fn, &result, e);

	if (!rc)
		rc = settle_charge(s, result, e);
	if (rc)
		return rc;
	where_decode(s->kernel.vmlinux, result);
	if (json_object_get(result, "release"))
		boot_times_learn(s->boot_key, json_int_or(result, "hello_ms", 0));
	heat_learn(s->heat_key, json_object_get(json_object_get(s->work.plan, "workloads"),
						json_str_or(s->work.cell, "workload", "")), result);
	*ret_result = take_ptr(result);
	return 0;
}

static int run_stage(struct stage *s, const json_t *cell, const char *dir, json_t **ret_result,
		     struct err *e)
{
	cleanup_json json_t *result = NULL;
	int rc = execute_stage(s, work_cell, &result, e);

	if (rc == -ECANCELED)
		return rc;
	if (rc)
		result = unfinished(cell, s->work.attempt, e->msg);
	rc = publish(&s->dir, dir, result, e);
	if (!rc)
		*ret_result = take_ptr(result);
	return rc;
}

int execute_cell(const struct execute_opts *o, enum outcome *ret, struct err *e)
{
	const json_t *cell = find_cell(o->plan, o->n);
	cleanup_free char *dir = path_format("%s/cells/%04u", o->dir, o->n);
	cleanup_free char *final = path_format("%s/result.json", dir);
	cleanup_json json_t *result = NULL;
	struct err at_end;

	if (!cell)
		return err_set(e, EINVAL, "the plan has no cell %u", o->n);
	int rc = begin_folder(o, cell, dir, e);
	if (rc)
		return rc;
	struct stage s = { .dir = { .lock_fd = -1 } };

	rc = stage_set(&s, o, cell, e);
	if (!rc) {
		rc = run_stage(&s, cell, dir, &result, e);
	} else {
		result = unfinished(cell, o->attempt, e->msg);
		rc = json_save_path(result, final, e);
	}
	if (stage_clear(&s, &at_end) && !rc) {
		*e = at_end;
		rc = -e->code;
	}
	if (!rc)
		*ret = outcome_from_name(json_str(result, "outcome"));
	return rc;
}
