/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
#include "lib/cleanup.h"
#include "lib/json.h"
#include "patch/trial-judge.h"
#include "patch/trial.h"

/* Parts of reports; ' stands for ". */
#define BUILT "'build': {'seconds': 9, 'error': null}"
#define BOOT(topology, more) "{'topology': '" topology "', 'seconds': 2, " more "}"
#define OK_BOOT "'outcome': 'ok', 'reason': '', 'reports': []"
#define BAD_BOOT(outcome) "'outcome': '" outcome "', 'reason': 'boot: it did', 'reports': []"
#define WARNED(hash) "'outcome': 'ok', 'reason': '', 'reports': [{'hash': '" hash \
	"', 'title': 'WARNING: at mm/x.c', 'function': 'x+0x1/0x2'}]"
#define ROW(metric, verdict, change) "{'workload': 'nginx', 'topology': 'dram', 'metric': '" metric \
	"', 'unit': '1/s', 'scale': 'ratio', 'verdict': '" verdict "', 'change': " change \
	", 'ci': [-0.05, 0.03], 'margin': 0.01, 'pairs': 8}"
#define CONTEST(failures, reports, rows) "{'experiment': 'try-nginx', 'result': 'r', " \
	"'new_reports': [" reports "], 'comparison': {'alpha': 0.025, 'failures': [" failures \
	"], 'comparisons': [" rows "]}}"
#define FAILED(arm, outcome) "{'n': 3, 'topology': 'dram', 'workload': 'nginx', 'arm': '" arm \
	"', 'outcome': '" outcome "', 'reason': 'measure: it did'}"
#define SAME ROW("rps", "equivalent", "0.0001")

static json_t *judged(const char *smoke, const char *comparisons, const char *build)
{
	cleanup_json json_t *text = json_sprintf("{%s, 'smoke': [%s], 'comparisons': [%s]}", build,
						 smoke, comparisons);
	cleanup_free char *json = strdup(json_string_value(text));
	json_error_t where;

	for (char *p = json; (p = strchr(p, '\''));)
		*p = '"';
	json_t *report = json_loads(json, 0, &where);
	if (!report)
		fail_msg("%s in %s", where.text, json);
	trial_judge(report);
	return report;
}

static void the_worst_that_was_found_is_the_verdict(void **state)
{
	static const struct {
		const char *what, *smoke, *comparisons, *verdict, *reason;
		size_t reasons;
	} cases[] = {
		{ "nothing compared", BOOT("dram", OK_BOOT), "", "boots", NULL, 0 },
		{ "all within the margin", BOOT("dram", OK_BOOT), CONTEST("", "", SAME), "equivalent",
		  "nginx on dram, rps: equivalent", 1 },
		{ "one metric worse", BOOT("dram", OK_BOOT),
		  CONTEST("", "", ROW("p99", "improvement", "-0.1") "," SAME "," ROW("rps", "regression", "-0.04")),
		  "regression", "nginx on dram, rps: regression -4", 3 },
		{ "one better, one unclear", "",
		  CONTEST("", "", ROW("p99", "improvement", "-0.1") "," ROW("rps", "inconclusive", "-0.01")),
		  "inconclusive", "nginx on dram, rps: inconclusive", 2 },
		{ "one better", "", CONTEST("", "", ROW("p99", "improvement", "-0.1") "," SAME),
		  "improvement", "nginx on dram, p99: improvement", 2 },
		{ "a proof that failed", "", CONTEST("", "", ROW("rps", "no-effect-possible", "null") "," SAME),
		  "no-effect-possible", "nginx on dram, rps: no-effect-possible", 2 },
		{ "it panics", BOOT("dram", OK_BOOT) "," BOOT("zram", BAD_BOOT("crashed") ", 'base': {" OK_BOOT "}"), "",
		  "crashed", "smoke on zram: crashed: boot: it did", 1 },
		{ "it hangs here and does not conform there",
		  BOOT("dram", BAD_BOOT("nonconforming") ", 'base': {" OK_BOOT "}") ","
		  BOOT("zram", BAD_BOOT("hung") ", 'base': {" OK_BOOT "}"), "",
		  "hung", "smoke on zram: hung: boot: it did", 2 },
		{ "it panics, and so does its base",
		  BOOT("zram", BAD_BOOT("crashed") ", 'base': {" BAD_BOOT("crashed") "}"), "",
		  "base-fails", "smoke on zram: crashed, and so is the base: boot: it did", 1 },
		{ "the rig fails", BOOT("dram", BAD_BOOT("infra-error") ", 'base': {" OK_BOOT "}"),
		  CONTEST("", "", SAME), "infra-error", "smoke on dram: infra-error: boot: it did", 2 },
		{ "a WARNING of its own", BOOT("dram", WARNED("aa") ", 'base': {" OK_BOOT "}"),
		  CONTEST("", "", SAME), "new-reports",
		  "smoke on dram: the kernel reported WARNING: at mm/x.c in x+0x1/0x2", 2 },
		{ "a WARNING that its base has, too",
		  BOOT("dram", WARNED("aa") ", 'base': {" WARNED("aa") "}"), "", "boots", NULL, 0 },
		{ "another WARNING than its base's",
		  BOOT("dram", WARNED("aa") ", 'base': {" WARNED("bb") "}"), "", "new-reports",
		  "smoke on dram: the kernel reported", 1 },
		{ "a WARNING under load", "",
		  CONTEST("", "{'hash': 'cc', 'title': 'BUG: soft lockup', 'function': 'y+0x1/0x2', "
			  "'where': 'mm/y.c:7'}", SAME),
		  "new-reports", "try-nginx: the kernel reported BUG: soft lockup in y+0x1/0x2 (mm/y.c:7)", 2 },
		{ "what a workload expects", "",
		  CONTEST("", "{'hash': 'cc', 'title': 'x invoked oom-killer', 'function': '', "
			      "'expected': true}", SAME), "equivalent", "nginx on dram, rps: equivalent", 1 },
		{ "it crashes under load", "", CONTEST(FAILED("patched", "crashed"), "", SAME), "crashed",
		  "nginx on dram, cell 3: crashed: measure: it did", 2 },
		{ "the base crashes under load", "", CONTEST(FAILED("base", "crashed"), "", SAME),
		  "base-fails", "nginx on dram, cell 3 (the base): crashed", 2 },
		{ "both crash under load", "",
		  CONTEST(FAILED("patched", "crashed") "," FAILED("base", "crashed"), "", SAME), "base-fails",
		  "nginx on dram, cell 3: crashed, and so is the base", 3 },
		{ "the server's errors are its", "", CONTEST(FAILED("patched", "workload-failed"), "", SAME),
		  "workload-failed", "nginx on dram, cell 3: workload-failed", 2 },
	};
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		cleanup_json json_t *r = judged(cases[i].smoke, cases[i].comparisons, BUILT);
		const json_t *reasons = json_object_get(r, "reasons");
		const char *first = json_string_value(json_array_get(reasons, 0));

		print_message("  %s\n", cases[i].what);
		assert_string_equal(json_str(r, "verdict"), cases[i].verdict);
		assert_string_equal(trial_table[trial_verdict_of(r)].name, cases[i].verdict);
		assert_int_equal(json_array_size(reasons), cases[i].reasons);
		if (cases[i].reason)
			assert_int_equal(strncmp(first, cases[i].reason, strlen(cases[i].reason)), 0);
	}
}

static void a_patch_that_does_not_build_is_judged_by_that(void **state)
{
	(void)state;
	cleanup_json json_t *r = judged("", "", "'build': {'seconds': 1, 'error': 'no such file'}");

	assert_string_equal(json_str(r, "verdict"), "does-not-build");
	assert_string_equal(json_string_value(json_array_get(json_object_get(r, "reasons"), 0)),
			    "no such file");
}

/* `git bisect run`: 0 is good, 1 bad, 125 cannot be told, above 127 stops. */
static void git_bisect_blames_only_what_is_the_patchs(void **state)
{
	(void)state;

	for (enum trial_verdict v = 0; v < TRIAL_VERDICTS; v++) {
		bool bad = v == TRIAL_CRASHED || v == TRIAL_HUNG || v == TRIAL_NONCONFORMING ||
			   v == TRIAL_WORKLOAD_FAILED || v == TRIAL_REGRESSION || v == TRIAL_NEW_REPORTS;
		bool good = v == TRIAL_IMPROVEMENT || v == TRIAL_EQUIVALENT || v == TRIAL_BOOTS;

		assert_int_equal(trial_table[v].git_bisect, bad ? 1 : good ? 0 :
				 v == TRIAL_INFRA_ERROR ? 255 : 125);
		assert_true(!good || trial_table[v].exit == EXIT_WELL);
		assert_true(!bad || trial_table[v].exit != EXIT_WELL);
	}
}

static void a_kernel_is_named_after_its_first_patch(void **state)
{
	static const struct { const char *file, *name; } cases[] = {
		{ "0001-mm-foo.patch", "b+mm-foo" },
		{ "dir/0012-mm-swap_state-say-where-swap-devices-are-listed.patch", "b+mm-swap-state-say-where" },
		{ "v2_Fix THIS.mbox", "b+v2-fix-this" },
		{ "a-word-of-exactly-24-abcd.patch", "b+a-word-of-exactly-24" },
		{ "a-word-of-exactly-24-abc.patch", "b+a-word-of-exactly-24-abc" },
		{ "abcdefghijklmnopqrstuvwxyz.patch", "b+abcdefghijklmnopqrstuvwx" },
		{ "...", "b+patch" },
	};
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		cleanup_free char *name = trial_kernel_name("b", cases[i].file);

		assert_string_equal(name, cases[i].name);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_worst_that_was_found_is_the_verdict),
		cmocka_unit_test(a_patch_that_does_not_build_is_judged_by_that),
		cmocka_unit_test(git_bisect_blames_only_what_is_the_patchs),
		cmocka_unit_test(a_kernel_is_named_after_its_first_patch),
	};

	return cmocka_run_group_tests_name("trial", tests, NULL, NULL);
}
