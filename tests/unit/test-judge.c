/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
#include "cell/judge.h"
#include "lib/cleanup.h"
#include "lib/file.h"

#define SAID "what the step said"
#define PANIC "Kernel panic - not syncing: Attempted to kill init!"

/* One failure: what happened, and what it must be called. */
struct failure {
	const char *what;
	int rc;
	enum session_end why;
	bool panic, answered, hello;
	enum outcome blame, outcome;
	bool trial;
	const char *words;	/* in the reason */
};

#define RIG OUTCOME_INFRA_ERROR
#define NOT_OK OUTCOME_NONCONFORMING
#define SERVICE OUTCOME_WORKLOAD_FAILED

static const struct failure before_hello[] = {
	{ "QEMU could not be started", -EIO, SESSION_RUNNING, false, false, false, RIG, RIG, false, SAID },
	{ "QEMU died", -ECONNRESET, SESSION_DIED, false, false, false, RIG, RIG, false, "QEMU died" },
	{ "the kernel panicked", -ECONNRESET, SESSION_PANICKED, true, false, false, RIG,
	  OUTCOME_CRASHED, true, PANIC },
	{ "it panicked and is not gone yet", -ECANCELED, SESSION_PANICKED, true, false, false, RIG,
	  OUTCOME_CRASHED, true, PANIC },
	{ "it reset itself", -ECONNRESET, SESSION_POWERED_OFF, false, false, false, RIG,
	  OUTCOME_CRASHED, true, "reset" },
	{ "it flooded its console", -ECANCELED, SESSION_FLOODED, false, false, false, RIG,
	  OUTCOME_CRASHED, true, "flooded" },
	{ "it said nothing", -ETIMEDOUT, SESSION_RUNNING, false, false, false, RIG, OUTCOME_HUNG, true,
	  "silent" },
	{ "it said nonsense", -EPROTO, SESSION_RUNNING, false, false, false, RIG, OUTCOME_CRASHED, true,
	  "protocol" },
};

static const struct failure after_hello[] = {
	{ "the host has no memory left", -ENOMEM, SESSION_RUNNING, false, false, true, RIG, RIG, false,
	  SAID },
	{ "a file of the result cannot be written", -ENOSPC, SESSION_RUNNING, false, true, true, RIG,
	  RIG, false, SAID },
	{ "the agent could not sample", -EINVAL, SESSION_RUNNING, false, true, true, RIG, RIG, false,
	  SAID },
	{ "QEMU died", -ECONNRESET, SESSION_DIED, false, false, true, RIG, RIG, false, "QEMU died" },
	{ "QEMU died after an answer", -ECONNRESET, SESSION_DIED, false, true, true, SERVICE, RIG, false,
	  "QEMU died" },
	{ "the kernel panicked", -ECONNRESET, SESSION_PANICKED, true, false, true, RIG,
	  OUTCOME_CRASHED, false, PANIC },
	{ "a daemon died, for the kernel panicked", -ECHILD, SESSION_PANICKED, true, true, true, SERVICE,
	  OUTCOME_CRASHED, false, PANIC },
	{ "it reset itself", -ECANCELED, SESSION_POWERED_OFF, false, false, true, RIG, OUTCOME_CRASHED,
	  false, "reset" },
	{ "it fell silent in a request", -ETIMEDOUT, SESSION_RUNNING, false, false, true, RIG,
	  OUTCOME_HUNG, false, "silent" },
	{ "the agent died in a request", -ECONNRESET, SESSION_RUNNING, false, false, true, RIG,
	  OUTCOME_CRASHED, false, "died" },
	{ "the agent died between requests", -ECONNRESET, SESSION_RUNNING, false, true, true, RIG,
	  OUTCOME_CRASHED, false, "died" },
	{ "a daemon's end was the last news of a dying agent", -ECONNRESET, SESSION_RUNNING, false, true,
	  true, SERVICE, OUTCOME_CRASHED, false, "died" },
	{ "it broke the protocol between requests", -EPROTO, SESSION_RUNNING, false, true, true, RIG,
	  OUTCOME_CRASHED, false, "protocol" },
	{ "its hardware differs", -ENODEV, SESSION_RUNNING, false, true, true, NOT_OK, NOT_OK, true,
	  SAID },
	{ "its root disk cannot be mounted", -ETIMEDOUT, SESSION_RUNNING, false, true, true, NOT_OK,
	  NOT_OK, true, SAID },
	{ "it fell silent while mounting", -ETIMEDOUT, SESSION_RUNNING, false, false, true, RIG,
	  OUTCOME_HUNG, false, "silent" },
	{ "a job took too long", -ETIMEDOUT, SESSION_RUNNING, false, true, true, SERVICE, SERVICE, false,
	  SAID },
	{ "a job failed", -EIO, SESSION_RUNNING, false, true, true, SERVICE, SERVICE, false, SAID },
	{ "a daemon died", -ECHILD, SESSION_RUNNING, false, true, true, SERVICE, SERVICE, false, SAID },
	{ "it did not power off", -ETIMEDOUT, SESSION_RUNNING, false, true, true, OUTCOME_HUNG,
	  OUTCOME_HUNG, false, SAID },
};

static void judge(const struct failure *f, struct verdict_on_failure *ret)
{
	struct err e;

	err_set(&e, -f->rc, "%s", SAID);
	judge_failure(f->rc, &e, f->why, f->panic ? PANIC : NULL, f->answered, f->hello, f->blame,
		      ret);
}

static void assert_all(const struct failure *f, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct verdict_on_failure v;

		print_message("  %s\n", f[i].what);
		judge(&f[i], &v);
		assert_string_equal(outcome_table[v.outcome].name, outcome_table[f[i].outcome].name);
		assert_int_equal(v.before_hello, f[i].trial);
		assert_false(v.stopped);
		if (!strstr(v.reason, f[i].words))
			fail_msg("the reason '%s' lacks '%s'", v.reason, f[i].words);
	}
}

static void a_guest_without_a_hello_is_judged_by_how_it_ended(void **state)
{
	(void)state;
	assert_all(before_hello, ARRAY_SIZE(before_hello));
}

static void a_guest_that_said_hello_is_judged_by_what_it_then_did(void **state)
{
	(void)state;
	assert_all(after_hello, ARRAY_SIZE(after_hello));
}

static void a_signal_stops_whatever_the_step_said(void **state)
{
	static const int codes[] = { ECANCELED, ECONNRESET, ETIMEDOUT, EIO, EPROTO };
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(codes); i++) {
		for (int answered = 0; answered < 2; answered++) {
			struct failure f = { .rc = -codes[i], .why = SESSION_SIGNAL, .hello = true,
					     .answered = answered, .blame = RIG };
			struct verdict_on_failure v;

			judge(&f, &v);
			assert_true(v.stopped);
		}
	}
}

/* Whatever the combination: QEMU's death without a panic is the rig's, a panic never is. */
static void no_combination_mixes_up_rig_and_kernel(void **state)
{
	static const int codes[] = { ECANCELED, ECONNRESET, EPROTO };
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(codes); i++) {
		for (int bits = 0; bits < 4; bits++) {
			struct failure f = { .rc = -codes[i], .answered = bits & 1,
					     .hello = bits & 2, .blame = RIG };
			struct verdict_on_failure v;

			f.why = SESSION_DIED;
			judge(&f, &v);
			assert_int_equal(v.outcome, RIG);
			assert_false(v.before_hello);
			f.why = SESSION_PANICKED;
			f.panic = true;
			judge(&f, &v);
			assert_int_equal(v.outcome, OUTCOME_CRASHED);
			assert_int_equal(v.before_hello, !f.hello);
		}
	}
}

static void a_stale_breakpoint_is_the_rigs_but_not_for_ever(void **state)
{
	static const struct { const char *what; bool stale; unsigned attempt; enum outcome was, is; } cases[] = {
		{ "a first try", true, 1, OUTCOME_CRASHED, OUTCOME_INFRA_ERROR },
		{ "a second try", true, 2, OUTCOME_CRASHED, OUTCOME_INFRA_ERROR },
		{ "the last try", true, 3, OUTCOME_CRASHED, OUTCOME_CRASHED },
		{ "one CPU, or KVM, or another oops", false, 1, OUTCOME_CRASHED, OUTCOME_CRASHED },
		{ "a guest that did not crash", true, 1, OUTCOME_HUNG, OUTCOME_HUNG },
	};
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct verdict_on_failure v = { .outcome = cases[i].was, .reason = PANIC,
						.before_hello = true };

		print_message("  %s\n", cases[i].what);
		judge_stale_int3(cases[i].stale, cases[i].attempt, &v);
		assert_int_equal(v.outcome, cases[i].is);
		assert_int_equal(v.before_hello, cases[i].is != OUTCOME_INFRA_ERROR);
		assert_non_null(strstr(v.reason, PANIC));
	}
}

static void a_very_long_reason_is_cut(void **state)
{
	struct verdict_on_failure v;
	char panic[900];
	struct err e = { .code = EIO };
	(void)state;

	memset(panic, 'x', sizeof(panic) - 1);
	panic[sizeof(panic) - 1] = '\0';
	judge_failure(-ECONNRESET, &e, SESSION_PANICKED, panic, false, true, RIG, &v);
	assert_int_equal(strlen(v.reason), sizeof(v.reason) - 1);
}

static struct troubles *console(const char *name)
{
	cleanup_free char *path = path_format("tests/unit/data/console/%s.log", name);
	struct troubles *t = NULL;
	struct err e;

	if (troubles_load(path, &t, &e))
		fail_msg("%s", e.msg);
	return t;
}

static void console_feed(struct troubles *t, const char *name)
{
	cleanup_free char *path = path_format("tests/unit/data/console/%s.log", name);
	cleanup_free char *text = NULL;
	struct err e;
	size_t len;

	if (file_read(AT_FDCWD, path, 1 << 20, &text, &len, &e))
		fail_msg("%s", e.msg);
	troubles_feed(t, text, len);
}

#define KILLS "{\"report\": \"oom-kill\"}"
#define PANICS(value) "{\"parameters\": {\"variant\": {\"value\": \"" value "\"}}, \"expects\": [" \
	KILLS ", {\"report\": \"oom-panic\", \"when\": {\"parameter\": \"variant\", " \
	"\"is\": \"panic\"}}]}"

static void a_guest_that_was_to_panic_is_well_when_it_did_so_while_measuring(void **state)
{
	static const struct {
		const char *what, *workload, *phase, *console;
		enum outcome was, is;
	} cases[] = {
		{ "as expected", PANICS("panic"), "measure", "oom-panic", OUTCOME_CRASHED, OUTCOME_OK },
		{ "nothing is expected", "{}", "measure", "oom-panic", OUTCOME_CRASHED, OUTCOME_CRASHED },
		{ "only kills are", "{\"expects\": [" KILLS "]}", "measure", "oom-panic", OUTCOME_CRASHED,
		  OUTCOME_CRASHED },
		{ "its parameter has another value", PANICS("plain"), "measure", "oom-panic",
		  OUTCOME_CRASHED, OUTCOME_CRASHED },
		{ "too early", PANICS("panic"), "warm-up", "oom-panic", OUTCOME_CRASHED, OUTCOME_CRASHED },
		{ "of something else", PANICS("panic"), "measure", "panic", OUTCOME_CRASHED, OUTCOME_CRASHED },
		{ "of a fault", PANICS("panic"), "measure", "oops-null", OUTCOME_CRASHED, OUTCOME_CRASHED },
		{ "it did not die", PANICS("panic"), "measure", "oom-kill", OUTCOME_CRASHED, OUTCOME_CRASHED },
		{ "the rig failed", PANICS("panic"), "measure", "oom-panic", OUTCOME_INFRA_ERROR,
		  OUTCOME_INFRA_ERROR },
	};
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct verdict_on_failure v = { .outcome = cases[i].was, .reason = PANIC };
		cleanup_troubles struct troubles *t = console(cases[i].console);
		cleanup_json json_t *workload = json_loads(cases[i].workload, 0, NULL);

		print_message("  %s\n", cases[i].what);
		assert_non_null(workload);
		judge_expected(workload, cases[i].phase, t, &v);
		assert_int_equal(v.outcome, cases[i].is);
		assert_string_equal(v.reason, cases[i].is == OUTCOME_OK ? "" : PANIC);
	}
}

/* A kernel that was corrupt before it ran out of memory is not well. */
static void a_fault_before_an_expected_panic_is_a_crash(void **state)
{
	struct verdict_on_failure v = { .outcome = OUTCOME_CRASHED, .reason = PANIC };
	cleanup_json json_t *workload = json_loads(PANICS("panic"), 0, NULL);
	cleanup_troubles struct troubles *t = NULL;
	static const char faults[] = "[    1.000000] BUG: KFENCE: use-after-free read in foo+0x1/0x2\n";
	struct err e;
	(void)state;

	assert_int_equal(troubles_new(&t, &e), 0);
	troubles_feed(t, faults, sizeof(faults) - 1);
	console_feed(t, "oom-panic");
	troubles_end(t);
	assert_int_equal(troubles_death(t)->kind, TROUBLE_OOM_PANIC);
	judge_expected(workload, "measure", t, &v);
	assert_int_equal(v.outcome, OUTCOME_CRASHED);
	judge_expected(workload, "measure", NULL, &v);
	assert_int_equal(v.outcome, OUTCOME_CRASHED);
}

static void the_reason_names_what_the_console_told(void **state)
{
	static const struct {
		enum outcome outcome;
		const char *console, *reason;	/* with HASHHASH for it */
	} cases[] = {
		{ OUTCOME_CRASHED, "kasan",
		  "the kernel crashed: BUG: KASAN: slab-use-after-free in fault_use_after_free+0x40/0x50 "
		  "(report HASHHASH, console line 2)" },
		{ OUTCOME_CRASHED, "panic",
		  "the kernel crashed: Kernel panic - not syncing: memory_tier_init() failed to allocate "
		  "default DRAM tier in memory_tier_init+0x8a/0xd0 (report HASHHASH, console line 1)" },
		{ OUTCOME_CRASHED, "warning",
		  SAID "; its console tells of WARNING: at mm/ramrig_fault.c:57 "
		  "fault_warn+0x10/0x20 (report HASHHASH, console line 3)" },
		{ OUTCOME_HUNG, "rcu-stall",
		  SAID "; its console tells of INFO: rcu_sched detected stalls on CPUs/tasks in "
		  "fault_spin+0x6/0x10 (report HASHHASH, console line 1)" },
		{ OUTCOME_WORKLOAD_FAILED, "oom-kill",
		  SAID "; its console tells of tail invoked oom-killer in "
		  "mem_cgroup_out_of_memory+0xe9/0x120 (report HASHHASH, console line 1)" },
		{ OUTCOME_CRASHED, "good", SAID },
		{ OUTCOME_INFRA_ERROR, "kasan", SAID },
	};
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		cleanup_troubles struct troubles *t = console(cases[i].console);
		struct verdict_on_failure v = { .outcome = cases[i].outcome, .reason = SAID };
		bool named = strcmp(cases[i].reason, SAID);

		print_message("  %s\n", cases[i].console);
		judge_reports(NULL, t, &v);
		cleanup_free char *reason = path_format("%s", cases[i].reason);
		char *hash = strstr(reason, "HASHHASH");

		if (hash)
			memcpy(hash, troubles_at(t, 0)->hash, 8);
		assert_string_equal(v.reason, reason);
		assert_int_equal(v.outcome, cases[i].outcome);
		assert_string_equal(v.report, named ? troubles_at(t, 0)->hash : "");
	}
}

/* A storm that lost a page has killed its victims as it should: they are not what went wrong. */
static void what_a_workload_brings_about_is_no_remark(void **state)
{
	static const struct { const char *consoles[2]; int named; } cases[] = {
		{ { "oom-kill" }, -1 },
		{ { "oom-kill", "warning" }, 1 },
		{ { "warning", "oom-kill" }, 0 },
	};
	cleanup_json json_t *workload = json_loads("{\"expects\": [" KILLS "]}", 0, NULL);
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct verdict_on_failure v = { .outcome = OUTCOME_WORKLOAD_FAILED, .reason = SAID };
		cleanup_troubles struct troubles *t = NULL;
		struct err e;

		assert_int_equal(troubles_new(&t, &e), 0);
		for (size_t k = 0; k < 2 && cases[i].consoles[k]; k++)
			console_feed(t, cases[i].consoles[k]);
		troubles_end(t);
		judge_reports(workload, t, &v);
		assert_string_equal(v.report, cases[i].named < 0 ? "" :
				    troubles_at(t, (size_t)cases[i].named)->hash);
		assert_int_equal(!strcmp(v.reason, SAID), cases[i].named < 0);
	}
}

static void a_silence_is_named_by_what_stalled_whatever_came_before(void **state)
{
	static const char text[] = "WARNING: CPU: 0 PID: 1 at mm/foo.c:1 foo+0x1/0x2\n---[ end trace 0 ]---\n"
				   "INFO: rcu_sched self-detected stall on CPU\n";
	cleanup_troubles struct troubles *t = NULL;
	struct verdict_on_failure v = { .outcome = OUTCOME_HUNG, .reason = SAID };
	struct err e;
	(void)state;

	assert_int_equal(troubles_new(&t, &e), 0);
	troubles_feed(t, text, strlen(text));
	troubles_end(t);
	judge_reports(NULL, t, &v);
	assert_string_equal(v.report, troubles_at(t, 1)->hash);
	assert_non_null(strstr(v.reason, SAID "; its console tells of INFO: rcu_sched"));
}

static void a_kernel_that_went_on_after_it_had_crashed_is_crashed(void **state)
{
	static const struct {
		enum outcome was;
		const char *console, *reason;	/* NULL: as it was */
	} cases[] = {
		{ OUTCOME_OK, "oops-null", "the kernel crashed: BUG: kernel NULL pointer dereference" },
		{ OUTCOME_OK, "kasan-went-on",
		  "the kernel crashed, but went on: BUG: KASAN: slab-use-after-free in "
		  "fault_use_after_free+0x40/0x50 (report " },
		{ SERVICE, "kasan-went-on", "; then " SAID },
		{ OUTCOME_OK, "warning", NULL },
		{ OUTCOME_OK, "lockdep", NULL },
		{ OUTCOME_OK, "rcu-stall", NULL },
		{ OUTCOME_OK, "oom-kill", NULL },
		{ OUTCOME_OK, "good", NULL },
		{ SERVICE, "warning", NULL },
		{ OUTCOME_HUNG, "kasan-went-on", NULL },
		{ NOT_OK, "kasan-went-on", NULL },
		{ RIG, "kasan-went-on", NULL },
	};
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		cleanup_troubles struct troubles *t = console(cases[i].console);
		const char *said = cases[i].was == OUTCOME_OK ? "" : SAID;
		struct verdict_on_failure v = { .outcome = cases[i].was };

		print_message("  %s, %s\n", outcome_table[cases[i].was].name, cases[i].console);
		memcpy(v.reason, said, strlen(said) + 1);
		judge_doubts(t, &v);
		if (!cases[i].reason) {
			assert_int_equal(v.outcome, cases[i].was);
			assert_string_equal(v.reason, said);
			assert_string_equal(v.report, "");
			continue;
		}
		assert_int_equal(v.outcome, OUTCOME_CRASHED);
		assert_non_null(strstr(v.reason, cases[i].reason));
		assert_string_equal(v.report, troubles_at(t, 0)->hash);
		/* It is named already. */
		struct verdict_on_failure named = v;

		judge_reports(NULL, t, &v);
		assert_memory_equal(&v, &named, sizeof(v));
	}
}

static void a_good_cell_has_no_reason_whatever_its_console_told(void **state)
{
	cleanup_troubles struct troubles *t = console("warning");
	struct verdict_on_failure v = { .outcome = OUTCOME_OK };
	(void)state;

	judge_doubts(t, &v);
	judge_reports(NULL, t, &v);
	assert_int_equal(v.outcome, OUTCOME_OK);
	assert_string_equal(v.reason, "");
}

static void a_console_that_cannot_be_read_leaves_the_reason_as_it_was(void **state)
{
	struct verdict_on_failure v = { .outcome = OUTCOME_CRASHED, .reason = SAID };
	(void)state;

	judge_doubts(NULL, &v);
	judge_reports(NULL, NULL, &v);
	assert_int_equal(v.outcome, OUTCOME_CRASHED);
	assert_string_equal(v.reason, SAID);
	assert_string_equal(v.report, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_guest_without_a_hello_is_judged_by_how_it_ended),
		cmocka_unit_test(a_guest_that_said_hello_is_judged_by_what_it_then_did),
		cmocka_unit_test(a_signal_stops_whatever_the_step_said),
		cmocka_unit_test(no_combination_mixes_up_rig_and_kernel),
		cmocka_unit_test(a_stale_breakpoint_is_the_rigs_but_not_for_ever),
		cmocka_unit_test(a_very_long_reason_is_cut),
		cmocka_unit_test(a_guest_that_was_to_panic_is_well_when_it_did_so_while_measuring),
		cmocka_unit_test(a_fault_before_an_expected_panic_is_a_crash),
		cmocka_unit_test(the_reason_names_what_the_console_told),
		cmocka_unit_test(what_a_workload_brings_about_is_no_remark),
		cmocka_unit_test(a_silence_is_named_by_what_stalled_whatever_came_before),
		cmocka_unit_test(a_kernel_that_went_on_after_it_had_crashed_is_crashed),
		cmocka_unit_test(a_good_cell_has_no_reason_whatever_its_console_told),
		cmocka_unit_test(a_console_that_cannot_be_read_leaves_the_reason_as_it_was),
	};

	return cmocka_run_group_tests_name("judge", tests, NULL, NULL);
}
