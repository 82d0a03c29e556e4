/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <stdarg.h>
#include <string.h>
#include "cell/bring-up.h"
#include "cell/cell.h"
#include "cell/conform-row.h"
#include "cell/conform.h"
#include "cell/expect.h"
#include "cell/figures.h"
#include "cell/job.h"
#include "cell/limits.h"
#include "cell/policy-daemon.h"
#include "cell/policy.h"
#include "cell/sampling.h"
#include "cell/tracing.h"
#include "lib/cleanup.h"
#include "lib/clock.h"
#include "lib/file.h"
#include "result/metric.h"
#include "result/proof.h"
#include "result/taint.h"

void cell_phase(struct cell *c, const char *name)
{
	int64_t now = clock_now_ms();

	if (c->phase)
		json_array_append_new(json_object_get(c->result, "phases"),
				      json_pack("{s:s, s:I}", "name", c->phase, "wall_ms",
						(json_int_t)(now - c->phase_ms)));
	c->phase = name;
	c->phase_ms = now;
	if (name && c->progress) {
		fprintf(c->progress, "phase %s\n", name);
		fflush(c->progress);
	}
}

void cell_warn(struct cell *c, const char *fmt, ...)
{
	char text[512];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	json_array_append_new(json_object_get(c->result, "warnings"), json_sentence(text));
}

int cell_guest_now(struct cell *c, int64_t *ret_ns, struct err *e)
{
	cleanup_json json_t *answer = NULL;
	int rc = guest_call(c->guest, "ping", NULL, &answer, e);

	if (rc)
		return rc;
	if (!json_is_integer(json_object_get(answer, "monotonic_ns")))
		return err_set(e, EPROTO, "the agent did not say what time it is");
	*ret_ns = json_int_or(answer, "monotonic_ns", 0);
	return 0;
}

static bool is_policy_daemon(const struct cell *c, json_int_t job)
{
	const json_t *d;
	size_t i;

	json_array_foreach(c->daemons, i, d)
		if (json_int_or(d, "job", -1) == job && json_is_true(json_object_get(d, "policy")))
			return true;
	return false;
}

static void on_event(const json_t *event, void *arg)
{
	struct cell *c = arg;

	if (!strcmp(json_str(event, "event"), "daemon-exit")) {
		bool is_rigs = is_policy_daemon(c, json_int_or(event, "job", -1));

		c->blame = is_rigs ? OUTCOME_INFRA_ERROR : OUTCOME_WORKLOAD_FAILED;
		c->samples_rc = err_set(&c->samples_err, ECHILD,
					"%s ended by itself; it last printed: %.200s",
					json_str(event, "name"), json_str(event, "output"));
		return;
	}
	sampling_take(c, event);
}

/*
 * What went wrong while events came in, unless the step already failed. But a
 * load that fails because its server died has the server's death as its reason.
 */
static int after_events(struct cell *c, int rc, struct err *e)
{
	if (!c->samples_rc || (rc && c->blame != OUTCOME_WORKLOAD_FAILED))
		return rc;
	*e = c->samples_err;
	return c->samples_rc;
}

/*
 * Where the guest answers, its kernel is what cannot do it, unless the image
 * lacks the program to ask it with.
 */
static int charge_kernel(struct cell *c, int rc)
{
	if (rc && rc != -ENOPKG && link_answered(c->guest->link))
		c->blame = OUTCOME_NONCONFORMING;
	return rc;
}

static int mount_root(struct cell *c, const struct guest_opts *o, struct err *e)
{
	return charge_kernel(c, guest_mount_root(c->guest, o, e));
}

static int hardware_seen(struct cell *c, int *ret_differences, struct err *e)
{
	return conform_check(c->guest, c->topology, c->clock,
			     json_object_get(c->result, "conformance"), ret_differences, e);
}

/* The table of what is there and what is not is wanted most where something did not come up. */
static int hardware_up(struct cell *c, const struct guest_opts *o, struct err *e)
{
	int differ, rc = charge_kernel(c, bring_up(c->guest, c->topology, e));
	struct err why;

	(void)o;
	if (!rc || !link_answered(c->guest->link))
		return rc;
	int silent = hardware_seen(c, &differ, &why);
	if (!silent || link_answered(c->guest->link))
		return rc;
	*e = why;
	return silent;
}

static int conform(struct cell *c, const struct guest_opts *o, struct err *e)
{
	int differ = 0, rc = hardware_seen(c, &differ, e);

	(void)o;
	if (!rc && differ)
		rc = conform_rows_judge(json_object_get(c->result, "conformance"), e);
	c->conforms = !rc;
	return charge_kernel(c, rc);
}

static int policies_on(struct cell *c, const struct guest_opts *o, struct err *e)
{
	int rc = charge_kernel(c, cell_policies_apply(c, e));

	(void)o;
	if (!rc)
		rc = tracing_set(c, e);
	return rc ? rc : sampling_start(c, e);
}

static int workload_on(struct cell *c, const struct guest_opts *o, struct err *e)
{
	int rc = charge_kernel(c, limits_set(c, e));

	(void)o;
	if (!rc)
		rc = charge_kernel(c, cell_policies_group(c, e));
	if (!rc)
		rc = cell_policy_daemons_start(c, e);
	return rc ? rc : cell_daemons_start(c, e);
}

static int warm_up(struct cell *c, const struct guest_opts *o, struct err *e)
{
	(void)o;
	return cell_step_run(c, "warmup", NULL, e);
}

static int settle(struct cell *c, const struct guest_opts *o, struct err *e)
{
	(void)o;
	if (!c->sample_hz)
		return 0;	/* nothing would tell that they have settled */
	return cell_policies_settle(c, e);
}

/* What samples, and @facts beside them, tell of the window, whose end stands now. */
static int window_tell(struct cell *c, struct window w, const json_t *facts, struct err *e)
{
	json_t *metrics = json_object_get(c->result, "metrics"), *proof;
	int rc = metric_derive(c->samples, c->workload, w, metrics, e);

	json_object_set_new(c->result, "window",
			    json_pack("{s:I, s:I}", "from_ns", (json_int_t)w.from_ns, "to_ns",
				      (json_int_t)w.to_ns));
	if (!rc)
		rc = proof_check(c->policies, c->workload, c->samples, w, facts, &proof, e);
	if (!rc)
		json_object_set_new(c->result, "proof", proof);
	return rc;
}

/* Of a guest that was to die there are no figures, but its samples up to the last. */
static void window_of_the_dead(struct cell *c, struct window w)
{
	struct err e;

	w.to_ns = c->samples ? samples_last_ns(c->samples) : 0;
	if (expects_death(c->workload) && w.from_ns && w.to_ns > w.from_ns && window_tell(c, w, NULL, &e))
		cell_warn(c, "what the samples tell is not known: %s", e.msg);
}

/* Runs the measuring program; *ret_w is known up to where it got. */
static int window_run(struct cell *c, struct window *ret_w, json_t *outputs, struct err *e)
{
	int rc = cell_guest_now(c, &ret_w->from_ns, e);

	if (!rc)
		rc = tracing_start(c, e);
	if (!rc)
		rc = cell_step_run(c, "measure", outputs, e);
	if (!rc)
		rc = tracing_stop(c, e);
	if (!rc)
		rc = cell_guest_now(c, &ret_w->to_ns, e);
	/* One more sample, so that the window's end lies between two. */
	if (!rc && c->sample_hz)
		rc = link_wait(c->guest->link, clock_now_ms() + 1000 / c->sample_hz, e);
	return after_events(c, rc, e);
}

static int measure(struct cell *c, const struct guest_opts *o, struct err *e)
{
	json_t *metrics = json_object_get(c->result, "metrics");
	cleanup_json json_t *outputs = json_object(), *facts = NULL;
	struct window w = { 0 };
	int rc = charge_kernel(c, cell_policies_measure(c, e));

	(void)o;
	if (rc)
		return rc;
	rc = window_run(c, &w, outputs, e);
	if (rc && !link_answered(c->guest->link))
		window_of_the_dead(c, w);
	if (rc)
		return rc;
	if (expects_death(c->workload)) {
		c->blame = OUTCOME_WORKLOAD_FAILED;
		return err_set(e, ECHILD, "the kernel was to end for want of memory, and did not");
	}
	if (cell_figures_read(c->workload, outputs, metrics, e)) {
		c->blame = OUTCOME_WORKLOAD_FAILED;
		return -e->code;
	}
	cleanup_json json_t *doubts = cell_figures_doubt(c->workload, metrics);

	json_array_extend(json_object_get(c->result, "warnings"), doubts);
	rc = cell_policies_facts(c, &facts, e);
	if (!rc)
		rc = window_tell(c, w, facts, e);
	return rc ? rc : limits_note_peaks(c, e);
}

static int verify(struct cell *c, const struct guest_opts *o, struct err *e)
{
	(void)o;
	return cell_step_run(c, "verify", NULL, e);
}

static int workload_off(struct cell *c, const struct guest_opts *o, struct err *e)
{
	(void)o;
	int rc = sampling_stop(c, e);

	if (!rc)
		rc = cell_daemons_stop(c, e);
	return rc ? rc : tracing_save(c, e);
}

/* A kernel without the file, or a number that is none: absent. */
static int note_taint(struct cell *c, struct err *e)
{
	cleanup_free char *text = NULL;
	int rc = guest_read(c->guest, "/proc/sys/kernel/tainted", &text, e);
	json_t *taint = rc ? NULL : taint_json(text);

	if (taint)
		json_object_set_new(c->result, "taint", taint);
	return rc && !link_answered(c->guest->link) ? rc : 0;
}

static int power_off(struct cell *c, const struct guest_opts *o, struct err *e)
{
	int rc = note_taint(c, e);

	(void)o;
	if (rc)
		return rc;
	rc = guest_power_off(c->guest, e);
	/* It said that it would, and did not. */
	if (rc == -ETIMEDOUT && link_answered(c->guest->link))
		c->blame = OUTCOME_HUNG;
	return rc;
}

/* The way of a cell, from hello on; docs/cells.md and the progress display follow it. */
static const struct cell_step arrival[] = {
	{ "root disk", mount_root },
	{ "hardware", hardware_up },
	{ "conformance", conform },
	{ NULL, NULL }
};

const struct cell_step task_workload[] = {
	{ "policies", policies_on },
	{ "workload on", workload_on },
	{ "warm-up", warm_up },
	{ "settle", settle },
	{ "measure", measure },
	{ "verify", verify },
	{ "workload off", workload_off },
	{ NULL, NULL }
};

const struct cell_step task_nothing[] = { { NULL, NULL } };

static const struct cell_step departure[] = {
	{ "power off", power_off },
	{ NULL, NULL }
};

static int take_steps(struct cell *c, const struct cell_step *s, const struct guest_opts *o,
		      struct err *e)
{
	int rc = 0;

	for (; !rc && s->phase; s++) {
		cell_phase(c, s->phase);
		rc = after_events(c, s->run(c, o, e), e);
	}
	return rc;
}

int cell_steps(struct cell *c, const struct guest_opts *o, struct err *e)
{
	link_set_event_handler(c->guest->link, on_event, c);
	int rc = take_steps(c, arrival, o, e);

	if (!rc)
		rc = take_steps(c, c->task, o, e);
	return rc ? rc : take_steps(c, departure, o, e);
}
