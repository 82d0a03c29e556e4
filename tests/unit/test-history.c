/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>
#include <cmocka.h>
#include "history/change.h"
#include "history/confirm.h"
#include "history/night.h"
#include "history/setup.h"
#include "history/trend.h"
#include "night-fixture.h"

/* A folder for one test, and the history in it. */
struct place {
	char dir[32];
	struct history *h;
};

static struct place place_make(void)
{
	struct place p = { .dir = "/tmp/ramrig-test-XXXXXX" };
	cleanup_free char *db = NULL;
	struct err e;

	assert_non_null(mkdtemp(p.dir));
	db = path_format("%s/deep/history.sqlite", p.dir);
	if (history_open(db, true, &p.h, &e))
		fail_msg("%s", e.msg);
	return p;
}

static void place_drop(struct place *p)
{
	struct err e;

	history_close(p->h);
	dir_remove(p->dir, &e);
}
#define cleanup_place __attribute__((cleanup(place_drop)))

/* Adds the night @n; the error's code where it is refused. */
static int add(struct place *p, const struct made_night *n, json_int_t *ret_night, bool *ret_again)
{
	cleanup_free char *dir = path_format("%s/result", p->dir);
	cleanup_result struct result *r = NULL;
	struct err e;

	dir_remove(dir, &e);
	made_write(dir, n);
	if (result_load(dir, &r, &e))
		fail_msg("%s", e.msg);
	return night_add(p->h, r, NULL, ret_night, ret_again, &e);
}

static json_int_t added(struct place *p, struct made_night n)
{
	json_int_t night = 0;
	bool again;

	assert_int_equal(add(p, &n, &night, &again), 0);
	assert_false(again);
	return night;
}

static json_t *trends(struct place *p, struct trend_wish w)
{
	json_t *j = NULL;
	struct err e;

	if (trend_load(p->h, &w, &j, &e) || change_find(j, &e))
		fail_msg("%s", e.msg);
	return j;
}

static const json_t *first(const json_t *j, const char *list)
{
	return json_array_get(json_object_get(json_array_get(j, 0), list), 0);
}

static double number(const json_t *j, const char *key)
{
	assert_true(json_is_number(json_object_get(j, key)));
	return json_number_value(json_object_get(j, key));
}

static void a_night_is_the_median_of_its_boots(void **state)
{
	cleanup_place struct place p = place_make();
	(void)state;

	assert_int_equal(added(&p, (struct made_night){ 1, 1000, .boots = 5 }), 1);
	cleanup_json json_t *j = trends(&p, (struct trend_wish){ .watched = true });
	assert_int_equal(json_array_size(j), 1);	/* mem_used is no key metric */
	const json_t *t = json_array_get(j, 0), *night = first(j, "nights");

	assert_string_equal(json_str(t, "metric"), "rps");
	assert_string_equal(json_str(t, "host"), "Some CPU, 2 CPUs, 24 GiB");
	assert_true(number(t, "margin") == 0.02);
	assert_int_equal(json_int_or(night, "boots", 0), 5);
	assert_true(fabs(number(night, "median") - 1000) < 1e-6);
	assert_true(fabs(number(night, "least") - 999) < 1e-6);
	assert_string_equal(json_str(night, "hash"), "a");
	cleanup_json json_t *other = trends(&p, (struct trend_wish){ .metric = "mem_used" });
	assert_int_equal(json_array_size(other), 1);
	assert_true(json_is_null(json_object_get(json_array_get(other, 0), "margin")));
	cleanup_json json_t *none = trends(&p, (struct trend_wish){ .topology = "full" });
	assert_int_equal(json_array_size(none), 0);
}

static void what_must_not_be_mixed_is_another_trend(void **state)
{
	static const struct made_night others[] = {
		{ 2, 1000, .cpu = "Other CPU" },  { 3, 1000, .accelerator = "kvm" },
		{ 4, 1000, .clock = "virtual" },  { 5, 1000, .kernel = "debian" },
		{ 6, 1000, .duration = "20000" },
	};
	cleanup_place struct place p = place_make();
	(void)state;

	added(&p, (struct made_night){ 1, 1000, .boots = 3 });
	for (size_t i = 0; i < ARRAY_SIZE(others); i++) {
		added(&p, others[i]);
		cleanup_json json_t *j = trends(&p, (struct trend_wish){ .watched = true });
		assert_int_equal(json_array_size(j), i + 2);
	}
	added(&p,
	      (struct made_night){ 7, 1000, .hash = "b" }); /* another build of the same kernel */
	cleanup_json json_t *j =
		trends(&p, (struct trend_wish){ .kernel = "testbed", .watched = true });
	size_t nights = 0;

	for (size_t i = 0; i < json_array_size(j); i++)
		nights += json_array_size(json_object_get(json_array_get(j, i), "nights"));
	assert_int_equal(json_array_size(j), 5);
	assert_int_equal(nights, 6);
}

static void a_result_that_is_added_again_takes_its_own_place(void **state)
{
	cleanup_place struct place p = place_make();
	json_int_t night = 0;
	bool again = false;
	(void)state;

	added(&p, (struct made_night){ 1, 1000, .boots = 2 });
	added(&p, (struct made_night){ 2, 1000, .boots = 3 });
	assert_int_equal(add(&p, &(struct made_night){ 1, 2000, .boots = 4 }, &night, &again), 0);
	assert_true(again);
	assert_int_equal(night, 1);
	cleanup_json json_t *j = trends(&p, (struct trend_wish){ .watched = true }), *list = NULL;
	struct err e;

	assert_int_equal(json_array_size(json_object_get(json_array_get(j, 0), "nights")), 2);
	assert_int_equal(json_int_or(first(j, "nights"), "boots", 0), 4);
	assert_int_equal(night_list(p.h, &list, &e), 0);
	assert_int_equal(json_array_size(list), 2);
	assert_int_equal(json_int_or(json_object_get(json_array_get(list, 0), "cells"), "ok", 0),
			 4);
}

static void figures_of_policies_that_did_not_act_do_not_count(void **state)
{
	cleanup_place struct place p = place_make();
	cleanup_json json_t *list = NULL;
	struct err e;
	(void)state;

	added(&p, (struct made_night){ 1, 1000, .proof = "failed" });
	added(&p, (struct made_night){ 2, 1000, .outcome = "crashed" });
	cleanup_json json_t *j = trends(&p, (struct trend_wish){ .watched = true });
	assert_int_equal(json_array_size(j), 0);
	assert_int_equal(night_list(p.h, &list, &e), 0);
	assert_int_equal(json_int_or(json_array_get(list, 0), "unproven", 0), 3);
	assert_int_equal(
		json_int_or(json_object_get(json_array_get(list, 1), "cells"), "crashed", 0), 3);
}

static void nothing_done_is_no_night(void **state)
{
	cleanup_place struct place p = place_make();
	cleanup_free char *dir = path_format("%s/empty", p.dir);
	cleanup_free char *cells = path_format("%s/cells", dir);
	cleanup_result struct result *r = NULL;
	json_int_t night;
	struct err e;
	bool again;
	(void)state;

	made_write(dir, &(struct made_night){ 1, 1000, .boots = 3 });
	assert_int_equal(dir_remove(cells, &e), 0);
	assert_int_equal(result_load(dir, &r, &e), 0);
	assert_int_equal(night_add(p.h, r, NULL, &night, &again, &e), -ENODATA);
}

/* Four nights at 1000, then more at @rps, with another kernel. */
static void step(struct place *p, double rps, unsigned nights)
{
	for (unsigned i = 1; i <= nights; i++)
		added(p, (struct made_night){ i, (i > 4 ? rps : 1000) * (1 + 0.0004 * (i % 3)),
					      .hash = i > 4 ? "b" : "a" });
}

static void a_regression_on_night_5_is_open_that_morning(void **state)
{
	cleanup_place struct place p = place_make();
	(void)state;

	step(&p, 950, 5);
	cleanup_json json_t *j = trends(&p, (struct trend_wish){ .watched = true });
	const json_t *c = first(j, "changes");

	assert_non_null(c);
	assert_int_equal(json_int_or(c, "night", 0), 5);
	assert_int_equal(json_int_or(c, "before_night", 0), 4);
	assert_string_equal(json_str(c, "status"), "open");
	assert_true(json_is_true(json_object_get(c, "worse")));
	assert_true(fabs(number(c, "change") + 0.05) < 0.002);
	assert_true(number(c, "p") < 0.01);
}

static void what_is_better_or_small_asks_for_nothing(void **state)
{
	static const struct { double rps; const char *status; } cases[] = {
		{ 1100, "better" }, { 990, "within-margin" },
	};
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		cleanup_place struct place p = place_make();

		step(&p, cases[i].rps, 7);
		cleanup_json json_t *j = trends(&p, (struct trend_wish){ .watched = true });
		assert_string_equal(json_str(first(j, "changes"), "status"), cases[i].status);
	}
}

/* The changes as the history knows them, written down or not. */
static json_t *known(struct place *p, bool record)
{
	json_t *j = trends(p, (struct trend_wish){ .watched = true });
	struct err e;

	if (record ? change_record(p->h, j, &e) : change_recall(p->h, j, &e))
		fail_msg("%s", e.msg);
	return j;
}

static void a_change_is_written_down_once_and_asked_about_once(void **state)
{
	cleanup_place struct place p = place_make();
	struct err e;
	(void)state;

	step(&p, 950, 5);
	cleanup_json json_t *before = known(&p, false);
	assert_null(json_object_get(first(before, "changes"), "id"));
	cleanup_json json_t *once = known(&p, true), *twice = known(&p, true);
	json_int_t id = json_int_or(first(once, "changes"), "id", 0);

	assert_true(id > 0);
	assert_int_equal(json_int_or(first(twice, "changes"), "id", 0), id);
	assert_true(change_is_news(first(twice, "changes"), 1));
	cleanup_json json_t *c =
		json_pack("{s:s, s:s, s:i, s:f, s:[f, f], s:s, s:s, s:i}", "verdict",
			  "not-confirmed", "reason", "so", "pairs", 8, "change", 0.001, "ci", -0.01,
			  0.01, "result", "/r", "asked", "2026-11-05T23:00:00Z", "night", 5);
	assert_int_equal(change_confirm(p.h, id, c, &e), 0);
	added(&p, (struct made_night){ 6, 951, .hash = "b" });
	cleanup_json json_t *later = known(&p, true);
	const json_t *seen = first(later, "changes");

	assert_int_equal(json_int_or(seen, "id", 0), id);
	assert_string_equal(json_str(seen, "status"), "not-confirmed");
	assert_int_equal(json_int_or(json_object_get(seen, "confirmation"), "pairs", 0), 8);
	assert_int_equal(json_int_or(seen, "nights_since", -1), 1);
	assert_false(change_is_news(seen, 1));
	assert_true(change_is_news(seen, 2));
}

/* Eight nights at 1000, a bad one, then a level that stays lower than it was. */
static void changes_on_neighbouring_nights_are_two(void **state)
{
	cleanup_place struct place p = place_make();
	(void)state;

	for (unsigned i = 1; i <= 9; i++)
		added(&p, (struct made_night){ i, i < 9 ? 1000 + i % 3 : 700, .boots = 3 });
	cleanup_json json_t *that_morning = known(&p, true);
	json_int_t id = json_int_or(first(that_morning, "changes"), "id", 0);

	assert_true(id > 0);
	for (unsigned i = 10; i <= 24; i++)
		added(&p, (struct made_night){ i, 900 + i % 3, .boots = 3 });
	cleanup_json json_t *later = known(&p, true);
	const json_t *changes = json_object_get(json_array_get(later, 0), "changes");
	const json_t *down = json_array_get(changes, 0), *up = json_array_get(changes, 1);

	assert_int_equal(json_array_size(changes), 2);
	assert_int_equal(json_int_or(down, "night", 0), 9);
	assert_int_equal(json_int_or(up, "night", 0), 10);
	assert_int_equal(json_int_or(down, "id", 0), id);
	assert_true(json_int_or(up, "id", 0) > id);
}

static void rows_of_changes_begin_with_the_worst_in_margins(void **state)
{
	json_error_t je;
	cleanup_json json_t *j = json_loads(
		"[{\"metric\":\"a\",\"margin\":0.02,\"changes\":[{\"worse\":true,\"change\":-0.03},"
		"{\"worse\":false,\"change\":0.5}]},{\"metric\":\"b\",\"margin\":0.01,\"changes\":["
		"{"
		"\"worse\":true,\"change\":-0.02}]}]",
		0, &je);
	cleanup_json json_t *rows = change_rows(j);
	(void)state;

	assert_int_equal(json_array_size(rows), 3);
	assert_string_equal(json_str(json_array_get(rows, 0), "metric"), "b");
	assert_true(json_is_false(json_object_get(json_array_get(rows, 2), "worse")));
}

/* The answer about the first change without any boot. */
static json_t *answer(struct place *p)
{
	const struct contest_site site = { 0 };
	cleanup_json json_t *j = known(p, true);
	json_t *plan = NULL, *a = NULL;
	struct err e;

	if (confirm_plan(p->h, &site, json_array_get(j, 0), first(j, "changes"), p->dir, &plan, &a,
			 &e))
		fail_msg("%s", e.msg);
	assert_null(plan);
	assert_non_null(a);
	return a;
}

static void one_kernel_on_both_nights_cannot_be_the_cause(void **state)
{
	cleanup_place struct place p = place_make();
	(void)state;

	for (unsigned i = 1; i <= 6; i++)	/* QEMU is another from night 3 on */
		added(&p, (struct made_night){ i, (i > 2 ? 900 : 1000) + i % 2, .boots = 3 });
	cleanup_json json_t *a = answer(&p);
	assert_string_equal(json_str(a, "verdict"), "not-confirmed");
	assert_non_null(strstr(json_str(a, "reason"), "QEMU 7.2.2, before 7.2.1"));
}

static void a_kernel_that_is_gone_cannot_be_asked(void **state)
{
	cleanup_place struct place p = place_make();
	(void)state;

	step(&p, 950, 6);
	cleanup_json json_t *a = answer(&p);
	assert_string_equal(json_str(a, "verdict"), "cannot-be-confirmed");
	assert_non_null(strstr(json_str(a, "reason"), "is gone: /nowhere/bzImage"));
}

static void the_setup_is_what_is_measured_with_and_no_word_more(void **state)
{
	static const struct { const char *path; bool counts; } edits[] = {
		{ "workloads.nginx.parameters.duration.value", true },
		{ "workloads.nginx.parameters.duration.help", false },
		{ "workloads.nginx.folder", false }, { "clock", true }, { "experiment", false },
	};
	cleanup_json json_t *plan = made_plan(&(struct made_night){ 1, 1000, .boots = 3 });
	char usual[SETUP_SIZE], now[SETUP_SIZE];
	struct err e;
	(void)state;

	assert_int_equal(setup_hash(plan, "dram", "nginx", "na", usual, &e), 0);
	for (size_t i = 0; i < ARRAY_SIZE(edits); i++) {
		cleanup_json json_t *copy = json_deep_copy(plan);
		cleanup_free char *keys = path_format("%s", edits[i].path);
		json_t *at = copy;
		char *key = keys;

		for (char *dot; (dot = strchr(key, '.')); key = dot + 1) {
			*dot = '\0';
			at = json_object_get(at, key);
		}
		json_object_set_new(at, key, json_string("other"));
		assert_int_equal(setup_hash(copy, "dram", "nginx", "na", now, &e), 0);
		assert_int_equal(strcmp(usual, now) != 0, edits[i].counts);
	}
}

static int open_bytes(const char *path, const char *bytes, size_t n, struct err *e)
{
	struct history *h = NULL;

	if (n)
		assert_int_equal(file_write_atomic(path, bytes, n, e), 0);
	int rc = history_open(path, true, &h, e);

	history_close(h);
	return rc;
}

static void a_file_that_is_no_history_is_refused_with_what_to_do(void **state)
{
	cleanup_place struct place p = place_make();
	cleanup_free char *path = path_format("%s/x.sqlite", p.dir);
	struct history *h = NULL;
	struct err e;
	(void)state;

	assert_int_equal(history_open(path, false, &h, &e), -ENOENT);
	assert_non_null(strstr(e.msg, "history add"));
	assert_int_equal(open_bytes(path,
				    "no database at all, but long enough to be read as one......."
				    "........................................................",
				    110, &e),
			 -EIO);
	assert_non_null(strstr(e.msg, "is damaged"));
	assert_non_null(strstr(e.msg, "move it away"));

	assert_int_equal(history_exec(p.h, "PRAGMA user_version = 2", &e), 0);
	history_close(p.h);
	p.h = NULL;
	cleanup_free char *newer = path_format("%s/deep/history.sqlite", p.dir);
	assert_int_equal(history_open(newer, true, &h, &e), -EINVAL);
	assert_non_null(strstr(e.msg, "version 2"));

	sqlite3 *db;
	cleanup_free char *other = path_format("%s/other.sqlite", p.dir);
	assert_int_equal(sqlite3_open(other, &db), 0);
	assert_int_equal(sqlite3_exec(db, "CREATE TABLE t (a)", NULL, NULL, NULL), 0);
	sqlite3_close(db);
	assert_int_equal(history_open(other, true, &h, &e), -EINVAL);
	assert_non_null(strstr(e.msg, "something else"));
}

static void texts_that_are_no_utf8_do_not_break_what_reads_them(void **state)
{
	cleanup_place struct place p = place_make();
	cleanup_json json_t *list = NULL;
	struct err e;
	(void)state;

	step(&p, 950, 6);
	assert_int_equal(history_exec(p.h, "UPDATE trend SET host = CAST(x'41ff0a' AS TEXT), better = "
				      "CAST(x'ff' AS TEXT); UPDATE night SET qemu = CAST(x'fe' AS TEXT);"
				      "UPDATE kernel SET release = CAST(x'fd' AS TEXT)", &e), 0);
	cleanup_json json_t *j = known(&p, true);
	assert_string_equal(json_str(json_array_get(j, 0), "host"), "A? ");
	assert_int_equal(night_list(p.h, &list, &e), 0);
	assert_string_equal(json_str(json_array_get(list, 0), "qemu"), "?");
}

static void an_addition_that_fails_leaves_nothing(void **state)
{
	cleanup_place struct place p = place_make();
	cleanup_json json_t *list = NULL;
	json_int_t night;
	struct err e;
	bool again;
	(void)state;

	assert_int_equal(history_exec(p.h,
				      "DROP TABLE boot; CREATE TABLE boot (trend INTEGER, night "
				      "INTEGER, n INTEGER, value REAL CHECK (value < 1000));",
				      &e),
			 0);
	assert_true(add(&p, &(struct made_night){ 1, 1000, .boots = 3 }, &night, &again) < 0);
	assert_int_equal(night_list(p.h, &list, &e), 0);
	assert_int_equal(json_array_size(list), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_night_is_the_median_of_its_boots),
		cmocka_unit_test(what_must_not_be_mixed_is_another_trend),
		cmocka_unit_test(a_result_that_is_added_again_takes_its_own_place),
		cmocka_unit_test(figures_of_policies_that_did_not_act_do_not_count),
		cmocka_unit_test(nothing_done_is_no_night),
		cmocka_unit_test(a_regression_on_night_5_is_open_that_morning),
		cmocka_unit_test(what_is_better_or_small_asks_for_nothing),
		cmocka_unit_test(a_change_is_written_down_once_and_asked_about_once),
		cmocka_unit_test(changes_on_neighbouring_nights_are_two),
		cmocka_unit_test(rows_of_changes_begin_with_the_worst_in_margins),
		cmocka_unit_test(one_kernel_on_both_nights_cannot_be_the_cause),
		cmocka_unit_test(a_kernel_that_is_gone_cannot_be_asked),
		cmocka_unit_test(the_setup_is_what_is_measured_with_and_no_word_more),
		cmocka_unit_test(a_file_that_is_no_history_is_refused_with_what_to_do),
		cmocka_unit_test(texts_that_are_no_utf8_do_not_break_what_reads_them),
		cmocka_unit_test(an_addition_that_fails_leaves_nothing),
	};

	return cmocka_run_group_tests_name("history", tests, NULL, NULL);
}
