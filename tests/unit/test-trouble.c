/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Consoles in tests/unit/data/console: recorded from the kernels in
 * tests/boot/path/images/kernels and from Debian's, but for the oops-null ones, which
 * are written: one fault in two builds of a kernel.
 */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
#include "lib/cleanup.h"
#include "lib/file.h"
#include "result/trouble.h"

#define CONSOLES "tests/unit/data/console/"

static struct troubles *load(const char *name)
{
	cleanup_free char *path = path_format(CONSOLES "%s.log", name);
	struct troubles *t = NULL;
	struct err e;

	if (troubles_load(path, &t, &e))
		fail_msg("%s", e.msg);
	return t;
}

static struct troubles *feed(const char *text, size_t n)
{
	struct troubles *t = NULL;
	struct err e;

	assert_int_equal(troubles_new(&t, &e), 0);
	troubles_feed(t, text, n);
	troubles_end(t);
	return t;
}

static void each_kind_is_told_with_its_function_and_its_stack(void **state)
{
	static const struct {
		const char *console;
		enum trouble_kind kind;
		const char *title, *function, *second;
		unsigned line, count;
		bool fatal;
	} cases[] = {
		{ "oops-int3", TROUBLE_OOPS, "Oops: int3: 0000 [#1] PREEMPT SMP NOPTI",
		  "sched_clock_tick+0x5/0xb0", "sched_tick", 0, 1, true },
		{ "oops-null", TROUBLE_OOPS,
		  "BUG: kernel NULL pointer dereference, address: 0000000000000010",
		  "swap_writepage+0x12/0x80", "pageout", 3, 1, true },
		{ "oops", TROUBLE_OOPS,
		  "BUG: kernel NULL pointer dereference, address: 0000000000000010",
		  "fault_oops+0x9/0x10", "fault_write", 1, 1, true },
		{ "bug", TROUBLE_BUG, "kernel BUG at mm/ramrig_fault.c:52!", "fault_bug+0x4/0x10",
		  "fault_write", 2, 1, true },
		{ "warning", TROUBLE_WARNING,
		  "WARNING: at mm/ramrig_fault.c:57 fault_warn+0x10/0x20", "fault_warn+0x10/0x20",
		  "fault_write", 3, 1, false },
		{ "kasan", TROUBLE_KASAN,
		  "BUG: KASAN: slab-use-after-free in fault_use_after_free+0x40/0x50",
		  "fault_use_after_free+0x40/0x50", "fault_write", 2, 1, true },
		{ "lockdep", TROUBLE_LOCKDEP, "WARNING: possible circular locking dependency detected",
		  "fault_lock_order+0x4c/0x70", "fault_write", 2, 1, false },
		{ "atomic", TROUBLE_ATOMIC,
		  "BUG: sleeping function called from invalid context at include/linux/sched/mm.h:321",
		  "__kmalloc_cache_noprof+0x1bd/0x370", "fault_sleep_in_atomic", 1, 1, false },
		{ "rcu-stall", TROUBLE_RCU_STALL, "INFO: rcu_sched detected stalls on CPUs/tasks",
		  "fault_spin+0x6/0x10", "fault_irqs_off", 1, 1, false },
		{ "soft-lockup", TROUBLE_SOFT_LOCKUP, "BUG: soft lockup - CPU#1 stuck for 3s! [sh:69]",
		  "fault_spin+0x6/0x10", "fault_spin_for_good", 1, 1, false },
		{ "hard-lockup", TROUBLE_HARD_LOCKUP, "Watchdog detected hard LOCKUP on cpu 1",
		  "fault_spin+0x6/0x10", "fault_irqs_off", 1, 1, false },
		{ "hung-task", TROUBLE_HUNG_TASK, "INFO: task sh:68 blocked for more than 2 seconds.",
		  "fault_sleep_for_good+0x1d/0x20", "fault_write", 1, 1, false },
		{ "panic", TROUBLE_PANIC,
		  "Kernel panic - not syncing: memory_tier_init() failed to allocate default DRAM tier",
		  "memory_tier_init+0x8a/0xd0", "do_one_initcall", 1, 1, true },
	};
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		cleanup_troubles struct troubles *t = load(cases[i].console);
		const struct trouble *r = troubles_at(t, 0);

		print_message("  %s\n", cases[i].console);
		assert_int_equal(troubles_count(t), 1);
		assert_string_equal(trouble_table[r->kind].name, trouble_table[cases[i].kind].name);
		assert_string_equal(r->title, cases[i].title);
		assert_string_equal(r->function, cases[i].function);
		assert_string_equal(r->stack[1], cases[i].second);
		assert_int_equal(r->fatal, cases[i].fatal);
		assert_int_equal(r->count, cases[i].count);
		if (cases[i].line)
			assert_int_equal(r->line, cases[i].line);
		assert_ptr_equal(troubles_death(t), cases[i].fatal ? r : NULL);
		assert_ptr_equal(troubles_stall(t), trouble_table[r->kind].stalls ? r : NULL);
	}
}

#define CUT "------------[ cut here ]------------\n"
#define RULE "======================================================\n"

static void each_line_that_begins_a_report_is_known(void **state)
{
	static const struct { enum trouble_kind kind; const char *text; } cases[] = {
		{ TROUBLE_OOM_PANIC, "Kernel panic - not syncing: Out of memory: system-wide panic_on_oom" },
		{ TROUBLE_OOM_PANIC, "Kernel panic - not syncing: System is deadlocked on memory" },
		{ TROUBLE_PANIC, "Kernel panic - not syncing: Fatal machine check" },
		{ TROUBLE_KASAN, "BUG: KASAN: slab-out-of-bounds in foo+0x1/0x2" },
		{ TROUBLE_KFENCE, "BUG: KFENCE: use-after-free read in foo+0x1/0x2" },
		{ TROUBLE_UBSAN, "UBSAN: shift-out-of-bounds in mm/foo.c:1:2" },
		{ TROUBLE_SOFT_LOCKUP, "watchdog: BUG: soft lockup - CPU#1 stuck for 22s! [wrk:12]" },
		{ TROUBLE_WORKQUEUE_LOCKUP, "BUG: workqueue lockup - pool cpus=0 node=0 stuck for 33s!" },
		{ TROUBLE_HARD_LOCKUP, "watchdog: CPU1: Watchdog detected hard LOCKUP on cpu 0" },
		{ TROUBLE_HARD_LOCKUP, "NMI watchdog: Watchdog detected hard LOCKUP on cpu 0" },
		{ TROUBLE_RCU_STALL, "rcu: INFO: rcu_sched self-detected stall on CPU" },
		{ TROUBLE_HUNG_TASK, "INFO: task wrk:12 blocked for more than 120 seconds." },
		{ TROUBLE_OOPS, "BUG: kernel NULL pointer dereference, address: 0000000000000010" },
		{ TROUBLE_OOPS, "BUG: unable to handle page fault for address: ffff888000000000" },
		{ TROUBLE_OOPS, "BUG: TASK stack guard page was hit at 0000000000000000" },
		{ TROUBLE_OOPS, "BUG: IRQ stack guard page was hit at 0000000000000000" },
		{ TROUBLE_OOPS, "traps: PANIC: double fault, error_code: 0x0" },
		{ TROUBLE_OOPS, "Oops: general protection fault, probably for non-canonical address" },
		{ TROUBLE_OOPS, "Internal error: Oops - Undefined instruction: 0 [#1] SMP" },
		{ TROUBLE_OOPS, "Unable to handle kernel paging request at virtual address 0000" },
		{ TROUBLE_OOPS, "invalid opcode: 0000 [#1] SMP" },
		{ TROUBLE_BUG, "kernel BUG at mm/foo.c:1!" },
		{ TROUBLE_WARNING, "WARNING: CPU: 0 PID: 1 at mm/foo.c:1 foo+0x1/0x2" },
		{ TROUBLE_WARNING, CUT "WARNING: mm/foo.c:1 at foo+0x1/0x2" },
		{ TROUBLE_LOCKDEP, RULE "WARNING: possible recursive locking detected" },
		{ TROUBLE_LOCKDEP, RULE "[ BUG: Invalid wait context ]" },
		{ TROUBLE_LOCKDEP, "BUG: MAX_LOCKDEP_CHAINS too low!" },
		{ TROUBLE_ATOMIC, "BUG: sleeping function called from invalid context at mm/foo.c:1" },
		{ TROUBLE_ATOMIC, "BUG: scheduling while atomic: wrk/12/0x00000002" },
		{ TROUBLE_ATOMIC, "BUG: using smp_processor_id() in preemptible [00000000] code: wrk/12" },
		{ TROUBLE_BUG, "BUG: Bad page state in process wrk  pfn:12" },
		{ TROUBLE_OOM_KILL, "wrk invoked oom-killer: gfp_mask=0xcc0(GFP_KERNEL), order=0" },
	};
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		cleanup_troubles struct troubles *t = feed(cases[i].text, strlen(cases[i].text));

		print_message("  %s\n", cases[i].text);
		assert_int_equal(troubles_count(t), 1);
		assert_string_equal(trouble_table[troubles_at(t, 0)->kind].name,
				    trouble_table[cases[i].kind].name);
	}
}

static void a_panic_that_only_follows_is_no_report_of_its_own(void **state)
{
	static const struct { const char *cause, *panic; } cases[] = {
		{ "Oops: 0000 [#1]", "Fatal exception in interrupt" },
		{ "kernel BUG at mm/foo.c:1!", "Fatal exception" },
		{ "BUG: KASAN: slab-out-of-bounds in foo+0x1/0x2", "kasan.fault=panic set ..." },
		{ "WARNING: CPU: 0 PID: 1 at mm/foo.c:1 foo+0x1/0x2", "kernel: panic_on_warn set ..." },
		{ "UBSAN: shift-out-of-bounds in mm/foo.c:1:2", "UBSAN: panic_on_warn set ..." },
		{ "BUG: soft lockup - CPU#1 stuck for 22s! [wrk:12]", "softlockup: hung tasks" },
		{ "Watchdog detected hard LOCKUP on cpu 0", "Hard LOCKUP" },
		{ "INFO: rcu_sched self-detected stall on CPU", "RCU Stall" },
		{ "INFO: task wrk:12 blocked for more than 120 seconds.", "hung_task: blocked tasks" },
		{ "BUG: workqueue lockup - pool cpus=0", "workqueue: 3 lockups, panic_on_stall" },
	};
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		cleanup_free char *text = path_format("%s\nKernel panic - not syncing: %s\n",
						      cases[i].cause, cases[i].panic);
		cleanup_free char *other = path_format("%s\nKernel panic - not syncing: VFS\n",
						       cases[i].cause);
		cleanup_troubles struct troubles *t = feed(text, strlen(text));
		cleanup_troubles struct troubles *two = feed(other, strlen(other));

		print_message("  %s\n", cases[i].panic);
		assert_int_equal(troubles_count(t), 1);
		assert_ptr_equal(troubles_death(t), troubles_at(t, 0));
		assert_int_equal(troubles_count(two), 2);
		assert_ptr_equal(troubles_death(two), troubles_at(two, 1));
	}
}

static void only_some_kinds_put_figures_in_doubt_or_explain_a_silence(void **state)
{
	static const enum trouble_kind doubts[] = { TROUBLE_PANIC, TROUBLE_OOM_PANIC, TROUBLE_OOPS,
						    TROUBLE_BUG, TROUBLE_KASAN, TROUBLE_KFENCE };
	static const enum trouble_kind stalls[] = { TROUBLE_HARD_LOCKUP, TROUBLE_SOFT_LOCKUP,
						    TROUBLE_RCU_STALL, TROUBLE_WORKQUEUE_LOCKUP,
						    TROUBLE_HUNG_TASK };
	size_t n_doubts = 0, n_stalls = 0;
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(doubts); i++)
		assert_true(trouble_table[doubts[i]].doubts);
	for (size_t i = 0; i < ARRAY_SIZE(stalls); i++)
		assert_true(trouble_table[stalls[i]].stalls);
	for (size_t i = 0; i < TROUBLE_KINDS; i++) {
		n_doubts += trouble_table[i].doubts;
		n_stalls += trouble_table[i].stalls;
	}
	assert_int_equal(n_doubts, ARRAY_SIZE(doubts));
	assert_int_equal(n_stalls, ARRAY_SIZE(stalls));
}

static void a_frame_tells_its_module_and_whether_a_cpu_was_there(void **state)
{
	static const char module[] = "BUG: KASAN: use-after-free in zram_read_page+0x12/0x340 [zram]\n"
				     "Call Trace:\n zram_read_page+0x12/0x340 [zram]\n";
	cleanup_troubles struct troubles *kasan = feed(module, strlen(module)), *oops = load("oops-null");
	const struct trouble *k = troubles_at(kasan, 0), *o = troubles_at(oops, 0);
	(void)state;

	assert_string_equal(k->frames[0].at, "zram_read_page+0x12/0x340 [zram]");
	assert_false(k->frames[0].exact);
	assert_string_equal(o->frames[0].at, "swap_writepage+0x12/0x80");
	assert_true(o->frames[0].exact);
	assert_false(o->frames[1].exact);
	for (size_t i = 0; i < o->n_stack; i++)
		assert_int_equal(strncmp(o->frames[i].at, o->stack[i], strlen(o->stack[i])), 0);
	cleanup_json json_t *j = troubles_json(kasan);
	const json_t *frames = json_object_get(json_array_get(j, 0), "frames");

	assert_int_equal(json_array_size(frames), k->n_stack);
	assert_string_equal(json_str(json_array_get(frames, 0), "at"), k->frames[0].at);
	assert_true(json_is_false(json_object_get(json_array_get(frames, 0), "exact")));
}

static void want_of_memory_kills_a_process_or_the_kernel(void **state)
{
	cleanup_troubles struct troubles *kill = load("oom-kill"), *panic = load("oom-panic");
	(void)state;

	assert_int_equal(troubles_count(kill), 1);
	assert_int_equal(troubles_at(kill, 0)->kind, TROUBLE_OOM_KILL);
	assert_string_equal(troubles_at(kill, 0)->function, "mem_cgroup_out_of_memory+0xe9/0x120");
	assert_null(troubles_death(kill));
	assert_int_equal(troubles_count(panic), 2);
	assert_int_equal(troubles_death(panic)->kind, TROUBLE_OOM_PANIC);
	assert_int_equal(troubles_death(panic)->line, 103);
}

static void a_good_console_has_no_report(void **state)
{
	cleanup_troubles struct troubles *t = load("good");
	(void)state;

	assert_int_equal(troubles_count(t), 0);
	assert_null(troubles_death(t));
}

static void the_hash_is_the_same_on_another_cpu_at_another_time_and_address(void **state)
{
	cleanup_troubles struct troubles *a = load("oops-null"), *b = load("oops-null-again");
	cleanup_troubles struct troubles *other = load("bug");
	(void)state;

	assert_string_equal(troubles_at(a, 0)->hash, troubles_at(b, 0)->hash);
	assert_int_equal(strlen(troubles_at(a, 0)->hash), 8);
	assert_string_not_equal(troubles_at(a, 0)->hash, troubles_at(other, 0)->hash);
	assert_string_equal(troubles_at(b, 0)->function, "swap_writepage+0x1a/0x90");
}

static void the_hash_tells_one_way_to_a_fault_from_another(void **state)
{
	static const char one[] = "Oops: 0000 [#1]\nRIP: 0010:foo+0x1/0x2\nCall Trace:\n bar+0x1/0x2\n",
			  two[] = "Oops: 0000 [#1]\nRIP: 0010:foo+0x1/0x2\nCall Trace:\n baz+0x1/0x2\n";
	cleanup_troubles struct troubles *a = feed(one, strlen(one)), *b = feed(two, strlen(two));
	(void)state;

	assert_string_equal(troubles_at(a, 0)->title, troubles_at(b, 0)->title);
	assert_string_equal(troubles_at(a, 0)->function, troubles_at(b, 0)->function);
	assert_string_not_equal(troubles_at(a, 0)->hash, troubles_at(b, 0)->hash);
}

static void reports_without_a_stack_are_told_apart_by_their_words_not_their_numbers(void **state)
{
	static const char text[] =
		"BUG: Bad page state in process wrk  pfn:1a2b3\n---[ end trace 0 ]---\n"
		"BUG: Bad page state in process wrk  pfn:2c4\n---[ end trace 0 ]---\n"
		"BUG: scheduling while atomic: wrk/12/0x00000002\n";
	cleanup_troubles struct troubles *t = feed(text, strlen(text));
	(void)state;

	assert_int_equal(troubles_count(t), 2);
	assert_int_equal(troubles_at(t, 0)->count, 2);
	assert_int_equal(troubles_at(t, 1)->line, 5);
}

static void the_context_is_what_the_console_shows_from_the_first_line_on(void **state)
{
	cleanup_troubles struct troubles *oops = load("oops-null"), *warning = load("warning");
	const struct trouble *r = troubles_at(oops, 0), *w = troubles_at(warning, 0);
	(void)state;

	assert_int_equal(r->n_context, TROUBLE_CONTEXT_MAX);
	assert_string_equal(r->context[0], "[   21.407311] BUG: kernel NULL pointer dereference, "
					   "address: 0000000000000010");
	assert_non_null(strstr(w->context[0], "cut here"));
	assert_non_null(strstr(w->context[1], "ramrig asked for it"));
	assert_non_null(strstr(w->context[w->n_context - 1], "end trace"));
}

static void a_text_names_function_report_and_line(void **state)
{
	cleanup_troubles struct troubles *kasan = load("kasan"), *hung = load("hung-task");
	char buf[TROUBLE_TEXT_MAX];
	(void)state;

	/* The title names it already. */
	cleanup_free char *a = path_format("BUG: KASAN: slab-use-after-free in "
					   "fault_use_after_free+0x40/0x50 (report %s, console line 2)",
					   troubles_at(kasan, 0)->hash);
	assert_string_equal(trouble_text(troubles_at(kasan, 0), buf), a);
	trouble_text(troubles_at(hung, 0), buf);
	assert_non_null(strstr(buf, "seconds. in fault_sleep_for_good+0x1d/0x20 (report "));
}

static void cutting_the_bytes_anywhere_changes_nothing(void **state)
{
	cleanup_free char *text = NULL;
	size_t len;
	struct err e;
	(void)state;

	assert_int_equal(file_read(AT_FDCWD, CONSOLES "kasan.log", 1 << 20, &text, &len, &e), 0);
	cleanup_troubles struct troubles *whole = feed(text, len);
	cleanup_json json_t *want = troubles_json(whole);

	for (size_t cut = 0; cut < len; cut += 7) {
		cleanup_troubles struct troubles *t = NULL;

		assert_int_equal(troubles_new(&t, &e), 0);
		troubles_feed(t, text, cut);
		troubles_feed(t, text + cut, len - cut);
		troubles_end(t);
		cleanup_json json_t *got = troubles_json(t);
		assert_true(json_equal(got, want));
	}
}

static void the_death_is_found_behind_a_flood_of_different_reports(void **state)
{
	cleanup_free char *text = NULL;
	size_t len;
	FILE *f = open_memstream(&text, &len);
	(void)state;

	for (int i = 0; i < 5000; i++)
		fprintf(f, "BUG: Bad %c%c%c state\n---[ end trace 0 ]---\n", 'k' + i % 13,
			'k' + i / 13 % 13, 'k' + i / 169 % 13);
	fprintf(f, "[    1.000000] Kernel panic - not syncing: Attempted to kill init!\n");
	fclose(f);
	cleanup_troubles struct troubles *t = feed(text, len);

	assert_int_equal(troubles_count(t), TROUBLE_REPORTS_MAX);
	assert_in_range(troubles_lost(t), 1000, 5000);
	assert_non_null(troubles_death(t));
	assert_int_equal(troubles_death(t)->line, 10001);
}

static void the_last_bytes_before_a_death_count_without_a_newline(void **state)
{
	static const char text[] = "x\n[    1.000000] BUG: unable to handle page fault for address: 0";
	cleanup_troubles struct troubles *t = feed(text, strlen(text));
	(void)state;

	assert_int_equal(troubles_count(t), 1);
	assert_int_equal(troubles_at(t, 0)->kind, TROUBLE_OOPS);
	assert_false(troubles_at(t, 0)->fatal);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_kind_is_told_with_its_function_and_its_stack),
		cmocka_unit_test(each_line_that_begins_a_report_is_known),
		cmocka_unit_test(a_panic_that_only_follows_is_no_report_of_its_own),
		cmocka_unit_test(only_some_kinds_put_figures_in_doubt_or_explain_a_silence),
		cmocka_unit_test(a_frame_tells_its_module_and_whether_a_cpu_was_there),
		cmocka_unit_test(want_of_memory_kills_a_process_or_the_kernel),
		cmocka_unit_test(a_good_console_has_no_report),
		cmocka_unit_test(the_hash_is_the_same_on_another_cpu_at_another_time_and_address),
		cmocka_unit_test(the_hash_tells_one_way_to_a_fault_from_another),
		cmocka_unit_test(reports_without_a_stack_are_told_apart_by_their_words_not_their_numbers),
		cmocka_unit_test(the_context_is_what_the_console_shows_from_the_first_line_on),
		cmocka_unit_test(a_text_names_function_report_and_line),
		cmocka_unit_test(cutting_the_bytes_anywhere_changes_nothing),
		cmocka_unit_test(the_death_is_found_behind_a_flood_of_different_reports),
		cmocka_unit_test(the_last_bytes_before_a_death_count_without_a_newline),
	};

	return cmocka_run_group_tests_name("trouble", tests, NULL, NULL);
}
