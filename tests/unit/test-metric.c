/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <cmocka.h>
#include "metric-fixture.h"
#include "result/proof.h"

struct value_case {
	const char *name;
	bool there;
	double value;
};

static void check_values(const struct samples *s, const json_t *workload,
			 const struct value_case *cases, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		double v = 0;

		print_message("  %s\n", cases[i].name);
		assert_int_equal(metric_value(s, workload, cases[i].name, whole, &v), cases[i].there);
		assert_float_equal(v, cases[i].value, 1e-9);
	}
}

static void metrics_are_computed_as_the_table_says(void **state)
{
	static const struct value_case cases[] = {
		{ "mem_used", true, 300 },		/* median of 200, 300, 500 */
		{ "mem_used_share", true, 0.3 },
		{ "cgroup_server_memory", true, 8192 },
		{ "cgroup_load_memory", false, 0 },	/* no such column */
		{ "cgroup_other_memory", false, 0 },	/* no such group */
		{ "ksm_full_scans", true, 3 },
		{ "ksm_sharing_share", true, 0.5 },	/* 2 pages of 2 + 2 */
		{ "ksmd_cpu", true, 40 },
		{ "mem_anon", false, 0 },
		{ "no_such_metric", false, 0 },
	};
	cleanup_json json_t *workload = workload_make();
	cleanup_samples struct samples *s = samples_every(SECOND, 
		"[\"meminfo.MemTotal\",\"meminfo.MemAvailable\",\"cgroup.server.memory\","
		"\"ksm.pages_sharing\",\"ksm.full_scans\",\"thread.ksmd\"]",
		"[[1000,800,8192,2,1,100],[1000,500,8192,2,2,120],[1000,700,8192,2,3,140],"
		"[1000,null,null,null,null,null]]");

	(void)state;
	check_values(s, workload, cases, ARRAY_SIZE(cases));
}

static void derived_metrics_have_every_key_and_absent_ones_no_entry(void **state)
{
	cleanup_json json_t *workload = workload_make(), *metrics = json_object();
	cleanup_samples struct samples *s = samples_every(SECOND, 
		"[\"meminfo.MemTotal\",\"meminfo.MemFree\",\"cgroup.load.memory\"]", "[[9,4,7]]");
	cleanup_json json_t *wanted = json_of(
		"{\"cgroup_load_memory_mean\":{\"value\":7.0,\"unit\":\"bytes\",\"better\":\"less\","
		"\"scale\":\"ratio\",\"kind\":\"measured\"},"
		"\"mem_total\":{\"value\":9.0,\"unit\":\"bytes\",\"better\":\"more\","
		"\"scale\":\"difference\",\"kind\":\"measured\"},"
		"\"mem_free\":{\"value\":4.0,\"unit\":\"bytes\",\"better\":\"more\","
		"\"scale\":\"ratio\",\"kind\":\"measured\"},"
		"\"mem_free_used\":{\"value\":5.0,\"unit\":\"bytes\",\"better\":\"less\","
		"\"scale\":\"ratio\",\"kind\":\"derived\"},"
		"\"cgroup_load_memory\":{\"value\":7.0,\"unit\":\"bytes\",\"better\":\"less\","
		"\"scale\":\"ratio\",\"kind\":\"measured\"}}");
	struct err e = {};

	(void)state;
	assert_int_equal(metric_derive(s, workload, whole, metrics, &e), 0);
	assert_true(json_equal(metrics, wanted));
}

static void a_sum_has_what_there_is_of_it(void **state)
{
	static const struct value_case cases[] = {
		{ "swap_zram_used", true, 12 },		/* 10, 12 + 0, 7 + 9 */
		{ "swap_zram_peak", true, 16 },
		{ "swap_nvme_peak", true, 8 },
		{ "swap_timed_peak", false, 0 },
		{ "swap_nvme_used", true, 7 },		/* one device is not swapped to */
		{ "swap_timed_used", false, 0 },	/* a column, and never a value */
		{ "swap_fast_used", false, 0 },		/* the name of a device is no kind */
		{ "demoted", true, 8 },
		{ "demoted_since_boot", true, 13 },
		{ "node1_demoted", true, 4 },
		{ "node3_demoted", false, 0 },
		{ "node16_demoted", false, 0 },
		{ "nodex_demoted", false, 0 },
		{ "nvme_written", true, 2048 },
		{ "nvme_read", false, 0 },		/* one of the two counters fell */
		{ "zram_ratio", true, 4 },		/* where it stores nothing there is none */
		{ "kswapd_cpu", true, 60 },
	};
	cleanup_samples struct samples *s = samples_every(SECOND, 
		"[\"swap.zram.a.used\",\"swap.zram.b.used\",\"swap.nvme.a.used\",\"swap.nvme.b.used\","
		"\"swap.timed.a.used\",\"vmstat.pgdemote_kswapd\",\"vmstat.pgdemote_direct\","
		"\"node.1.vmstat.pgdemote_kswapd\",\"disk.nvme.a.write_sectors\","
		"\"disk.nvme.a.read_sectors\",\"disk.nvme.b.read_sectors\",\"zram.a.orig\","
		"\"zram.b.orig\",\"zram.a.memory\",\"zram.b.memory\",\"thread.kswapd0\","
		"\"thread.kswapd1\",\"thread.kswapd2\"]",
		"[[10,null,7,null,null,2,3,1,8,5,5,8,8,2,2,10,20,null],"
		"[12,0,7,null,null,4,3,1,8,6,4,8,8,2,2,20,20,null],"
		"[7,9,8,null,null,9,4,5,12,7,4,0,0,0,0,30,60,null]]");

	(void)state;
	check_values(s, NULL, cases, ARRAY_SIZE(cases));
}

/*
 * coldheap of 1100 MiB on topology full with demotion and swap-zram-nvme: the
 * heap is filled, then used, every second or so.
 */
static void rates_and_shares_are_of_the_window(void **state)
{
	static const struct window w = { SECOND, 3 * SECOND };
	cleanup_json json_t *workload = workload_make();
	cleanup_samples struct samples *s = samples_every(SECOND, 
		"[\"vmstat.pswpout\",\"vmstat.pgpgin\",\"cpu.user\",\"cpu.nice\",\"cpu.system\","
		"\"cpu.idle\",\"cpu.iowait\",\"cpu.irq\",\"cpu.softirq\",\"cpu.steal\"]",
		"[[1,100,10,0,0,0,0,0,0,0],[6,100,20,0,5,0,0,0,1,0],[11,140,40,5,5,54,0,0,6,0],"
		"[99,999,99,99,99,99,99,99,99,99]]");
	static const struct { const char *name; double value; } cases[] = {
		{ "so", 20 },		/* 10 pages of 4 KiB in 2 s */
		{ "bi", 20 },
		{ "cpu_user", 0.35 },	/* 35 of 100 */
		{ "cpu_system", 0.11 },
		{ "cpu_idle", 0.54 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		double v = 0;

		print_message("  %s\n", cases[i].name);
		assert_true(metric_value(s, workload, cases[i].name, w, &v));
		assert_float_equal(v, cases[i].value, 1e-9);
	}
}

static void a_sum_of_named_columns_needs_them_all(void **state)
{
	static const struct value_case whole_sum = { "mem_buff_cache", true, 60 };
	static const struct value_case no_sum = { "mem_buff_cache", false, 0 };
	cleanup_json json_t *workload = workload_make();
	cleanup_samples struct samples *all = samples_every(SECOND, 
		"[\"meminfo.Buffers\",\"meminfo.Cached\",\"meminfo.SReclaimable\"]",
		"[[10,20,30],[10,20,null]]");
	cleanup_samples struct samples *two = samples_every(SECOND, 
		"[\"meminfo.Buffers\",\"meminfo.Cached\"]", "[[10,20]]");

	(void)state;
	check_values(all, workload, &whole_sum, 1);
	check_values(two, workload, &no_sum, 1);
}

static void a_recorded_run_demotes_swaps_and_promotes(void **state)
{
	static const struct window filling = { 21667520016, 26169670005 };
	static const struct window using = { 28172484382, 42173381741 };
	static const struct { const char *name; struct window w; double value; } cases[] = {
		{ "demoted", filling, 23367 },		/* 23095 by kswapd, 272 by the heap itself */
		{ "demoted_since_boot", filling, 57652 },
		{ "node0_demoted", filling, 23367 },
		{ "node1_demoted", filling, 0 },
		{ "promoted", filling, 0 },
		{ "promoted", using, 3417 },
		{ "promoted_since_boot", using, 3417 },
		{ "node0_promoted", using, 3417 },
		{ "node1_anon", using, 412985344 },
		{ "swap_zram_used", filling, 67104768 },
		{ "swap_nvme_used", filling, 115867648 },
		{ "nvme_written", filling, 236744704 },
		{ "zram_stored", filling, 66957312 },
		{ "zram_memory", filling, 36966400 },
		{ "zram_ratio", filling, 66957312. / 36966400 },
		{ "kswapd_cpu", filling, 5280000 },	/* 2.88 s on node 0, 2.4 s on node 1 */
		{ "alloc_stalls", filling, 38 },
	};
	cleanup_samples struct samples *s = NULL;
	struct err e = {};

	(void)state;
	if (samples_load("tests/unit/data/samples/full.jsonl", &s, &e))
		fail_msg("%s", e.msg);
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		double v = -1;

		print_message("  %s\n", cases[i].name);
		assert_true(metric_value(s, NULL, cases[i].name, cases[i].w, &v));
		assert_float_equal(v, cases[i].value, 1e-6);
	}
}

static void a_sum_is_derived_and_one_counter_is_measured(void **state)
{
	static const struct { const char *name, *kind; } cases[] = {
		{ "kswapd_cpu", "derived" },	{ "ksmd_cpu", "measured" },
		{ "zram_ratio", "derived" },	{ "node0_used", "measured" },
		{ "mem_used", "derived" },	{ "promoted", "measured" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		print_message("  %s\n", cases[i].name);
		assert_string_equal(metric_kind(metric_find(cases[i].name, NULL)), cases[i].kind);
	}
}

#define FILE_PROOF(file, reads) \
	"[{\"policy\":\"p\",\"proof\":[{\"file\":\"" file "\",\"reads\":\"" reads "\",\"what\":\"w\"}]}]"
#define SUM_PROOF(daemon, sum) \
	"[{\"policy\":\"p\",\"proof\":[{\"daemon\":\"" daemon "\",\"sum\":\"" sum \
	"\",\"more_than\":0,\"what\":\"w\"}]}]"

static void proof_fails_when_a_metric_is_too_low_or_absent(void **state)
{
	static const struct { const char *policies, *status, *seen; } cases[] = {
		{ "[]", "none", NULL },
		{ "[{\"policy\":\"na\",\"proof\":[]}]", "none", NULL },
		{ "[{\"policy\":\"p\",\"proof\":[{\"metric\":\"ksm_full_scans\",\"at_least\":2,\"what\":\"w\"}]}]", "ok", "2" },
		{ "[{\"policy\":\"p\",\"proof\":[{\"metric\":\"ksm_full_scans\",\"more_than\":2,\"what\":\"w\"}]}]", "failed", "2" },
		{ "[{\"policy\":\"p\",\"proof\":[{\"metric\":\"ksm_full_scans\",\"at_most\":2,\"what\":\"w\"}]}]", "ok", "2" },
		{ "[{\"policy\":\"p\",\"proof\":[{\"metric\":\"mem_used\",\"at_most\":2,\"what\":\"w\"}]}]", "failed", "absent" },
		{ FILE_PROOF("/mode", "on"), "ok", "on" },
		{ FILE_PROOF("/mode", "o"), "failed", "on" },
		{ FILE_PROOF("/choice", "never"), "ok", "always [never]" },
		{ FILE_PROOF("/choice", "always"), "failed", "always [never]" },
		{ FILE_PROOF("/gone", "on"), "failed", "absent" },
		{ SUM_PROOF("senpai", "bytes"), "ok", "4096" },
		{ SUM_PROOF("senpai", "pages"), "failed", "absent" },
		{ SUM_PROOF("other", "bytes"), "failed", "0" },
	};
	cleanup_json json_t *facts = json_of("{\"files\":{\"/mode\":\"on\",\"/choice\":\"always [never]\"},"
					     "\"sums\":{\"senpai.bytes\":4096,\"other.bytes\":0}}");
	cleanup_json json_t *workload = workload_make();
	cleanup_samples struct samples *s = samples_every(SECOND, "[\"ksm.full_scans\"]", "[[1],[2]]");

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		cleanup_json json_t *policies = json_of(cases[i].policies), *proof = NULL;
		struct err e = {};

		print_message("  case %zu\n", i);
		assert_int_equal(proof_check(policies, workload, s, whole, facts, &proof, &e), 0);
		assert_string_equal(json_str(proof, "status"), cases[i].status);
		const json_t *check = json_array_get(json_object_get(proof, "checks"), 0);

		if (cases[i].seen)
			assert_string_equal(json_str(check, "seen"), cases[i].seen);
	}
}

static void measuring_waits_until_every_condition_holds(void **state)
{
	static const struct { const char *rows; const char *waiting; } cases[] = {
		{ "[]", "ksm_full_scans is absent, not yet at least 2" },
		{ "[[1,0],[1,0],[1,0],[1,0]]", "ksm_full_scans is 1, not yet at least 2" },
		{ "[[2,50],[2,50]]", "ksm_pages_sharing has not kept still for 2 s yet" },
		{ "[[2,10],[2,50],[2,60],[2,70]]", "ksm_pages_sharing has not kept still for 2 s yet" },
		{ "[[2,10],[2,70],[2,null],[2,70]]", "ksm_pages_sharing has not kept still for 2 s yet" },
		{ "[[1,10],[2,7000],[2,7010],[2,7000]]", NULL },
	};
	cleanup_json json_t *workload = workload_make(), *policies = json_of(
		"[{\"policy\":\"na\"},{\"policy\":\"p\",\"settle\":{\"timeout\":9000,\"conditions\":["
		"{\"metric\":\"ksm_full_scans\",\"at_least\":2},"
		"{\"metric\":\"ksm_pages_sharing\",\"stable_for\":2000}]}}]");

	(void)state;
	assert_int_equal(settle_timeout_ms(policies), 9000);
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		cleanup_samples struct samples *s = samples_every(SECOND, 
			"[\"ksm.full_scans\",\"ksm.pages_sharing\"]", cases[i].rows);
		char waiting[200] = "";

		print_message("  case %zu\n", i);
		assert_int_equal(settle_reached(policies, workload, s, 0, waiting), !cases[i].waiting);
		if (cases[i].waiting)
			assert_string_equal(waiting, cases[i].waiting);
	}
}

/* What was counted before waiting began does not count. */
static void growth_is_awaited_from_when_waiting_began(void **state)
{
	static const struct { const char *rows; int64_t begin_ns; const char *waiting; } cases[] = {
		{ "[[7],[8],[9]]", 1000000000, "ksm_full_scans has grown by 2, not yet by 3" },
		{ "[[7],[8],[9],[10]]", 1000000000, NULL },
		{ "[[7],[8],[9],[10]]", 2000000000, "ksm_full_scans has grown by 2, not yet by 3" },
		{ "[[null],[null],[9],[12]]", 1000000000, "ksm_full_scans is absent, so it has not grown" },
		{ "[[null],[null]]", 1000000000, "ksm_full_scans is absent, so it has not grown" },
	};
	cleanup_json json_t *workload = workload_make(), *policies = json_of(
		"[{\"policy\":\"p\",\"settle\":{\"timeout\":9000,\"conditions\":["
		"{\"metric\":\"ksm_full_scans\",\"grown_by\":3}]}}]");

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		cleanup_samples struct samples *s = samples_every(SECOND, "[\"ksm.full_scans\"]", cases[i].rows);
		char waiting[200] = "";

		print_message("  case %zu\n", i);
		assert_int_equal(settle_reached(policies, workload, s, cases[i].begin_ns, waiting),
				 !cases[i].waiting);
		if (cases[i].waiting)
			assert_string_equal(waiting, cases[i].waiting);
	}
}

static void the_table_uses_only_known_words_and_no_name_twice(void **state)
{
	(void)state;
	for (const struct metric_info *m = metric_table; m->name; m++) {
		print_message("  %s\n", m->name);
		assert_true(!strcmp(m->better, "more") || !strcmp(m->better, "less"));
		assert_true(!strcmp(m->scale, "ratio") || !strcmp(m->scale, "difference"));
		assert_ptr_equal(strchr(m->name, '{') ? m : metric_find(m->name, NULL), m);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(metrics_are_computed_as_the_table_says),
		cmocka_unit_test(derived_metrics_have_every_key_and_absent_ones_no_entry),
		cmocka_unit_test(a_sum_has_what_there_is_of_it),
		cmocka_unit_test(rates_and_shares_are_of_the_window),
		cmocka_unit_test(a_sum_of_named_columns_needs_them_all),
		cmocka_unit_test(a_recorded_run_demotes_swaps_and_promotes),
		cmocka_unit_test(a_sum_is_derived_and_one_counter_is_measured),
		cmocka_unit_test(proof_fails_when_a_metric_is_too_low_or_absent),
		cmocka_unit_test(measuring_waits_until_every_condition_holds),
		cmocka_unit_test(growth_is_awaited_from_when_waiting_began),
		cmocka_unit_test(the_table_uses_only_known_words_and_no_name_twice),
	};

	return cmocka_run_group_tests_name("metric", tests, NULL, NULL);
}
