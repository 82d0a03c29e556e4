/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <ctype.h>
#include <errno.h>
#include <signal.h>
#include <string.h>
#include "cell/guest-admin.h"
#include "cell/job.h"
#include "cell/policy.h"
#include "lib/cleanup.h"
#include "lib/clock.h"
#include "lib/file.h"

#define STEP_PROGRAMS_MAX 16	/* that run at once */
#define OVERLAP_MIN 0.8	/* of the time that some of them ran */
#define STOP_GRACE_MS 2000
#define KILLED_MS 10000	/* the agent's patience with what was killed */

/* RAMRIG_FILE_SIZE for file_size; values are text, as an environment has them. */
static json_t *environment(const json_t *workload)
{
	const json_t *value;
	json_t *env = json_object();
	const char *name;

	json_object_foreach((json_t *)json_object_get(workload, "parameters"), name, value) {
		cleanup_free char *key = path_format("RAMRIG_%s", name);
		const json_t *v = json_object_get(value, "value");

		for (char *p = key; *p; p++)
			*p = (char)toupper((unsigned char)*p);
		cleanup_free char *text = json_is_string(v)
			? path_format("%s", json_string_value(v))
			: path_format("%" JSON_INTEGER_FORMAT, json_integer_value(v));
		json_object_set_new(env, key, json_string(text));
	}
	return env;
}

static json_t *job_params(const struct cell *c, const char *name, const json_t *spec)
{
	/* Both are inherited over fork and exec: a build's compilers have them from make. */
	bool takes_policies = json_is_true(json_object_get(spec, "policy")) ||
			      json_array_has(json_object_get(c->workload, "limited"),
					     json_str(spec, "group"));
	bool merge = takes_policies && policy_process_attribute(c->policies, "merge_any");
	const char *mempolicy =
		takes_policies ? policy_process_word(c->policies, "mempolicy") : NULL;

	return json_pack("{s:s, s:O, s:o, s:O, s:b, s:b, s:s*}", "name", name, "argv",
			 json_object_get(spec, "run"), "env", environment(c->workload), "cgroup",
			 json_object_get(spec, "group"), "root", true, "merge_any", merge,
			 "mempolicy", mempolicy);
}

static void keep_output(struct cell *c, const char *name, const json_t *answer)
{
	const char *output = json_str(answer, "output");
	cleanup_free char *dir = path_format("%s/output", c->out_dir);
	cleanup_free char *path = path_format("%s/%s.txt", dir, name);
	struct err e;

	if (!output || !*output)
		return;
	if (dir_make(dir, 0755, &e) || file_write_atomic(path, output, strlen(output), &e))
		cell_warn(c, "the output of %s is lost: %s", name, e.msg);
}

int cell_daemons_start(struct cell *c, struct err *e)
{
	const json_t *d;
	size_t i;

	json_array_foreach(json_object_get(c->workload, "daemons"), i, d) {
		int64_t timeout = json_int_or(d, "timeout", 60000);
		json_t *params = job_params(c, json_str(d, "name"), d);
		cleanup_json json_t *answer = NULL;

		json_object_set_new(params, "ready", json_string(json_str(d, "ready")));
		json_object_set_new(params, "timeout_ms", json_integer(timeout));
		int rc = link_call(c->guest->link, "daemon-start", params,
				   clock_now_ms() + guest_wall_ms(c->guest, timeout), &answer, e);
		/* EOPNOTSUPP: the kernel cannot do what a policy asks for its processes. */
		if (rc && link_answered(c->guest->link))
			c->blame = rc == -EOPNOTSUPP ? OUTCOME_NONCONFORMING
						     : OUTCOME_WORKLOAD_FAILED;
		if (rc)
			return rc;
		json_array_append_new(c->daemons,
				      json_pack("{s:I, s:s}", "job",
						json_int_or(answer, "job", 0), "name",
						json_str(d, "name")));
	}
	return 0;
}

int cell_daemons_stop(struct cell *c, struct err *e)
{
	for (size_t i = json_array_size(c->daemons); i-- > 0;) {
		const json_t *d = json_array_get(c->daemons, i);
		cleanup_json json_t *answer = NULL;
		int rc = link_call(c->guest->link, "daemon-stop",
				   json_pack("{s:I, s:i}", "job", json_int_or(d, "job", 0),
					     "grace_ms", STOP_GRACE_MS),
				   clock_now_ms() + c->guest->verb_ms +
					   guest_wall_ms(c->guest, STOP_GRACE_MS),
				   &answer, e);

		/* It outlived SIGKILL: the kernel holds it. */
		if (rc == -ETIMEDOUT && link_answered(c->guest->link))
			c->blame = OUTCOME_HUNG;
		if (rc)
			return rc;
		keep_output(c, json_str(d, "name"), answer);
	}
	return json_array_clear(c->daemons);
}

/* What does not end in time is the workload's fault, unless the kernel does not let it die. */
static int job_overdue(struct cell *c, const char *which, json_int_t job, int64_t timeout_ms,
		       struct err *e)
{
	int rc = link_call(c->guest->link, "job-kill",
			   json_pack("{s:I, s:i, s:i}", "job", job, "signal", SIGKILL, "grace_ms", 0),
			   clock_now_ms() + guest_wall_ms(c->guest, KILLED_MS), NULL, e);
	bool held = rc == -ETIMEDOUT;

	if (rc && !link_answered(c->guest->link))
		return rc;
	if (held)
		c->blame = OUTCOME_HUNG;
	return err_set(e, ETIMEDOUT, "%s did not end within %lld s%s", which,
		       (long long)timeout_ms / 1000, held ? ", nor when it was killed" : "");
}

/* A program of the step @which: its name, which begins that of its output. */
static char *program_name(const char *which, const json_t *program)
{
	const char *name = json_str(program, "name");

	return name ? path_format("%s-%s", which, name) : path_format("%s", which);
}

static int program_start(struct cell *c, const char *which, const json_t *program,
			 json_int_t *ret_job, struct err *e)
{
	cleanup_free char *name = program_name(which, program);
	cleanup_json json_t *started = NULL;
	int rc = guest_call(c->guest, "job-start", job_params(c, name, program), &started, e);

	if (rc && link_answered(c->guest->link))
		c->blame = OUTCOME_WORKLOAD_FAILED;
	if (!rc)
		*ret_job = json_int_or(started, "job", 0);
	return rc;
}

static int program_wait(struct cell *c, const char *which, const json_t *program, json_int_t job,
			json_t *outputs, json_t *spans, struct err *e)
{
	int64_t timeout = json_int_or(program, "timeout", 60000);
	cleanup_free char *name = program_name(which, program);
	cleanup_json json_t *answer = NULL;
	int rc = link_call(c->guest->link, "job-wait",
			   json_pack("{s:I, s:I}", "job", job, "timeout_ms", timeout),
			   clock_now_ms() + guest_wall_ms(c->guest, timeout), &answer, e);

	if (rc && link_answered(c->guest->link))
		c->blame = OUTCOME_WORKLOAD_FAILED;
	if (rc == -ETIMEDOUT && link_answered(c->guest->link))
		return job_overdue(c, name, job, timeout, e);
	if (rc)
		return rc;
	keep_output(c, name, answer);
	rc = guest_job_result(name, answer, e);
	if (rc == -EIO)
		c->blame = OUTCOME_WORKLOAD_FAILED;
	const char *output = json_str(answer, "output"), *key = json_str(program, "name");
	if (!rc && outputs)
		json_object_set_new(outputs, key ? key : "", json_string(output ? output : ""));
	if (!rc && spans)
		json_object_set_new(spans, name,
				    json_pack("{s:I, s:I}", "from_ns",
					      json_int_or(answer, "started_ns", 0), "to_ns",
					      json_int_or(answer, "ended_ns", 0)));
	return rc;
}

/* Programs that run one after another, in part at least, are no load on each other. */
static void spans_judge(struct cell *c, const char *which, const json_t *spans)
{
	json_int_t first = INT64_MAX, last = INT64_MIN, from = INT64_MIN, to = INT64_MAX;
	const char *name;
	json_t *span;

	json_object_foreach((json_t *)spans, name, span) {
		json_int_t a = json_int_or(span, "from_ns", 0), b = json_int_or(span, "to_ns", 0);

		first = a < first ? a : first;
		last = b > last ? b : last;
		from = a > from ? a : from;
		to = b < to ? b : to;
	}
	double share = last > first && to > from ? (double)(to - from) / (double)(last - first) : 0;
	if (share < OVERLAP_MIN)
		cell_warn(c, "the programs of %s ran all at once for %.0f %% of the time only", which,
			  100 * share);
}

int cell_step_run(struct cell *c, const char *which, json_t *outputs, struct err *e)
{
	const json_t *programs = json_object_get(c->workload, which), *program;
	cleanup_json json_t *spans = json_object();
	json_int_t jobs[STEP_PROGRAMS_MAX];
	size_t n = json_array_size(programs), i;
	int rc = 0;

	if (n > STEP_PROGRAMS_MAX)
		return err_set(e, E2BIG, "%s has %zu programs, over the %d allowed", which, n,
			       STEP_PROGRAMS_MAX);
	json_array_foreach(programs, i, program) {
		rc = program_start(c, which, program, &jobs[i], e);
		if (rc)
			return rc;
	}
	json_array_foreach(programs, i, program) {
		rc = program_wait(c, which, program, jobs[i], outputs, n > 1 ? spans : NULL, e);
		if (rc)
			return rc;
	}
	if (outputs && n > 1) {
		json_object_set(c->result, "programs", spans);
		spans_judge(c, which, spans);
	}
	return 0;
}
