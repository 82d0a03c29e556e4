/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Consoles in tests/unit/data/console: the int3 ones were recorded, the others
 * written after the sources of 6.12.
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
		{ "bug", TROUBLE_BUG, "kernel BUG at mm/swapfile.c:1412!",
		  "swap_entry_free.isra.0+0xd4/0xe0", "swapcache_free_entries", 2, 1, true },
		{ "warning", TROUBLE_WARNING,
		  "WARNING: at lib/refcount.c:28 refcount_warn_saturate+0xbe/0x110",
		  "refcount_warn_saturate+0xbe/0x110", "put_mems_allowed", 3, 2, false },
		{ "kasan", TROUBLE_KASAN,
		  "BUG: KASAN: slab-use-after-free in zram_read_page+0x12/0x340 [zram]",
		  "zram_read_page+0x12/0x340", "zram_submit_bio", 2, 1, true },
		{ "lockdep", TROUBLE_LOCKDEP, "WARNING: possible circular locking dependency detected",
		  "zram_slot_lock+0x2f/0x60", "zram_bio_write", 3, 1, false },
		{ "rcu-stall", TROUBLE_RCU_STALL,
		  "INFO: rcu_preempt detected stalls on CPUs/tasks",
		  "lru_gen_look_around+0x1c4/0x8b0", "folio_referenced_one", 1, 1, false },
		{ "soft-lockup", TROUBLE_SOFT_LOCKUP,
		  "BUG: soft lockup - CPU#0 stuck for 26s! [kcompactd0:33]",
		  "isolate_migratepages_block+0x312/0x1020", "compact_zone", 1, 2, false },
		{ "hard-lockup", TROUBLE_HARD_LOCKUP, "CPU1: Watchdog detected hard LOCKUP on cpu 0",
		  "native_queued_spin_lock_slowpath+0x6e/0x2e0", "_raw_spin_lock_irqsave", 1, 1, true },
		{ "hung-task", TROUBLE_HUNG_TASK,
		  "INFO: task postgres:412 blocked for more than 120 seconds.",
		  "folio_wait_bit_common+0x13f/0x340", "do_swap_page", 1, 1, false },
		{ "panic", TROUBLE_PANIC,
		  "Kernel panic - not syncing: Attempted to kill init! exitcode=0x0000000b",
		  "do_exit.cold+0x15/0x15", "do_group_exit", 3, 1, true },
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

static void a_frame_tells_its_module_and_whether_a_cpu_was_there(void **state)
{
	cleanup_troubles struct troubles *kasan = load("kasan"), *oops = load("oops-null");
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
	assert_string_equal(troubles_at(kill, 0)->function, "mem_cgroup_out_of_memory+0x136/0x150");
	assert_null(troubles_death(kill));
	assert_int_equal(troubles_count(panic), 2);
	assert_int_equal(troubles_death(panic)->kind, TROUBLE_OOM_PANIC);
	assert_int_equal(troubles_death(panic)->line, 9);
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
	assert_non_null(strstr(w->context[1], "refcount_t: underflow"));
	assert_non_null(strstr(w->context[w->n_context - 1], "end trace"));
}

static void a_text_names_function_report_and_line(void **state)
{
	cleanup_troubles struct troubles *kasan = load("kasan"), *hung = load("hung-task");
	char buf[TROUBLE_TEXT_MAX];
	(void)state;

	/* The title names it already. */
	cleanup_free char *a = path_format("BUG: KASAN: slab-use-after-free in zram_read_page+0x12/0x340 "
					   "[zram] (report %s, console line 2)",
					   troubles_at(kasan, 0)->hash);
	assert_string_equal(trouble_text(troubles_at(kasan, 0), buf), a);
	trouble_text(troubles_at(hung, 0), buf);
	assert_non_null(strstr(buf, "seconds. in folio_wait_bit_common+0x13f/0x340 (report "));
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
		cmocka_unit_test(a_frame_tells_its_module_and_whether_a_cpu_was_there),
		cmocka_unit_test(want_of_memory_kills_a_process_or_the_kernel),
		cmocka_unit_test(a_good_console_has_no_report),
		cmocka_unit_test(the_hash_is_the_same_on_another_cpu_at_another_time_and_address),
		cmocka_unit_test(reports_without_a_stack_are_told_apart_by_their_words_not_their_numbers),
		cmocka_unit_test(the_context_is_what_the_console_shows_from_the_first_line_on),
		cmocka_unit_test(a_text_names_function_report_and_line),
		cmocka_unit_test(cutting_the_bytes_anywhere_changes_nothing),
		cmocka_unit_test(the_death_is_found_behind_a_flood_of_different_reports),
		cmocka_unit_test(the_last_bytes_before_a_death_count_without_a_newline),
	};

	return cmocka_run_group_tests_name("trouble", tests, NULL, NULL);
}
