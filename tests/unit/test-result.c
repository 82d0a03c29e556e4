/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <glob.h>
#include <setjmp.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stddef.h>
#include <sys/stat.h>
#include <cmocka.h>
#include "result-edit.h"
#include "result/index.h"
#include "result/result.h"

static struct result *load(const char *dir)
{
	struct result *r = NULL;
	struct err e;

	if (result_load(dir, &r, &e))
		fail_msg("%s", e.msg);
	return r;
}

static size_t count_done(const struct result *r)
{
	size_t n = 0;

	for (size_t i = 0; i < r->n_cells; i++)
		n += r->cells[i].doc != NULL;
	return n;
}

static void a_whole_result_is_read_with_all_its_cells(void **state)
{
	cleanup_result struct result *r = load(RECORDED "quickstart");
	(void)state;

	assert_int_equal(r->n_cells, 14);
	assert_int_equal(count_done(r), 14);
	assert_int_equal(json_array_size(r->warnings), 0);
	assert_int_equal(r->cells[0].outcome, OUTCOME_OK);
	assert_non_null(result_cell_metric(&r->cells[0], "rps"));
	assert_null(result_cell_metric(&r->cells[0], "unheard-of"));
	assert_string_equal(json_str(result_arm(r, "ksm"), "name"), "ksm");
	assert_null(result_arm(r, "tmo"));
}

static void cells_share_what_they_say_alike_of_metrics_and_nothing_else(void **state)
{
	cleanup_copy char *dir = copy_make("quickstart");
	double one, other;
	(void)state;

	edit_cell(dir, 2, "metrics.rps.unit", json_string("requests/s"));
	cleanup_result struct result *r = load(dir);
	const struct result_cell *a = &r->cells[0], *edited = &r->cells[1], *b = &r->cells[2];

	assert_ptr_equal(a->about, b->about);
	assert_ptr_not_equal(a->about, edited->about);
	assert_string_equal(json_str(result_cell_metric(a, "rps"), "unit"), "1/s");
	assert_string_equal(json_str(result_cell_metric(edited, "rps"), "unit"), "requests/s");
	assert_true(result_cell_value(a, "rps", &one) && result_cell_value(b, "rps", &other));
	assert_true(one != other);
}

#define REPORT(context) \
	"[{\"kind\": \"bug\", \"title\": \"t\", \"function\": \"\", \"hash\": \"3f2a91c0\", " \
	"\"fatal\": true, \"count\": 1, \"line\": 1, \"stack\": [], \"context\": " context "}]"

static void a_cell_that_cannot_be_believed_is_not_done_and_said_to_be(void **state)
{
	static const struct {
		const char *path;	/* in result.json of cell 2 */
		const char *value;	/* JSON; NULL: removed */
		const char *warning;
	} cases[] = {
		{ "schema", "2", "schema" },
		{ "schema", "\"1\"", "schema" },
		{ "n", "3", "another cell" },
		{ "n", "-2", "'n'" },
		{ "pair", "7", "another cell" },
		{ "kernel", "\"other\"", "kernel" },
		{ "topology", "\"cxl\"", "topology" },
		{ "workload", "\"pgbench\"", "workload" },
		{ "arm", "\"none\"", "arm" },
		{ "outcome", "\"fine\"", "'fine' is unknown" },
		{ "outcome", NULL, "'outcome'" },
		{ "reason", "7", "'reason'" },
		{ "fidelity", NULL, "'fidelity'" },
		{ "fidelity.accelerator", "\"xen\"", "'xen'" },
		{ "fidelity.clock", NULL, "'clock'" },
		{ "fidelity.cpus", "0", "'cpus'" },
		{ "fidelity.nodes.0", "1", "'0'" },
		{ "proof", "[]", "'proof'" },
		{ "proof.status", "\"maybe\"", "'maybe'" },
		{ "metrics", "[]", "'metrics'" },
		{ "metrics.rps", "3000", "metric 'rps'" },
		{ "metrics.rps.value", "\"3000\"", "'value'" },
		{ "metrics.rps.unit", NULL, "'unit'" },
		{ "metrics.rps.better", "\"higher\"", "'higher'" },
		{ "metrics.rps.scale", "\"log\"", "'log'" },
		{ "metrics.rps.kind", "null", "'kind'" },
		{ "metrics.rps.loop", "\"half\"", "'loop' of metric 'rps' is 'half'" },
		{ "metrics.rps.loop", "1", "'loop' of metric 'rps' is not what it should be" },
		{ "reports", "{}", "'reports'" },
		{ "reports", "[7]", "report 1 is not an object" },
		{ "reports", "[{\"kind\": \"bug\"}]", "'title' of report 1 is missing" },
		{ "reports", REPORT("[1]"), "'context' of report 1" },
		{ "report", "1", "'report'" },
		{ "taint", "{}", "'number' of 'taint' is missing" },
	};
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		cleanup_copy char *dir = copy_make("quickstart");

		print_message("  %s = %s\n", cases[i].path, cases[i].value);
		edit_cell(dir, 2, cases[i].path,
			  cases[i].value ? json_loads(cases[i].value, JSON_DECODE_ANY, NULL) :
					   NULL);
		cleanup_result struct result *r = load(dir);
		assert_int_equal(count_done(r), 13);
		assert_null(r->cells[1].doc);
		assert_int_equal(r->cells[1].outcome, OUTCOME_COUNT);
		assert_int_equal(json_array_size(r->warnings), 1);
		const char *said = json_string_value(json_array_get(r->warnings, 0));
		assert_non_null(strstr(said, "cell 2 counts as not done"));
		assert_non_null(strstr(said, cases[i].warning));
	}
}

static void a_torn_cell_is_not_done(void **state)
{
	static const char *const texts[] = { "", "{", "[1]", "{\"n\":2,\"n\":2}", "null",
					     "{\"schema\": 1}" };
	cleanup_copy char *dir = copy_make("quickstart");
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		print_message("  '%s'\n", texts[i]);
		overwrite_cell(dir, 2, texts[i]);
		cleanup_result struct result *r = load(dir);
		assert_int_equal(count_done(r), 13);
		assert_int_equal(json_array_size(r->warnings), 1);
	}
}

static void a_cell_that_only_started_is_not_done_without_a_word(void **state)
{
	cleanup_copy char *dir = copy_make("quickstart");
	cleanup_free char *done = path_format("%s/cells/0004/result.json", dir);
	cleanup_free char *started = path_format("%s/cells/0004/started.json", dir);
	(void)state;

	assert_int_equal(rename(done, started), 0);
	cleanup_result struct result *r = load(dir);
	assert_int_equal(count_done(r), 13);
	assert_int_equal(json_array_size(r->warnings), 0);
}

static void a_fifo_in_the_place_of_a_result_does_not_hang(void **state)
{
	cleanup_copy char *dir = copy_make("quickstart");
	cleanup_free char *path = path_format("%s/cells/0004/result.json", dir);
	(void)state;

	assert_int_equal(unlink(path), 0);
	assert_int_equal(mkfifo(path, 0600), 0);
	cleanup_result struct result *r = load(dir);
	assert_int_equal(count_done(r), 13);
}

static void a_cell_that_is_not_ok_needs_no_metrics(void **state)
{
	cleanup_copy char *dir = copy_make("quickstart");
	(void)state;

	edit_cell(dir, 2, "outcome", json_string("hung"));
	edit_cell(dir, 2, "metrics", NULL);
	edit_cell(dir, 2, "fidelity", NULL);
	cleanup_result struct result *r = load(dir);
	assert_int_equal(r->cells[1].outcome, OUTCOME_HUNG);
	assert_null(result_cell_metric(&r->cells[1], "rps"));
}

static void a_broken_plan_is_refused(void **state)
{
	static const struct { const char *path, *value, *msg; } cases[] = {
		{ "schema", "2", "'schema'" },
		{ "experiment", NULL, "'experiment' of the plan is missing" },
		{ "alpha", "0", "'alpha'" },
		{ "alpha", "0.9", "'alpha'" },
		{ "pairs", "20000", "10000 pairs" },
		{ "family", "-1", "'family'" },
		{ "family", "1.5", "'family'" },
		{ "arms", "[]", "0 base arms" },
		{ "arms.1.base", "true", "2 base arms" },
		{ "arms.1.name", "7", "'name' of arm 2" },
		{ "metrics.0.margin", "\"5%\"", "'margin' of metric 1" },
		{ "metrics.0.scale", "\"log\"", "'log'" },
		{ "cells", "{}", "'cells'" },
		{ "cells.0.n", "2", "cell 1 is numbered 2" },
		{ "cells.0.pair", "10001", "pair 10001" },
		{ "cells.0.arm", "\"tmo\"", "arm 'tmo'" },
		{ "cells.0.kernel", NULL, "'kernel' of cell 1" },
		{ "diagnostic", "1", "'diagnostic'" },
	};
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		cleanup_copy char *dir = copy_make("quickstart");
		struct result *r = NULL;
		struct err e;

		print_message("  %s = %s\n", cases[i].path, cases[i].value);
		edit(dir, "plan.json", cases[i].path,
		     cases[i].value ? json_loads(cases[i].value, JSON_DECODE_ANY, NULL) : NULL);
		assert_int_equal(result_load(dir, &r, &e), -EINVAL);
		assert_null(r);
		if (!strstr(e.msg, cases[i].msg) || !strstr(e.msg, "plan.json"))
			fail_msg("%s", e.msg);
	}
}

static void a_folder_without_a_plan_is_no_result(void **state)
{
	struct result *r = NULL;
	struct err e;
	(void)state;

	assert_int_equal(result_load("tests/unit/data", &r, &e), -ENOENT);
	assert_string_equal(e.msg, "tests/unit/data is not a result: it has no plan.json");
	assert_int_equal(result_load("/nowhere", &r, &e), -ENOENT);
}

static void what_a_replay_allowed_to_differ_is_a_warning_of_its_result(void **state)
{
	cleanup_copy char *dir = copy_make("quickstart");
	(void)state;

	edit(dir, "plan.json", "replay",
	     json_pack("{s:s, s:i, s:[{s:s, s:s, s:s}]}", "experiment", "quickstart", "cell", 3,
		       "differs", "what", "qemu", "was", "7.2.22", "is", "8.0.0\033[2J"));
	cleanup_result struct result *r = load(dir);

	assert_int_equal(json_array_size(r->warnings), 1);
	assert_string_equal(json_string_value(json_array_get(r->warnings, 0)),
			    "it replays cell 3 of quickstart with another qemu: then 7.2.22, "
			    "now 8.0.0 [2J");
}

static char *ask(const char *dir, const char *sql)
{
	cleanup_free char *path = path_format("%s/index.sqlite", dir);
	sqlite3 *db;
	sqlite3_stmt *s;

	assert_int_equal(sqlite3_open_v2(path, &db, SQLITE_OPEN_READONLY, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &s, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_step(s), SQLITE_ROW);
	char *answer = path_format("%s", (const char *)sqlite3_column_text(s, 0));
	sqlite3_finalize(s);
	sqlite3_close(db);
	return answer;
}

static int index_of(const char *dir, struct err *e)
{
	cleanup_result struct result *r = NULL;
	int rc = result_load(dir, &r, e);

	return rc ? rc : index_build(r, e);
}

static void the_index_holds_what_the_folders_hold(void **state)
{
	static const struct { const char *sql, *answer; } cases[] = {
		{ "SELECT count(*) FROM cell", "16" },
		{ "SELECT group_concat(outcome || n) FROM (SELECT outcome, count(*) n FROM cell"
		  " GROUP BY outcome ORDER BY outcome)", "crashed1,not-done3,ok12" },
		{ "SELECT count(*) FROM metric", "48" },
		{ "SELECT wall_ms FROM cell WHERE n = 1", "14811" },
		{ "SELECT wall_ms IS NULL FROM cell WHERE n = 3", "1" },
		{ "SELECT reason FROM cell WHERE n = 10",
		  "the kernel said: BUG: unable to handle page fault" },
		{ "SELECT unit || kind FROM metric WHERE n = 1 AND name = 'mem_used'",
		  "bytesderived" },
		{ "SELECT count(*) FROM pragma_table_list WHERE strict AND name IN"
		  " ('cell', 'metric')", "2" },
	};
	cleanup_copy char *dir = copy_make("troubled");
	struct err e;
	(void)state;

	/* Twice: the second replaces the first. */
	assert_int_equal(index_of(dir, &e), 0);
	assert_int_equal(index_of(dir, &e), 0);
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		cleanup_free char *answer = ask(dir, cases[i].sql);

		print_message("  %s\n", cases[i].sql);
		assert_string_equal(answer, cases[i].answer);
	}
}

static void an_index_that_cannot_be_put_in_place_leaves_nothing(void **state)
{
	cleanup_copy char *dir = copy_make("quickstart");
	cleanup_free char *path = path_format("%s/index.sqlite", dir);
	cleanup_free char *inside = path_format("%s/index.sqlite/x", dir);
	glob_t found;
	struct err e;
	(void)state;

	assert_int_equal(dir_make(inside, 0777, &e), 0);
	assert_true(index_of(dir, &e) < 0);
	assert_non_null(strstr(e.msg, path));
	cleanup_free char *stray = path_format("%s.*", path);
	assert_int_equal(glob(stray, 0, NULL, &found), GLOB_NOMATCH);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_whole_result_is_read_with_all_its_cells),
		cmocka_unit_test(cells_share_what_they_say_alike_of_metrics_and_nothing_else),
		cmocka_unit_test(a_cell_that_cannot_be_believed_is_not_done_and_said_to_be),
		cmocka_unit_test(a_torn_cell_is_not_done),
		cmocka_unit_test(a_cell_that_only_started_is_not_done_without_a_word),
		cmocka_unit_test(a_fifo_in_the_place_of_a_result_does_not_hang),
		cmocka_unit_test(a_cell_that_is_not_ok_needs_no_metrics),
		cmocka_unit_test(a_broken_plan_is_refused),
		cmocka_unit_test(a_folder_without_a_plan_is_no_result),
		cmocka_unit_test(what_a_replay_allowed_to_differ_is_a_warning_of_its_result),
		cmocka_unit_test(the_index_holds_what_the_folders_hold),
		cmocka_unit_test(an_index_that_cannot_be_put_in_place_leaves_nothing),
	};

	return cmocka_run_group_tests_name("result", tests, NULL, NULL);
}
