/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <cmocka.h>
#include "lib/cleanup.h"
#include "proto/protocol.h"
#include "result/metric.h"
#include "result/proof.h"
#include "spec/spec.h"

#define SECOND 1000000000LL

static const struct window whole = { 0, 10 * SECOND };

static json_t *json_of(const char *text)
{
	json_error_t je;
	json_t *j = json_loads(text, 0, &je);

	if (!j)
		fail_msg("%s", je.text);
	return j;
}

/* Two groups, of which the daemon that takes policies is in "server". */
static json_t *workload_make(void)
{
	return json_of("{\"groups\":[\"server\",\"load\"],\"daemons\":["
		       "{\"name\":\"d\",\"group\":\"server\",\"policy\":true},"
		       "{\"name\":\"e\",\"group\":\"load\",\"policy\":false}]}");
}

/* One sample a second from 1 s on, of the columns and rows given as JSON. */
static struct samples *samples_make(const char *columns, const char *rows)
{
	cleanup_json json_t *c = json_of(columns), *r = json_of(rows);
	struct samples *s = NULL;
	struct err e = {};
	json_t *row;
	size_t i;

	assert_int_equal(samples_new(c, &s, &e), 0);
	json_array_foreach(r, i, row) {
		cleanup_json json_t *sample = json_pack("{s:I, s:O}", "t_ns",
							(json_int_t)((long long)(i + 1) * SECOND), "v", row);

		if (samples_append(s, sample, &e))
			fail_msg("%s", e.msg);
	}
	return s;
}

static void metrics_are_computed_as_the_table_says(void **state)
{
	static const struct { const char *name; bool there; double value; } cases[] = {
		{ "mem_used", true, 300 },		/* median of 200, 300, 500 */
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
	cleanup_samples struct samples *s = samples_make(
		"[\"meminfo.MemTotal\",\"meminfo.MemAvailable\",\"cgroup.server.memory\","
		"\"ksm.pages_sharing\",\"ksm.full_scans\",\"thread.ksmd\"]",
		"[[1000,800,8192,2,1,100],[1000,500,8192,2,2,120],[1000,700,8192,2,3,140],"
		"[1000,null,null,null,null,null]]");

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		double v = 0;

		print_message("  %s\n", cases[i].name);
		assert_int_equal(metric_value(s, workload, cases[i].name, whole, &v), cases[i].there);
		assert_float_equal(v, cases[i].value, 1e-9);
	}
}

static void derived_metrics_have_every_key_and_absent_ones_no_entry(void **state)
{
	cleanup_json json_t *workload = workload_make(), *metrics = json_object();
	cleanup_samples struct samples *s = samples_make(
		"[\"meminfo.MemTotal\",\"meminfo.MemFree\",\"cgroup.load.memory\"]", "[[9,4,7]]");
	cleanup_json json_t *wanted = json_of(
		"{\"mem_free_used\":{\"value\":5.0,\"unit\":\"bytes\",\"better\":\"less\","
		"\"scale\":\"ratio\",\"kind\":\"derived\"},"
		"\"cgroup_load_memory\":{\"value\":7.0,\"unit\":\"bytes\",\"better\":\"less\","
		"\"scale\":\"ratio\",\"kind\":\"measured\"}}");
	struct err e = {};

	(void)state;
	assert_int_equal(metric_derive(s, workload, whole, metrics, &e), 0);
	assert_true(json_equal(metrics, wanted));
}

static bool source_has(const json_t *source, const char *column)
{
	const char *name = json_str(source, "name"), *kind = json_str(source, "kind");
	const json_t *key;
	char text[160];
	size_t i;

	if (!strcmp(kind, "value") || !strcmp(kind, "thread"))
		return !strcmp(name, column);
	if (!strcmp(kind, "psi")) {
		snprintf(text, sizeof(text), "%s.some_us", name);
		if (!strcmp(text, column))
			return true;
		snprintf(text, sizeof(text), "%s.full_us", name);
		return !strcmp(text, column);
	}
	json_array_foreach(json_object_get(source, "keys"), i, key) {
		snprintf(text, sizeof(text), "%s.%s", name, json_string_value(key));
		if (!strcmp(text, column))
			return true;
	}
	return false;
}

static void every_column_of_the_table_has_a_source(void **state)
{
	cleanup_json json_t *workload = json_of("{\"groups\":[\"{group}\"]}");
	cleanup_json json_t *sources = metric_sources(workload, NULL);

	(void)state;
	for (const struct metric_info *m = metric_table; m->name; m++) {
		const json_t *source;
		bool column = !strncmp(m->column, "agent.", 6), other = !m->other;
		size_t i;

		print_message("  %s\n", m->name);
		json_array_foreach(sources, i, source) {
			column |= source_has(source, m->column);
			other |= m->other && source_has(source, m->other);
		}
		assert_true(column);
		assert_true(other);
	}
}

static void sources_name_the_groups_and_the_policies_threads_once(void **state)
{
	cleanup_json json_t *workload = workload_make();
	cleanup_json json_t *policies = json_of(
		"[{\"cost\":{\"threads\":[\"ksmd\",\"kdamond\"]}},{\"cost\":{\"threads\":[\"kdamond\"]}},{}]");
	cleanup_json json_t *sources = metric_sources(workload, policies);
	unsigned ksmd = 0, kdamond = 0, groups = 0;
	const json_t *source;
	size_t i;

	(void)state;
	json_array_foreach(sources, i, source) {
		ksmd += !strcmp(json_str(source, "name"), "thread.ksmd");
		kdamond += !strcmp(json_str(source, "name"), "thread.kdamond");
		groups += !strcmp(json_str(source, "path"), PROTOCOL_CGROUP "/load/memory.current");
	}
	assert_int_equal(ksmd, 1);
	assert_int_equal(kdamond, 1);
	assert_int_equal(groups, 1);
}

static void proof_fails_when_a_metric_is_too_low_or_absent(void **state)
{
	static const struct { const char *policies, *status, *seen; } cases[] = {
		{ "[]", "none", NULL },
		{ "[{\"policy\":\"na\",\"proof\":[]}]", "none", NULL },
		{ "[{\"policy\":\"p\",\"proof\":[{\"metric\":\"ksm_full_scans\",\"at_least\":2,\"what\":\"w\"}]}]", "ok", "2" },
		{ "[{\"policy\":\"p\",\"proof\":[{\"metric\":\"ksm_full_scans\",\"more_than\":2,\"what\":\"w\"}]}]", "failed", "2" },
		{ "[{\"policy\":\"p\",\"proof\":[{\"metric\":\"ksm_full_scans\",\"at_most\":2,\"what\":\"w\"}]}]", "ok", "2" },
		{ "[{\"policy\":\"p\",\"proof\":[{\"metric\":\"mem_used\",\"at_most\":2,\"what\":\"w\"}]}]", "failed", "absent" },
	};
	cleanup_json json_t *workload = workload_make();
	cleanup_samples struct samples *s = samples_make("[\"ksm.full_scans\"]", "[[1],[2]]");

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		cleanup_json json_t *policies = json_of(cases[i].policies), *proof = NULL;
		struct err e = {};

		print_message("  case %zu\n", i);
		assert_int_equal(proof_check(policies, workload, s, whole, &proof, &e), 0);
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
		cleanup_samples struct samples *s = samples_make(
			"[\"ksm.full_scans\",\"ksm.pages_sharing\"]", cases[i].rows);
		char waiting[200] = "";

		print_message("  case %zu\n", i);
		assert_int_equal(settle_reached(policies, workload, s, waiting), !cases[i].waiting);
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
		assert_ptr_equal(strstr(m->name, "{group}") ? m : metric_find(m->name, NULL), m);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(metrics_are_computed_as_the_table_says),
		cmocka_unit_test(derived_metrics_have_every_key_and_absent_ones_no_entry),
		cmocka_unit_test(every_column_of_the_table_has_a_source),
		cmocka_unit_test(sources_name_the_groups_and_the_policies_threads_once),
		cmocka_unit_test(proof_fails_when_a_metric_is_too_low_or_absent),
		cmocka_unit_test(measuring_waits_until_every_condition_holds),
		cmocka_unit_test(the_table_uses_only_known_words_and_no_name_twice),
	};

	return cmocka_run_group_tests_name("metric", tests, NULL, NULL);
}
