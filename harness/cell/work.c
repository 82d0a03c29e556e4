/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include "cell/boot.h"
#include "cell/bring-up.h"
#include "cell/cell.h"
#include "cell/conform.h"
#include "cell/fidelity.h"
#include "cell/host-facts.h"
#include "cell/job.h"
#include "cell/judge.h"
#include "cell/reports.h"
#include "cell/work.h"
#include "lib/cleanup.h"
#include "lib/clock.h"
#include "lib/file.h"
#include "plan/policies.h"

#define END_MS 5000	/* for libvirt to tell that a guest has ended */
#define LAST_WORDS_MS 500	/* for a report that a guest is in the middle of */

static json_t *fidelity_of(const struct work *k, const json_t *policies)
{
	return json_pack("{s:s, s:s, s:i, s:o, s:o, s:O*, s:O*, s:o*}", "accelerator", accel_name(k->accel),
			 "clock", k->clock_name, "cpus", (int)guest_cpus(k->topology, k->clock),
			 "nodes", fidelity_nodes(k->topology, k->accel), "swaps",
			 fidelity_swaps(k->topology, k->accel, policies), "limits", k->limits, "heat",
			 k->heat, "sweeper", k->sweeps ? json_true() : NULL);
}

/* The result as far as it is known before the boot; the worst outcome until told better. */
static json_t *result_begin(const struct work *k, const json_t *policies)
{
	static const char *const from_cell[] = { "n", "pair", "kernel", "topology", "workload",
						 "arm", "seed" };
	char now[21];

	clock_utc(now);
	json_t *r = json_pack("{s:i, s:i, s:s, s:[], s:o, s:o, s:s, s:[], s:{}, s:{s:s, s:[]}, s:[]}",
			      "schema", 1, "attempt", (int)k->attempt, "started", now, "phases",
			      "host", host_facts(HOST_CPUINFO), "fidelity", fidelity_of(k, policies),
			      "initramfs", k->initrd_hash, "conformance", "metrics", "proof",
			      "status", "none", "checks", "warnings");

	for (size_t i = 0; i < ARRAY_SIZE(from_cell); i++)
		json_object_set(r, from_cell[i], json_object_get(k->cell, from_cell[i]));
	return r;
}

static void result_end(json_t *r, enum outcome outcome, const char *reason)
{
	static const char *const charged[OUTCOME_COUNT] = {
		[OUTCOME_OK] = "",
		[OUTCOME_CRASHED] = "kernel",
		[OUTCOME_HUNG] = "kernel",
		[OUTCOME_NONCONFORMING] = "kernel",
		[OUTCOME_WORKLOAD_FAILED] = "workload",
		[OUTCOME_INFRA_ERROR] = "rig",
	};

	json_object_set_new(r, "outcome", json_string(outcome_table[outcome].name));
	json_object_set_new(r, "reason", json_sentence(reason));
	json_object_set_new(r, "charged_to", json_string(charged[outcome]));
}

static void note_guest(struct cell *c)
{
	char qemu[32], libvirt[32];

	session_versions(c->guest->session, qemu, libvirt);
	json_object_set_new(c->result, "versions",
			    json_pack("{s:s, s:s, s:s}", "ramrig", RAMRIG_VERSION, "qemu", qemu,
				      "libvirt", libvirt));
	json_object_set_new(c->result, "hello_ms", json_integer(c->guest->hello_ms));
	if (c->guest->hello)
		json_object_set(c->result, "release",
				json_object_get(c->guest->hello, "release"));
}

static void tell_console(void *arg, const char *line)
{
	const struct work *k = arg;

	if (k->progress) {
		fprintf(k->progress, "console %s\n", line);
		fflush(k->progress);
	}
}

struct guest_opts boot_opts(const struct workdir *w, const struct account_share *shares,
				   const struct work *k, const char *out_dir)
{
	const char *seed = json_str(k->cell, "seed");

	return (struct guest_opts){
		.uri = json_str(k->plan, "connect"),
		.run_dir = w->run,
		.out_dir = out_dir,
		.emulator = k->emulator,
		.accel = k->accel,
		.clock = k->clock,
		.topology = k->topology,
		.features = k->features,
		.bzimage = shares[SHARE_KERNEL].visible,
		.image = shares[SHARE_IMAGE].visible,
		.initrd = k->initrd,
		.modules = k->modules,
		.seed = seed ? (uint32_t)strtoull(seed, NULL, 10) : 1,
		.hello_deadline_ms = k->hello_deadline_ms,
		.console_line = tell_console,
		.arg = (void *)k,
	};
}

static bool may_be_stale_int3(const struct cell *c, const struct guest_opts *o)
{
	return c->guest && session_met_int3(c->guest->session) && o->accel == ACCEL_TCG &&
	       guest_cpus(o->topology, o->clock) > 1;
}

/* Its console is whole only then. */
static void end_guest(struct cell *c, struct troubles **ret)
{
	guest_free(c->guest);
	c->guest = NULL;
	cell_reports_read(c, ret);
}

/* What the failed step says, as far as it can be told before the guest has ended. */
static void judge_step(struct cell *c, int rc, const struct err *e, bool hello,
		       struct verdict_on_failure *ret)
{
	struct session *s = c->guest ? c->guest->session : NULL;
	struct err ignored;

	/* The channel may end before libvirt has said why. */
	if (s && (rc == -ECONNRESET || rc == -ECANCELED))
		session_wait_end(s, clock_now_ms() + END_MS, &ignored);
	bool answered = c->guest && c->guest->link && link_answered(c->guest->link);

	judge_failure(rc, e, s ? session_why(s) : SESSION_RUNNING,
		      s ? session_panic_line(s) : NULL, answered, hello, c->blame, ret);
	if (ret->outcome == OUTCOME_WORKLOAD_FAILED)
		cell_daemons_stop(c, &ignored);
	/* What made the step fail may still be on its way to the console. */
	if (s && !ret->stopped)
		session_wait_end(s, clock_now_ms() + LAST_WORDS_MS, &ignored);
}

/* Boots and goes through the steps; whatever went wrong is then in the result. */
static enum outcome run_steps(struct cell *c, const struct guest_opts *o, bool *ret_stopped)
{
	cleanup_troubles struct troubles *reports = NULL;
	struct verdict_on_failure v = { .outcome = OUTCOME_OK };
	struct err e = { 0 };

	cell_phase(c, "boot");
	int rc = guest_boot(o, &c->guest, &e);
	bool hello = !rc;
	if (c->guest)
		note_guest(c);
	if (!rc)
		rc = cell_steps(c, o, &e);
	const char *phase = c->phase;
	cell_phase(c, NULL);
	if (rc)
		judge_step(c, rc, &e, hello, &v);
	bool stale = may_be_stale_int3(c, o);

	end_guest(c, &reports);
	judge_expected(c->workload, phase, reports, &v);
	bool ended_as_expected = rc && v.outcome == OUTCOME_OK;
	if (!ended_as_expected)
		judge_doubts(reports, &v);
	judge_reports(c->workload, reports, &v);
	judge_stale_int3(stale, (unsigned)json_int_or(c->result, "attempt", 1), &v);
	/* A cell that went all its way was in doubt in no phase of its own. */
	bool in_phase = rc && !ended_as_expected;
	cleanup_free char *reason = path_format("%s%s%s", in_phase ? phase : "", in_phase ? ": " : "",
						v.reason);

	if (v.outcome == OUTCOME_OK)
		cell_reports_expect(c);
	result_end(c->result, v.outcome, reason);
	if (v.report[0])
		json_object_set_new(c->result, "report", json_string(v.report));
	if (rc)
		json_object_set_new(c->result, "needs_trial",
				    json_boolean(v.before_hello && !c->conforms));
	*ret_stopped = v.stopped;
	return v.outcome;
}

/* What follows from it shows when the hardware is brought up. */
static void warn_missing(struct cell *c, const struct work *k)
{
	const json_t *name;
	size_t i;

	json_array_foreach(k->missing, i, name)
		cell_warn(c, "the kernel %s has no module %s, which topology %s wants",
			  json_str(k->cell, "kernel"), json_string_value(name), k->topology->name);
}

/* What the experiment wants traced, and what the cell's workload needs. */
static json_t *trace_of(const struct work *k)
{
	const json_t *workload = json_object_get(json_object_get(k->plan, "workloads"),
						 json_str(k->cell, "workload"));
	json_t *events = json_array();

	json_strings_merge(events, json_object_get(k->plan, "trace"));
	json_strings_merge(events, json_object_get(workload, "trace"));
	return events;
}

/* @ret_outcome may be NULL: it stands in the result, too. */
static int work_task(const struct workdir *w, const struct account_share *shares,
		     const struct work *k, const struct cell_step *task,
		     enum outcome *ret_outcome)
{
	cleanup_free char *out = path_format("%s/out", w->run);
	cleanup_free char *result = path_format("%s/result.json", out);
	cleanup_json json_t *policies = policies_of_arm(k->plan, json_str(k->cell, "arm"));
	cleanup_json json_t *doc = result_begin(k, policies);
	bool stopped = false;
	struct err e;
	struct cell c = {
		.task = task,
		.topology = k->topology,
		.workload = json_object_get(json_object_get(k->plan, "workloads"),
					    json_str(k->cell, "workload")),
		.policies = policies,
		.all_policies = policies_of_plan(k->plan),
		.limits = k->limits,
		.sweeps = k->sweeps,
		.out_dir = out,
		.clock = k->clock,
		.sample_hz = (int)json_int_or(k->plan, "sample_hz", 2),
		.trace = trace_of(k),
		.trace_buffer_bytes = json_int_or(k->plan, "trace_buffer", 0),
		.progress = k->progress,
		.daemons = json_array(),
		.result = doc,
		.blame = OUTCOME_INFRA_ERROR,
	};

	if (dir_make(out, 0755, &e))
		return EXIT_RIG;
	struct guest_opts o = boot_opts(w, shares, k, out);

	warn_missing(&c, k);
	enum outcome outcome = run_steps(&c, &o, &stopped);

	if (c.samples_log)
		fclose(c.samples_log);
	samples_free(c.samples);
	json_decref(c.all_policies);
	json_decref(c.trace);
	json_decref(c.daemons);
	json_decref(c.swap_areas);
	if (stopped)
		return WORK_STOPPED;
	if (ret_outcome)
		*ret_outcome = outcome;
	return json_save_path(doc, result, &e) ? EXIT_RIG : EXIT_WELL;
}

int work_cell(const struct workdir *w, const struct account_share *shares, void *arg)
{
	return work_task(w, shares, arg, task_workload, NULL);
}

int work_check(const struct workdir *w, const struct account_share *shares, void *arg)
{
	return work_task(w, shares, arg, task_nothing, NULL);
}

int work_measure(const struct workdir *w, const struct account_share *shares, void *arg)
{
	return work_task(w, shares, arg, task_measure, NULL);
}

int work_trial(const struct workdir *w, const struct account_share *shares, void *arg)
{
	enum outcome outcome = OUTCOME_INFRA_ERROR;
	int code = work_task(w, shares, arg, task_nothing, &outcome);

	return code == EXIT_WELL && outcome != OUTCOME_OK ? EXIT_RIG : code;
}
