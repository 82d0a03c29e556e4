/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The oom workload's prediction and its judge, on what Linux 6.12.117 said in guests
 * where somebody was killed.
 */
#include <errno.h>
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "lib/cleanup.h"
#include "lib/text.h"
#include "workloads/oom/oom-config.h"
#include "workloads/oom/oom-judge.h"

#define DATA "tests/unit/data/oom/"
#define TEXT_MAX 16384
#define MEMORY 59444	/* pages, of the guests */

/* Parameters */

static void parameters_are_read_and_bad_ones_refused_by_name(void **state)
{
	static const char *const good[][2] = {
		{ "RAMRIG_VARIANT", "adjusted" }, { "RAMRIG_GROWTH", "1048576" },
		{ "RAMRIG_LIMIT", "16777216" }, { "RAMRIG_ALIKE", "0" }, { "RAMRIG_COMPRESSIBLE", "100" },
		{ "RAMRIG_RATE", "1" }, { "RAMRIG_SERVICE_MEMORY", "1048576" },
		{ "RAMRIG_AFTER", "100" }, { "RAMRIG_PATIENCE", "1000" },
	};
	static const char *const bad[ARRAY_SIZE(good)] = {
		"fair", "1048575", "0", "101", "-1", "0", "1", "99", "12 s",
	};
	struct oom_config c;
	struct err e;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(good); i++)
		setenv(good[i][0], good[i][1], 1);
	assert_int_equal(oom_config_read(&c, &e), 0);
	assert_int_equal(c.variant, VARIANT_ADJUSTED);
	assert_int_equal(c.limit, 16 << 20);
	for (size_t i = 0; i < ARRAY_SIZE(good); i++) {
		setenv(good[i][0], bad[i], 1);
		assert_int_equal(oom_config_read(&c, &e), -EINVAL);
		assert_non_null(strstr(e.msg, bad[i]));
		setenv(good[i][0], good[i][1], 1);
	}
}

/* Badness */

static void badness_is_memory_and_swap_and_page_tables_and_the_adj_in_thousandths(void **state)
{
	const struct oom_inputs in = { .rss = 100, .swap = 20, .pgtables = 3, .adj = 0 };
	struct oom_inputs shielded = in, never = in;

	(void)state;
	shielded.adj = -500;
	never.adj = -1000;
	assert_int_equal(oom_badness(&in, 5000), 123);
	/* The kernel divides first: 5999 pages have 5 to a thousandth. */
	assert_int_equal(oom_badness(&shielded, 5999), 123 - 2500);
	assert_true(oom_badness(&never, 5000) == OOM_UNKILLABLE);
}

static void a_cgroup_may_have_its_limit_and_all_swap_unless_nothing_is_swapped(void **state)
{
	(void)state;
	assert_int_equal(oom_cgroup_pages(1000, 300, 60), 1300);
	assert_int_equal(oom_cgroup_pages(1000, 300, 0), 1000);
}

static void of_equals_the_youngest_dies_and_who_is_never_killed_has_no_rank(void **state)
{
	const int64_t badness[] = { 50, OOM_UNKILLABLE, 70, 70, -5 };
	unsigned ranks[ARRAY_SIZE(badness)];

	(void)state;
	oom_rank(badness, ARRAY_SIZE(badness), ranks);
	assert_int_equal(ranks[0], 3);
	assert_int_equal(ranks[1], 0);
	assert_int_equal(ranks[2], 2);
	assert_int_equal(ranks[3], 1);
	assert_int_equal(ranks[4], 4);
}

static void a_status_gives_pages_and_one_without_memory_gives_nothing(void **state)
{
	struct oom_inputs in = { .adj = 7 };
	char text[TEXT_MAX];
	struct err e;

	(void)state;
	assert_int_equal(text_read(DATA "status.txt", text, sizeof(text), &e), 0);
	assert_int_equal(oom_status_parse(text, &in), 0);
	assert_int_equal(in.rss, 26130);
	assert_int_equal(in.swap, 2048);
	assert_int_equal(in.pgtables, 60);
	assert_int_equal(in.adj, 7);
	*strstr(text, "VmPTE") = '\0';
	assert_int_equal(oom_status_parse(text, &in), -ENODATA);
	assert_int_equal(oom_status_parse("Name:\tzombie\nThreads:\t1\n", &in), -ENODATA);
}

static void counters_are_found_by_their_whole_names(void **state)
{
	uint64_t n = 0;

	(void)state;
	assert_int_equal(oom_counter_parse("oom_killer 9\noom_kill 3\n", "oom_kill", &n), 0);
	assert_int_equal(n, 3);
	assert_int_equal(oom_counter_parse("MemTotal:  1024 kB\n", "MemTotal", &n), 0);
	assert_int_equal(n, 1024);
	assert_int_equal(oom_counter_parse("MemTotal: 1024 kB\n", "SwapTotal", &n), -ENODATA);
}

/* The kernel's log */

static void a_record_of_kmsg_has_a_time_and_a_text(void **state)
{
	char good[] = "4,339,5657058,-;oom-big invoked oom-killer: order=0\n SUBSYSTEM=x\n";
	char bad[] = "4,339,5657058", worse[] = "x;y";
	const char *text;
	uint64_t us;

	(void)state;
	assert_int_equal(oom_record_parse(good, &us, &text), 0);
	assert_int_equal(us, 5657058);
	assert_string_equal(text, "oom-big invoked oom-killer: order=0");
	assert_int_equal(oom_record_parse(bad, &us, &text), -EINVAL);
	assert_int_equal(oom_record_parse(worse, &us, &text), -EINVAL);
}

/* A console's lines, "[    5.657058] text". */
static struct oom_log log_of(const char *name)
{
	struct oom_log l = { 0 };
	char path[64], text[TEXT_MAX], *save;
	struct err e;

	snprintf(path, sizeof(path), DATA "%s.log", name);
	assert_int_equal(text_read(path, text, sizeof(text), &e), 0);
	for (char *line = strtok_r(text, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
		uint64_t s, us;
		int len = 0;

		assert_int_equal(sscanf(line, "[%" SCNu64 ".%" SCNu64 "] %n", &s, &us, &len), 2);
		oom_log_add(&l, s * 1000000 + us, line + len);
	}
	return l;
}

static void a_global_kill_tells_who_asked_who_was_there_and_who_was_killed(void **state)
{
	struct oom_log l = log_of("allocating-task");

	(void)state;
	assert_int_equal(l.events, 2);
	assert_int_equal(l.called_us, 5925127);
	assert_string_equal(l.caller, "oom-middle");
	assert_int_equal(l.caller_pid, 57);
	assert_string_equal(l.constraint, "CONSTRAINT_NONE");
	/* The second event's table is not added to the first's. */
	assert_int_equal(l.n_tasks, 7);
	assert_null(oom_log_task(&l, 53));
	const struct oom_task *t = oom_log_task(&l, 57);
	assert_non_null(t);
	assert_int_equal(t->in.rss, 16303);
	assert_int_equal(t->in.pgtables, 41);
	assert_int_equal(t->in.swap, 0);
	assert_int_equal(oom_log_task(&l, 54)->in.adj, -1000);
	assert_int_equal(l.n_kills, 2);
	assert_int_equal(l.kills[0].pid, 57);
	assert_int_equal(l.kills[0].event, 1);
	assert_int_equal(l.kills[1].event, 2);
	assert_int_equal(l.kills[1].us, 5952430);
	assert_string_equal(l.kills[1].name, "oom-service");
}

static void columns_are_found_by_their_names_and_a_name_may_hold_anything(void **state)
{
	struct oom_log l = { 0 };

	(void)state;
	oom_log_add(&l, 1, "a b invoked oom-killer: gfp_mask=0x0, order=0");
	oom_log_add(&l, 2, "[  pid  ]   uid  tgid total_vm      rss pgtables_bytes swapents oom_score_adj name");
	oom_log_add(&l, 3, "[     77]     0    77      100       60          8192        5          -300 x ) y 9");
	oom_log_add(&l, 3, "[     78]     0    78      100 many");
	oom_log_add(&l, 4, "Out of memory: Killed process 77 (x ) y 9) total-vm:400kB, anon-rss:0kB");
	oom_log_add(&l, 5, "Out of memory: Killed process no number");
	assert_string_equal(l.caller, "a b");
	assert_int_equal(l.n_tasks, 1);
	assert_int_equal(l.tasks[0].in.rss, 60);
	assert_int_equal(l.tasks[0].in.pgtables, 2);
	assert_int_equal(l.tasks[0].in.swap, 5);
	assert_int_equal(l.tasks[0].in.adj, -300);
	assert_int_equal(l.n_kills, 1);
	assert_string_equal(l.kills[0].name, "x ) y 9");
}

static void a_log_without_end_is_cut_and_not_read_past_its_bounds(void **state)
{
	struct oom_log l = { 0 };

	(void)state;
	oom_log_add(&l, 1, "x invoked oom-killer: order=0");
	oom_log_add(&l, 1, "[  pid  ] uid tgid rss pgtables_bytes swapents oom_score_adj name");
	for (int i = 0; i < 1000; i++) {
		oom_log_add(&l, 2, "[ 5] 0 5 60 4096 0 0 x");
		oom_log_add(&l, 3, "Out of memory: Killed process 5 (x) total-vm:1kB");
	}
	assert_int_equal(l.n_tasks, OOM_TASKS_MAX);
	assert_int_equal(l.n_kills, OOM_KILLS_MAX);
}

/* The judge */

/* What was sampled before the kills of these logs, all much alike. */
static const struct oom_sample sample = {
	.there = { true, true, true, true, true },
	.in = { [WHO_BIG] = { .rss = 26204, .pgtables = 60 }, [WHO_SMALL] = { .rss = 6643, .pgtables = 22 },
		[WHO_MIDDLE] = { .rss = 16426, .pgtables = 41 }, [WHO_MATE] = { .rss = 3379, .pgtables = 16 },
		[WHO_SERVICE] = { .rss = 2178, .pgtables = 13 } },
};

/* The contestants of a log were started one after the other, the service last. */
static struct judged judge(enum variant v, const char *log, pid_t big, uint64_t pages)
{
	const pid_t pids[WHO_COUNT] = { big, big + 1, big + 2, big + 3, big + 4 };
	struct oom_log l = log_of(log);
	struct judged j;
	struct err e = { 0 };

	assert_int_equal(judge_log(&variant_table[v], &sample, pages, pids, &l, &j, &e), 0);
	/* They point into the log, which ends here. */
	for (enum who w = 0; w < WHO_COUNT; w++)
		j.of[w].kernel = NULL;
	return j;
}

static void the_biggest_dies_where_the_machine_is_out_of_memory(void **state)
{
	struct judged j = judge(VARIANT_PLAIN, "plain", 55, MEMORY);

	(void)state;
	assert_true(j.right);
	assert_true(j.of[WHO_BIG].predicted && j.of[WHO_BIG].killed);
	assert_int_equal(j.of[WHO_SERVICE].rank, 5);
	assert_int_equal(j.victim_rank, 1);
	assert_int_equal(j.of[WHO_BIG].kernel_badness, 26155);
	assert_int_equal(j.error_pages, 26264 - 26155);
}

static void only_those_of_the_limited_cgroup_are_candidates(void **state)
{
	struct judged j = judge(VARIANT_MEMCG, "memcg", 56, 12288);

	(void)state;
	assert_true(j.right);
	assert_int_equal(j.of[WHO_BIG].rank, 0);
	assert_int_equal(j.of[WHO_MIDDLE].rank, 1);
	assert_true(j.of[WHO_MIDDLE].killed);
	assert_int_equal(j.victim_rank, 1);
}

static void a_group_dies_with_its_biggest_and_a_victim_told_twice_is_one(void **state)
{
	struct judged j = judge(VARIANT_GROUP, "group", 56, MEMORY);
	struct judged alone = judge(VARIANT_PLAIN, "group", 56, MEMORY);

	(void)state;
	assert_true(j.right);
	assert_true(j.of[WHO_SMALL].predicted && j.of[WHO_SMALL].killed);
	assert_false(j.of[WHO_MIDDLE].killed);
	assert_false(alone.right);	/* one more died than should */
}

static void the_allocating_task_dies_where_that_is_the_rule_and_later_kills_do_not_count(void **state)
{
	struct judged j = judge(VARIANT_ALLOCATING_TASK, "allocating-task", 55, MEMORY);
	struct judged other = judge(VARIANT_PLAIN, "allocating-task", 55, MEMORY);

	(void)state;
	assert_true(j.right);
	assert_true(j.of[WHO_MIDDLE].killed);
	assert_true(j.of[WHO_SERVICE].killed_later && !j.of[WHO_SERVICE].killed);
	assert_int_equal(j.victim_rank, 2);
	assert_false(other.right);
	assert_int_equal(other.chosen, WHO_MIDDLE);
	assert_true(other.of[WHO_BIG].predicted && !other.of[WHO_BIG].killed);
}

static void a_victim_that_is_none_of_ours_is_a_wrong_prediction_behind_the_last_rank(void **state)
{
	/* As if 57, who was killed, were somebody else's process. */
	const pid_t pids[WHO_COUNT] = { 55, 56, 58, 59, 60 };
	struct oom_log l = log_of("allocating-task");
	struct judged j;
	struct err e;

	(void)state;
	assert_int_equal(judge_log(&variant_table[VARIANT_PLAIN], &sample, MEMORY, pids, &l, &j, &e), 0);
	assert_false(j.right);
	assert_int_equal(j.chosen, -1);
	assert_int_equal(j.victim_rank, WHO_COUNT + 1);
}

static void a_log_that_does_not_tell_is_an_error_with_a_sentence(void **state)
{
	const pid_t pids[WHO_COUNT] = { 55, 56, 57, 58, 59 };
	struct oom_log none = { 0 }, blind = log_of("plain");
	struct judged j;
	struct err e;

	(void)state;
	assert_int_equal(judge_log(&variant_table[VARIANT_PLAIN], &sample, MEMORY, pids, &none, &j, &e),
			 -ENODATA);
	assert_non_null(strstr(e.msg, "does not tell of the kill"));
	blind.n_tasks = 0;
	assert_int_equal(judge_log(&variant_table[VARIANT_PLAIN], &sample, MEMORY, pids, &blind, &j, &e),
			 -ENODATA);
	assert_non_null(strstr(e.msg, "oom_dump_tasks"));
}

static void the_shield_of_the_biggest_is_worth_more_than_its_lead(void **state)
{
	struct oom_sample shielded = sample;
	struct judged j;

	(void)state;
	shielded.in[WHO_BIG].adj = variant_table[VARIANT_ADJUSTED].big_adj;
	judge_sample(&variant_table[VARIANT_ADJUSTED], &shielded, MEMORY, &j);
	assert_int_equal(j.of[WHO_MIDDLE].rank, 1);
	assert_int_equal(j.of[WHO_BIG].rank, WHO_COUNT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(parameters_are_read_and_bad_ones_refused_by_name),
		cmocka_unit_test(badness_is_memory_and_swap_and_page_tables_and_the_adj_in_thousandths),
		cmocka_unit_test(a_cgroup_may_have_its_limit_and_all_swap_unless_nothing_is_swapped),
		cmocka_unit_test(of_equals_the_youngest_dies_and_who_is_never_killed_has_no_rank),
		cmocka_unit_test(a_status_gives_pages_and_one_without_memory_gives_nothing),
		cmocka_unit_test(counters_are_found_by_their_whole_names),
		cmocka_unit_test(a_record_of_kmsg_has_a_time_and_a_text),
		cmocka_unit_test(a_global_kill_tells_who_asked_who_was_there_and_who_was_killed),
		cmocka_unit_test(columns_are_found_by_their_names_and_a_name_may_hold_anything),
		cmocka_unit_test(a_log_without_end_is_cut_and_not_read_past_its_bounds),
		cmocka_unit_test(the_biggest_dies_where_the_machine_is_out_of_memory),
		cmocka_unit_test(only_those_of_the_limited_cgroup_are_candidates),
		cmocka_unit_test(a_group_dies_with_its_biggest_and_a_victim_told_twice_is_one),
		cmocka_unit_test(the_allocating_task_dies_where_that_is_the_rule_and_later_kills_do_not_count),
		cmocka_unit_test(a_victim_that_is_none_of_ours_is_a_wrong_prediction_behind_the_last_rank),
		cmocka_unit_test(a_log_that_does_not_tell_is_an_error_with_a_sentence),
		cmocka_unit_test(the_shield_of_the_biggest_is_worth_more_than_its_lead),
	};

	return cmocka_run_group_tests_name("oom", tests, NULL, NULL);
}
