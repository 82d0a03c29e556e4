/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cell/batch.h"
#include "cell/solo.h"
#include "cell/stage.h"
#include "lib/cleanup.h"

#define PROGRAMS "programs"

json_t *solo_plan(const struct solo_opts *o, json_t *topology)
{
	const char *name = json_str(topology, "topology");
	json_t *kernel = json_pack("{s:s}", "name", o->kernel);
	json_t *workloads = json_object();

	if (o->modules)
		json_object_set_new(kernel, "modules", json_string(o->modules));
	/* A folder stands in a plan as a path below the result's: here below the root. */
	if (o->programs)
		json_object_set_new(workloads, PROGRAMS, json_pack("{s:s}", "folder", o->programs));
	return json_pack("{s:s, s:s, s:{s:s}, s:{s:o}, s:{s:O}, s:o, s:[{s:i, s:s, s:s, s:s}]}",
			 "clock", o->clock, "connect", o->connect, "image", "name", o->image,
			 "kernels", o->kernel, kernel, "topologies", name, topology, "workloads",
			 workloads, "cells", "n", 1, "kernel", o->kernel, "topology", name,
			 "workload", PROGRAMS);
}

static int run(const json_t *plan, unsigned attempt, supervise_fn fn, int *ret_status,
	       json_t **ret_result, struct err *e)
{
	struct execute_opts o = { .dir = "", .plan = plan, .n = 1, .attempt = attempt };
	struct stage s = { .dir = { .lock_fd = -1 } };
	struct err at_end;
	int rc = stage_set(&s, &o, json_array_get(json_object_get(plan, "cells"), 0), e);

	if (!rc && ret_result)
		rc = execute_stage(&s, fn, ret_result, e);
	else if (!rc)
		rc = stage_run(&s, fn, ret_status, e);
	if (stage_clear(&s, &at_end) && !rc) {
		*e = at_end;
		rc = -e->code;
	}
	return rc;
}

int solo_run(const json_t *plan, supervise_fn fn, int *ret_status, struct err *e)
{
	return run(plan, 1, fn, ret_status, NULL, e);
}

int solo_result(const json_t *plan, supervise_fn fn, json_t **ret_result, struct err *e)
{
	json_t *result = NULL;
	int rc = 0;

	for (unsigned attempt = 1; !rc && attempt <= BATCH_ATTEMPTS_MAX; attempt++) {
		json_decref(result);
		result = NULL;
		rc = run(plan, attempt, fn, NULL, &result, e);
		if (!rc && outcome_from_name(json_str(result, "outcome")) != OUTCOME_INFRA_ERROR)
			break;
	}
	if (rc)
		json_decref(result);
	else
		*ret_result = result;
	return rc;
}

json_t *solo_report(const json_t *result, int64_t took_ms)
{
	static const char *const keys[] = { "topology", "kernel",   "release", "outcome",  "charged_to",
					    "reason",	"warnings", "reports", "conformance" };
	json_t *report = json_object();

	for (size_t i = 0; i < ARRAY_SIZE(keys); i++)
		json_object_set(report, keys[i], json_object_get(result, keys[i]));
	json_object_set_new(report, "seconds", json_real((double)took_ms / 1000));
	return report;
}

enum outcome solo_outcome(const json_t *report)
{
	return outcome_from_name(json_str(report, "outcome"));
}
