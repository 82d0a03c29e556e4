/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
#include "lib/cleanup.h"
#include "lib/file.h"
#include "result/stalls.h"

#define EVENTS \
	"[\"vmscan:mm_vmscan_direct_reclaim_begin\", \"vmscan:mm_vmscan_direct_reclaim_end\"," \
	" \"compaction:mm_compaction_begin\", \"compaction:mm_compaction_end\"," \
	" \"vmscan:mm_vmscan_memcg_reclaim_begin\", \"vmscan:mm_vmscan_memcg_reclaim_end\"]"

#define AT(task, us) task " [000] .....     1." us ": "
#define BEGIN(task, us, order) AT(task, us) "mm_vmscan_direct_reclaim_begin: order=" order " gfp_flags=X\n"
#define END(task, us, pages) AT(task, us) "mm_vmscan_direct_reclaim_end: nr_reclaimed=" pages "\n"
#define A "           alpha-11     "
#define B "            beta-12     "

static struct stalls *stalls_of(const char *text, const char *events)
{
	cleanup_json json_t *traced = json_loads(events, 0, NULL);
	cleanup_fclose FILE *f = fmemopen((void *)text, strlen(text), "r");
	struct stalls *s = NULL;
	struct err e = {};

	if (stalls_read(f, traced, &s, &e))
		fail_msg("%s", e.msg);
	return s;
}

static const struct stall_list *list_of(const struct stalls *s, int tid, enum stall_mechanism m)
{
	for (size_t i = 0; i < stalls_threads(s); i++)
		if (stalls_thread(s, i)->tid == tid)
			return &stalls_thread(s, i)->lists[m];
	fail_msg("no thread %d", tid);
	return NULL;
}

/* The figures are those of an awk script over the same lines. */
static void a_recorded_trace_gives_what_another_program_counts_in_it(void **state)
{
	cleanup_json json_t *traced = json_loads(EVENTS, 0, NULL);
	cleanup_fclose FILE *f = fopen("tests/unit/data/stalls/debian.txt", "re");
	cleanup_stalls struct stalls *s = NULL;
	struct err e;
	(void)state;

	assert_non_null(f);
	assert_int_equal(stalls_read(f, traced, &s, &e), 0);
	const struct stall_list *l = list_of(s, 161, STALL_RECLAIM);

	assert_int_equal(l->us.n, 17);
	assert_int_equal(l->total_us, 7252);
	assert_int_equal(l->us.v[16], 6638);
	assert_int_equal(l->pages, 17);
	assert_int_equal(l->orders[9], 17);
	assert_int_equal(l->retries, 16);
	assert_int_equal(l->retries_max, 16);
	assert_int_equal(l->allocations, 1);
	l = list_of(s, 161, STALL_COMPACTION);
	assert_int_equal(l->us.n, 1);
	assert_int_equal(l->us.v[0], 3466);
	assert_int_equal(l->pages, 32);
	assert_int_equal(l->orders[9], 1);
	assert_int_equal(l->succeeded, 0);
	assert_int_equal(list_of(s, 162, STALL_RECLAIM)->pages, 1114);
	l = list_of(s, 42, STALL_COMPACTION);
	assert_int_equal(l->us.n, 5);
	assert_int_equal(l->total_us, 1478);
	assert_int_equal(l->succeeded, 2);
	assert_int_equal(l->no_order, 5);
	assert_int_equal(stalls_left_out(s).lines, 0);
}

static void a_stall_ends_with_its_own_threads_end(void **state)
{
	cleanup_stalls struct stalls *s = stalls_of(
		BEGIN(A, "000100", "3") BEGIN(B, "000200", "0") END(A, "000400", "0")
		END(B, "001200", "7"), EVENTS);
	(void)state;

	assert_int_equal(list_of(s, 11, STALL_RECLAIM)->us.v[0], 300);
	assert_int_equal(list_of(s, 11, STALL_RECLAIM)->orders[3], 1);
	assert_int_equal(list_of(s, 11, STALL_RECLAIM)->succeeded, 0);
	assert_int_equal(list_of(s, 12, STALL_RECLAIM)->us.v[0], 1000);
	assert_int_equal(list_of(s, 12, STALL_RECLAIM)->succeeded, 1);
	assert_int_equal(stalls_thread(s, 0)->tid, 12);	/* the one that waited longer */
}

static void a_begin_or_an_end_without_the_other_is_counted_and_makes_no_stall(void **state)
{
	static const struct { const char *what, *text; size_t n; uint64_t unpaired; } cases[] = {
		{ "an end whose begin was before", END(A, "000100", "1"), 0, 1 },
		{ "a begin whose end came after", BEGIN(A, "000100", "0"), 0, 1 },
		{ "two begins", BEGIN(A, "000100", "0") BEGIN(A, "000500", "0") END(A, "000600", "1"), 1, 1 },
		{ "lost events in between",
		  BEGIN(A, "000100", "0") "CPU:1 [LOST 120 EVENTS]\n" END(A, "000600", "1"), 0, 2 },
		{ "a clock that goes back", BEGIN(A, "000500", "0") END(A, "000400", "1"), 0, 2 },
	};
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		cleanup_stalls struct stalls *s = stalls_of(cases[i].text, EVENTS);
		const struct stall_list *l = list_of(s, 11, STALL_RECLAIM);

		print_message("  %s\n", cases[i].what);
		assert_int_equal(l->us.n, cases[i].n);
		assert_int_equal(l->unpaired, cases[i].unpaired);
		if (l->us.n)
			assert_int_equal(l->us.v[0], 100);
	}
}

static void retries_belong_to_the_allocation_that_was_tried_again(void **state)
{
#define ZONE(ok) AT(A, "000300") "reclaim_retry_zone: node=0 zone=DMA32    order=2 wmark_check=" ok "\n"
#define COMPACT(ok) AT(A, "000300") "compact_retry: order=2 priority=X max_retries=16 should_retry=" ok "\n"
#define ONCE(order) BEGIN(A, "000100", order) END(A, "000200", "1")
	static const struct {
		const char *what, *text;
		uint64_t allocations, retries, most;
	} cases[] = {
		{ "none", ONCE("2") ONCE("2"), 2, 0, 0 },
		{ "two of one", ONCE("2") ZONE("1") ONCE("2") COMPACT("1") ONCE("2") ONCE("2"), 2, 2, 2 },
		{ "what gave up", ONCE("2") ZONE("0") COMPACT("0") ONCE("2"), 2, 0, 0 },
		{ "another order", ONCE("2") ZONE("1") ONCE("3"), 2, 1, 1 },
	};
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		cleanup_stalls struct stalls *s = stalls_of(cases[i].text, EVENTS);
		const struct stall_list *l = list_of(s, 11, STALL_RECLAIM);

		print_message("  %s\n", cases[i].what);
		assert_int_equal(l->allocations, cases[i].allocations);
		assert_int_equal(l->retries, cases[i].retries);
		assert_int_equal(l->retries_max, cases[i].most);
	}
}

static void a_task_may_call_itself_what_it_likes(void **state)
{
	static const char *const names[] = {
		"a b-12 [001] .:1", "    -1 [000] d: ", "           <...>", "   CPU:0 [LOST 1",
	};
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		cleanup_free char *text = path_format("%s" BEGIN("-77    ", "000100", "1")
						      "%s" END("-77    ", "000150", "2"), names[i], names[i]);
		cleanup_stalls struct stalls *s = stalls_of(text, EVENTS);

		print_message("  '%s'\n", names[i]);
		assert_int_equal(stalls_threads(s), 1);
		assert_int_equal(list_of(s, 77, STALL_RECLAIM)->us.v[0], 50);
		assert_string_equal(stalls_thread(s, 0)->name, names[i] + strspn(names[i], " "));
	}
}

static void what_is_no_trace_is_left_out_and_counted(void **state)
{
	static const char *const lines[] = {
		"x", "                -", "           alpha-11", A "[000] ..... 1.1: x: ",
		A "[000] ..... 1.000100", A "[000] ..... 1.000100:", A "[000] ..... 1.000100: name",
		"           alpha-99999999999 [000] ..... 1.000100: mm_vmscan_direct_reclaim_begin: order=1",
		A "[000] ..... 99999999999999999999.000100: x: ", A "[000 ..... 1.000100: x: ",
	};
	cleanup_free char *longest = malloc(3 * TRACE_LINE_MAX);
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(lines); i++) {
		cleanup_free char *text = path_format("%s\n", lines[i]);
		cleanup_stalls struct stalls *s = stalls_of(text, EVENTS);

		print_message("  %s\n", lines[i]);
		assert_int_equal(stalls_left_out(s).lines, 1);
		assert_int_equal(stalls_threads(s), 0);
	}
	memset(longest, 'x', 3 * TRACE_LINE_MAX - 1);
	longest[3 * TRACE_LINE_MAX - 1] = '\0';
	cleanup_free char *text = path_format("%s\n%s", longest, BEGIN(A, "000100", "1") END(A, "000150", "2"));
	cleanup_stalls struct stalls *s = stalls_of(text, EVENTS);

	assert_int_equal(stalls_left_out(s).lines, 1);
	assert_int_equal(list_of(s, 11, STALL_RECLAIM)->us.n, 1);
}

static void threads_beyond_the_most_are_counted_by_their_events(void **state)
{
	cleanup_free char *text = NULL;
	size_t len;
	FILE *f = open_memstream(&text, &len);
	(void)state;

	for (int tid = 1; tid <= STALL_THREADS_MAX + 3; tid++)
		fprintf(f, "           alpha-%-7d " "[000] ..... 1.000100: mm_vmscan_direct_reclaim_end: "
			"nr_reclaimed=1\n", tid);
	fclose(f);
	cleanup_stalls struct stalls *s = stalls_of(text, EVENTS);

	assert_int_equal(stalls_threads(s), STALL_THREADS_MAX);
	assert_int_equal(stalls_left_out(s).events, 3);
}

static void threads_of_other_events_take_no_room_and_an_initdb_is_no_init(void **state)
{
	cleanup_stalls struct stalls *s = stalls_of(
		AT(A, "000100") "sched_process_exit: comm=alpha pid=11\n"
		AT("          initdb-12     ", "000100") "mm_vmscan_direct_reclaim_end: nr_reclaimed=1\n"
		AT("            init-13     ", "000100") "mm_vmscan_direct_reclaim_end: nr_reclaimed=1\n",
		EVENTS);
	(void)state;

	assert_int_equal(stalls_threads(s), 2);
	assert_string_equal(stalls_thread(s, 0)->name, "initdb");
	assert_false(stalls_thread(s, 0)->background);
	assert_true(stalls_thread(s, 1)->background);
}

static void a_percentile_is_a_stall_that_was_seen(void **state)
{
	uint64_t many[200];
	const struct { size_t n; unsigned percent; uint64_t is; } cases[] = {
		{ 1, 50, 1 }, { 2, 50, 1 }, { 2, 99, 2 }, { 200, 50, 100 }, { 200, 99, 198 },
		{ 100, 99, 99 }, { 101, 99, 100 }, { 200, 100, 200 }, { 0, 99, 0 },
	};
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(many); i++)
		many[i] = i + 1;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct times t = { .v = many, .n = cases[i].n };

		assert_int_equal(times_percentile(&t, cases[i].percent), cases[i].is);
	}
}

#define K "      kcompactd0-42     "
#define CEND(task, us) AT(task, us) "mm_compaction_end: zone_start=0x1 mode=sync status=success\n"
#define CBEGIN(task, us) AT(task, us) "mm_compaction_begin: zone_start=0x1 zone_end=0x2, mode=sync\n"

static double metric_of(const json_t *metrics, const char *name)
{
	const json_t *v = json_object_get(json_object_get(metrics, name), "value");

	return v ? json_number_value(v) : -1;
}

static void metrics_are_of_threads_that_somebody_waits_for(void **state)
{
	cleanup_stalls struct stalls *s = stalls_of(
		BEGIN(A, "000100", "3") END(A, "000400", "0") BEGIN(B, "000500", "3")
		END(B, "000600", "9") CBEGIN(K, "000100") CEND(K, "009000"), EVENTS);
	cleanup_json json_t *metrics = json_object(), *none = json_object();
	struct err e;
	(void)state;

	assert_int_equal(stalls_metrics(s, true, metrics, &e), 0);
	assert_float_equal(metric_of(metrics, "reclaim_stalls"), 2, 0);
	assert_float_equal(metric_of(metrics, "reclaim_stall_time"), 400, 0);
	assert_float_equal(metric_of(metrics, "reclaim_stall_p99"), 300, 0);
	assert_float_equal(metric_of(metrics, "reclaim_stall_max"), 300, 0);
	assert_float_equal(metric_of(metrics, "compaction_stalls"), 0, 0);
	assert_null(json_object_get(metrics, "compaction_stall_max"));	/* of none there is no longest */
	assert_int_equal(stalls_metrics(s, false, none, &e), 0);
	assert_int_equal(json_object_size(none), 0);
}

static void what_was_not_traced_has_no_metric_and_no_rows(void **state)
{
	cleanup_stalls struct stalls *s = stalls_of(
		BEGIN(A, "000100", "3") END(A, "000400", "0") CBEGIN(K, "000100") CEND(K, "009000"),
		"[\"compaction:mm_compaction_begin\", \"compaction:mm_compaction_end\","
		" \"vmscan:mm_vmscan_direct_reclaim_begin\"]");
	cleanup_json json_t *metrics = json_object(), *j = stalls_json(s);
	const json_t *threads = json_object_get(j, "threads");
	struct err e;
	(void)state;

	assert_int_equal(stalls_metrics(s, true, metrics, &e), 0);
	assert_null(json_object_get(metrics, "reclaim_stalls"));
	assert_float_equal(metric_of(metrics, "compaction_stalls"), 0, 0);
	assert_int_equal(json_array_size(threads), 1);
	assert_string_equal(json_str(json_array_get(threads, 0), "task"), "kcompactd0");
	assert_true(json_is_true(json_object_get(json_array_get(threads, 0), "background")));
	assert_int_equal(json_int_or(json_array_get(threads, 0), "p50_us", 0), 8900);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_recorded_trace_gives_what_another_program_counts_in_it),
		cmocka_unit_test(a_stall_ends_with_its_own_threads_end),
		cmocka_unit_test(a_begin_or_an_end_without_the_other_is_counted_and_makes_no_stall),
		cmocka_unit_test(retries_belong_to_the_allocation_that_was_tried_again),
		cmocka_unit_test(a_task_may_call_itself_what_it_likes),
		cmocka_unit_test(what_is_no_trace_is_left_out_and_counted),
		cmocka_unit_test(threads_beyond_the_most_are_counted_by_their_events),
		cmocka_unit_test(threads_of_other_events_take_no_room_and_an_initdb_is_no_init),
		cmocka_unit_test(a_percentile_is_a_stall_that_was_seen),
		cmocka_unit_test(metrics_are_of_threads_that_somebody_waits_for),
		cmocka_unit_test(what_was_not_traced_has_no_metric_and_no_rows),
	};

	return cmocka_run_group_tests_name("stalls", tests, NULL, NULL);
}
