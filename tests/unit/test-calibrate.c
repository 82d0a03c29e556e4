/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is kept of A against A, and what later plans and comparisons make of it. */
#include <errno.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <cmocka.h>
#include "calibrate/collect.h"
#include "calibrate/known.h"
#include "cell/host-facts.h"
#include "compare-fixture.h"
#include "compare/text.h"
#include "image/book.h"
#include "plan/plan.h"
#include "stats/paired.h"

/* The recorded quickstart with both arms on one policy, on the clock @clock. */
static char *twins_make(const char *clock)
{
	char *dir = copy_make("quickstart");

	edit(dir, "plan.json", "arms.1.policies", json_pack("[s]", "na"));
	edit(dir, "plan.json", "clock", json_string(clock));
	for (unsigned n = 1; n <= 14; n++) {
		edit_cell(dir, n, "fidelity.clock", json_string(clock));
		edit_cell(dir, n, "metrics.rps.value", json_real(1000 + (n * 7) % 5 * 0.1));
	}
	return dir;
}

static json_t *collected(const char *dir)
{
	cleanup_result struct result *r = load(dir);
	cleanup_json json_t *left_out = NULL;
	json_t *entries = NULL;
	struct err e;

	if (collect_noise(r, &entries, &left_out, &e))
		fail_msg("%s", e.msg);
	assert_int_equal(json_array_size(left_out), 0);
	return entries;
}

static void a_result_of_a_against_a_becomes_an_entry(void **state)
{
	cleanup_copy char *dir = twins_make("virtual");
	cleanup_json json_t *entries = collected(dir);
	const json_t *entry = json_array_get(entries, 0);
	const json_t *rps = json_object_get(json_object_get(entry, "metrics"), "rps");
	cleanup_free char *key = collect_key(entry);
	(void)state;

	assert_int_equal(json_array_size(entries), 1);
	assert_string_equal(json_str(entry, "workload"), "nginx");
	assert_string_equal(json_str(entry, "clock"), "virtual");
	assert_int_equal(json_int_or(entry, "pairs", 0), 7);
	assert_int_equal(strlen(json_str(entry, "topology_hash")), 16);
	assert_int_equal(json_int_or(rps, "boots", 0), 14);
	assert_true(number(rps, "cv") < 0.001);
	assert_true(json_is_true(json_object_get(rps, "valid")));
	assert_int_equal(json_int_or(json_object_get(rps, "redrawn"), "pairs", 0), 7);
	assert_true(json_is_true(json_object_get(json_object_get(rps, "redrawn"), "dependent")));
	assert_non_null(strstr(key, json_str(entry, "workload_hash")));

	cleanup_copy char *host = twins_make("host");
	cleanup_json json_t *others = collected(host);
	const json_t *on_host = json_object_get(
		json_object_get(json_array_get(others, 0), "metrics"), "rps");
	assert_null(json_object_get(on_host, "valid"));	/* there is nothing to be valid */
}

/* The seventh pair is of another workload, the pairs before it are nginx's. */
static void a_workload_with_too_few_pairs_does_not_cost_the_others_their_noise(void **state)
{
	cleanup_copy char *dir = twins_make("host");
	cleanup_json json_t *entries = NULL, *left_out = NULL, *none = NULL;
	struct err e;
	(void)state;

	edit(dir, "plan.json", "workloads.other", json_pack("{s:s}", "folder", "/other"));
	for (unsigned n = 13; n <= 14; n++) {
		cleanup_free char *path = path_format("cells.%u.workload", n - 1);

		edit(dir, "plan.json", path, json_string("other"));
		edit_cell(dir, n, "workload", json_string("other"));
	}
	cleanup_result struct result *r = load(dir);
	assert_int_equal(collect_noise(r, &entries, &left_out, &e), 0);
	assert_int_equal(json_array_size(entries), 1);
	assert_int_equal(json_int_or(json_array_get(entries, 0), "pairs", 0), 6);
	assert_int_equal(json_array_size(left_out), 1);
	assert_string_equal(json_string_value(json_array_get(left_out, 0)),
			    "other on dram (1 whole pair)");

	for (unsigned n = 1; n <= 11; n += 2)
		edit_cell(dir, n, "outcome", json_string("workload-failed"));
	cleanup_result struct result *failed = load(dir);
	assert_int_equal(collect_noise(failed, &none, &left_out, &e), -ENODATA);
	assert_null(none);
}

static void arms_that_are_not_one_are_refused(void **state)
{
	cleanup_result struct result *r = load(RECORDED "quickstart");
	json_t *entries = NULL, *left_out = NULL;
	struct err e;
	(void)state;

	assert_int_equal(collect_noise(r, &entries, &left_out, &e), -EINVAL);
	assert_non_null(strstr(e.msg, "compares arms that differ"));
	assert_null(entries);
}

static void a_hash_is_of_what_is_run_not_of_where_it_lies(void **state)
{
	cleanup_result struct result *r = load(RECORDED "quickstart");
	json_t *nginx = json_object_get(json_object_get(r->plan, "workloads"), "nginx");
	json_t *dram = json_object_get(json_object_get(r->plan, "topologies"), "dram");
	json_t *instances = json_pack("{s:i, s:s}", "value", 1, "help", "how many");
	json_object_set_new(nginx, "parameters", json_pack("{s:o}", "instances", instances));
	cleanup_free char *before = collect_workload_hash(r->plan, "nginx");
	cleanup_free char *hardware = collect_topology_hash(r->plan, "dram");
	(void)state;

	json_object_set_new(nginx, "folder", json_string("/elsewhere"));
	json_object_set_new(dram, "summary", json_string("other words"));
	cleanup_free char *moved = collect_workload_hash(r->plan, "nginx");
	cleanup_free char *renamed = collect_topology_hash(r->plan, "dram");
	assert_string_equal(moved, before);
	assert_string_equal(renamed, hardware);
	json_object_set_new(instances, "help", json_string("other words"));
	cleanup_free char *reworded = collect_workload_hash(r->plan, "nginx");
	assert_string_equal(reworded, before);

	json_object_set_new(dram, "cpus", json_integer(64));
	cleanup_free char *larger = collect_topology_hash(r->plan, "dram");
	assert_string_not_equal(larger, hardware);
	json_object_set_new(r->plan, "limit_ratio", json_real(0.5));
	cleanup_free char *pressed = collect_workload_hash(r->plan, "nginx");
	assert_string_not_equal(pressed, before);
	json_object_set_new(nginx, "parameters", json_pack("{s:{s:i}}", "instances", "value", 99));
	cleanup_free char *set = collect_workload_hash(r->plan, "nginx");
	assert_string_not_equal(set, pressed);
}

/* A calibration is looked up for a plan that was just made, and kept of one that was read. */
static void a_hash_is_the_same_before_a_plan_is_saved_and_after(void **state)
{
	cleanup_copy char *dir = copy_make("quickstart");
	cleanup_free char *path = path_format("%s/plan.json", dir);
	cleanup_result struct result *r = load(dir);
	cleanup_json json_t *saved = NULL;
	struct err e;
	(void)state;

	json_object_set_new(r->plan, "limit_ratio", json_real(1.0 / 3));
	json_object_set_new(json_object_get(json_object_get(r->plan, "topologies"), "dram"), "share",
			    json_real(2.0 / 3));
	assert_int_equal(json_save_path(r->plan, path, &e), 0);
	assert_int_equal(json_load_path(path, &saved, &e), 0);
	cleanup_free char *workload = collect_workload_hash(r->plan, "nginx");
	cleanup_free char *workload_saved = collect_workload_hash(saved, "nginx");
	cleanup_free char *topology = collect_topology_hash(r->plan, "dram");
	cleanup_free char *topology_saved = collect_topology_hash(saved, "dram");
	assert_string_equal(workload_saved, workload);
	assert_string_equal(topology_saved, topology);
}

/* A book with one entry, made of the twins, and the host that it is of. */
struct shelf {
	char *dir;
	json_t *plan, *book, *entry;
	struct known_now now;
};

static void shelf_make(struct shelf *s)
{
	*s = (struct shelf){ .dir = twins_make("host") };
	cleanup_result struct result *r = load(s->dir);
	cleanup_json json_t *entries = collected(s->dir);

	s->plan = json_incref(r->plan);
	s->entry = json_incref(json_array_get(entries, 0));
	json_object_set_new(s->entry, "date", json_string("2026-11-22T22:40:00Z"));
	s->book = json_pack("{s:O}", "one", s->entry);
	s->now = (struct known_now){ .host = json_str(s->entry, "host"),
				     .accelerator = json_str(s->entry, "accelerator"),
				     .qemu = json_str(json_object_get(s->entry, "versions"), "qemu"),
				     .date = "2026-11-30T00:00:00Z" };
}

static void shelf_clear(struct shelf *s)
{
	json_decref(s->plan);
	json_decref(s->book);
	json_decref(s->entry);
	copy_dropp(&s->dir);
}
#define cleanup_shelf __attribute__((cleanup(shelf_clear)))

static json_t *place_of(const struct shelf *s)
{
	cleanup_json json_t *places = known_for(s->book, s->plan, &s->now);

	assert_int_equal(json_array_size(places), 1);
	return json_incref(json_array_get(places, 0));
}

static const char *why_of(const json_t *place)
{
	return json_string_value(json_array_get(json_object_get(place, "why"), 0));
}

static void what_was_learned_here_of_late_is_fresh(void **state)
{
	cleanup_shelf struct shelf s;
	(void)state;

	shelf_make(&s);
	cleanup_json json_t *place = place_of(&s);
	assert_string_equal(json_str(place, "state"), "fresh");
	assert_null(why_of(place));
	/* What QEMU says of itself is longer than what libvirt says of it. */
	cleanup_free char *longer = path_format("%s (Debian 1:7)", s.now.qemu);
	s.now.qemu = longer;
	cleanup_json json_t *same = place_of(&s);
	assert_string_equal(json_str(same, "state"), "fresh");
}

static void each_thing_that_has_changed_makes_it_stale(void **state)
{
	static const struct {
		struct known_now now;	/* NULL: as it was */
		const char *release, *why;
	} cases[] = {
		{ { .date = "2026-12-23T00:00:00Z" }, NULL, "30 days old" },
		{ { .host = "Other CPU, 4 CPUs, 16 GiB" }, NULL, "of another host: " },
		{ { .accelerator = "kvm" }, NULL, "under tcg" },
		{ { .qemu = "10.0.0" }, NULL, "by QEMU " },
		{ { .qemu = "7.2" }, NULL, "by QEMU " },
		{ { 0 }, "6.13.0", "of kernel 6.12" },
	};
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		cleanup_shelf struct shelf s;
		const struct known_now *n = &cases[i].now;

		print_message("  %s\n", cases[i].why);
		shelf_make(&s);
		s.now.date = n->date ? n->date : s.now.date;
		s.now.host = n->host ? n->host : s.now.host;
		s.now.accelerator = n->accelerator ? n->accelerator : s.now.accelerator;
		s.now.qemu = n->qemu ? n->qemu : s.now.qemu;
		if (cases[i].release)
			json_object_set_new(json_object_get(json_object_get(s.plan, "kernels"),
							    "debian-6.12"),
					    "release", json_string(cases[i].release));
		cleanup_json json_t *place = place_of(&s);
		assert_string_equal(json_str(place, "state"), "stale");
		assert_int_equal(json_array_size(json_object_get(place, "why")), 1);
		assert_non_null(strstr(why_of(place), cases[i].why));
	}
}

static void what_is_not_known_is_not_held_against_it(void **state)
{
	cleanup_shelf struct shelf s;
	(void)state;

	shelf_make(&s);
	s.now = (struct known_now){ .date = s.now.date };
	json_object_del(json_object_get(json_object_get(s.plan, "kernels"), "debian-6.12"), "release");
	cleanup_json json_t *place = place_of(&s);
	assert_string_equal(json_str(place, "state"), "fresh");
}

static void another_clock_topology_or_workload_is_missing(void **state)
{
	static const char *const keys[] = { "clock", "topology_hash", "workload_hash" };
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(keys); i++) {
		cleanup_shelf struct shelf s;

		print_message("  %s\n", keys[i]);
		shelf_make(&s);
		json_object_set_new(s.entry, keys[i], json_string("0"));
		cleanup_json json_t *place = place_of(&s);
		assert_string_equal(json_str(place, "state"), "missing");
		assert_null(json_object_get(place, "metrics"));
	}
}

static void the_entry_with_the_fewest_reasons_is_taken_then_the_newest(void **state)
{
	cleanup_shelf struct shelf s;
	(void)state;

	shelf_make(&s);
	json_t *newer = json_deep_copy(s.entry), *foreign = json_deep_copy(s.entry);
	json_object_set_new(newer, "date", json_string("2026-11-29T00:00:00Z"));
	json_object_set_new(foreign, "date", json_string("2026-11-29T12:00:00Z"));
	json_object_set_new(foreign, "host", json_string("elsewhere"));
	json_object_set_new(s.book, "another", foreign);
	json_object_set_new(s.book, "newer", newer);
	cleanup_json json_t *place = place_of(&s);
	assert_string_equal(json_str(place, "state"), "fresh");
	assert_string_equal(json_str(place, "date"), "2026-11-29T00:00:00Z");
}

static void a_plan_says_how_many_pairs_its_margins_take(void **state)
{
	cleanup_shelf struct shelf s;
	(void)state;

	shelf_make(&s);
	json_object_set_new(json_object_get(json_object_get(s.entry, "metrics"), "rps"), "sd",
			    json_real(0.03));
	json_object_set_new(s.plan, "calibration", known_for(s.book, s.plan, &s.now));
	const json_t *place = json_array_get(json_object_get(s.plan, "calibration"), 0);
	const json_t *rps = json_array_get(json_object_get(s.plan, "metrics"), 0);
	cleanup_free char *known = known_sentence(place, rps, 0.05, 2);
	unsigned pairs = paired_needed(log1p(0.05), 0.03, 0.05, 2);
	cleanup_free char *end = path_format("over 14 boots on 2026-11-22; a change as large as the "
					     "margin takes %u pairs", pairs > 7 ? pairs : 7);
	assert_non_null(strstr(known, "rps of nginx on dram: CV "));
	assert_non_null(strstr(known, end));
	/* With hardly any noise it is the test that needs pairs: 2 x 2^-6 is 0.03. */
	json_object_set_new(json_object_get(json_object_get(place, "metrics"), "rps"), "sd",
			    json_real(1e-6));
	cleanup_free char *least = known_sentence(place, rps, 0.05, 2);
	assert_non_null(strstr(least, "takes 7 pairs"));
	json_object_set_new(json_object_get(json_object_get(place, "metrics"), "rps"), "sd",
			    json_real(10));
	cleanup_free char *never = known_sentence(place, rps, 0.05, 2);
	assert_non_null(strstr(never, "no number of pairs up to 1000"));
	json_object_del(json_object_get(place, "metrics"), "rps");
	cleanup_free char *missing = known_sentence(place, rps, 0.05, 2);
	assert_string_equal(missing, "rps of nginx on dram: not calibrated here");
}

static void figures_of_unknown_noise_are_marked(void **state)
{
	cleanup_shelf struct shelf s;
	(void)state;

	shelf_make(&s);
	cleanup_json json_t *bare = compared(s.dir, NULL);
	const json_t *mark = json_object_get(row(bare, "comparisons", "rps"), "calibration");
	assert_string_equal(json_str(mark, "state"), "missing");
	cleanup_free char *text = text_calibration(json_object_get(bare, "comparisons"), 0, 2);
	assert_string_equal(text, "Calibration: rps (missing), mem_used (missing).");

	s.now.date = "2027-01-01T00:00:00Z";
	edit(s.dir, "plan.json", "calibration", known_for(s.book, s.plan, &s.now));
	cleanup_json json_t *stale = compared(s.dir, NULL);
	cleanup_free char *old = text_calibration(json_object_get(stale, "comparisons"), 0, 1);
	assert_string_equal(old, "Calibration: rps (stale, 39 days old).");

	s.now.date = "2026-11-30T00:00:00Z";
	edit(s.dir, "plan.json", "calibration", known_for(s.book, s.plan, &s.now));
	cleanup_json json_t *fresh = compared(s.dir, NULL);
	assert_null(text_calibration(json_object_get(fresh, "comparisons"), 0, 1));
	assert_string_equal(json_str(json_object_get(row(fresh, "comparisons", "rps"),
						     "calibration"), "state"), "fresh");
}

static void a_book_keeps_what_is_noted_and_a_broken_one_is_empty(void **state)
{
	char dir[] = "/tmp/ramrig-test-XXXXXX";
	struct err e;
	(void)state;

	assert_non_null(mkdtemp(dir));
	setenv("XDG_CACHE_HOME", dir, 1);
	cleanup_json json_t *none = book_read("lessons");
	cleanup_free char *root = path_format("%s/ramrig", dir), *path = path_format("%s/lessons.json",
										      root);
	assert_int_equal(json_object_size(none), 0);
	assert_int_equal(access(root, F_OK), -1);	/* reading makes no cache */
	cleanup_json json_t *one = json_integer(1), *two = json_integer(2);
	book_note("lessons", "a", one);
	book_note("lessons", "b", two);
	book_note("lessons", "a", two);
	cleanup_json json_t *kept = book_read("lessons");
	assert_int_equal(json_int_or(kept, "a", 0), 2);
	assert_int_equal(json_int_or(kept, "b", 0), 2);
	assert_int_equal(file_write_atomic(path, "[1", 2, &e), 0);
	cleanup_json json_t *broken = book_read("lessons");
	assert_int_equal(json_object_size(broken), 0);
	book_note("lessons", "c", one);
	cleanup_json json_t *anew = book_read("lessons");
	assert_int_equal(json_object_size(anew), 1);
	assert_int_equal(dir_remove(dir, &e), 0);
}

static void a_host_is_told_by_processor_cpus_and_memory(void **state)
{
	cleanup_json json_t *facts = json_pack("{s:s, s:i, s:I}", "model", "Fast CPU @ 3 GHz", "cpus", 2,
					       "memory_bytes", (json_int_t)(7.8 * 0x1p30));
	cleanup_free char *signature = host_signature(facts);
	cleanup_json json_t *here = host_facts("/proc/cpuinfo"), *nowhere = host_facts("/nowhere");
	(void)state;

	assert_string_equal(signature, "Fast CPU @ 3 GHz, 2 CPUs, 8 GiB");
	assert_true(json_int_or(here, "cpus", 0) > 0);
	assert_non_null(json_str(here, "model"));
	assert_string_equal(json_str(nowhere, "model"), "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_result_of_a_against_a_becomes_an_entry),
		cmocka_unit_test(a_workload_with_too_few_pairs_does_not_cost_the_others_their_noise),
		cmocka_unit_test(arms_that_are_not_one_are_refused),
		cmocka_unit_test(a_hash_is_of_what_is_run_not_of_where_it_lies),
		cmocka_unit_test(a_hash_is_the_same_before_a_plan_is_saved_and_after),
		cmocka_unit_test(what_was_learned_here_of_late_is_fresh),
		cmocka_unit_test(each_thing_that_has_changed_makes_it_stale),
		cmocka_unit_test(what_is_not_known_is_not_held_against_it),
		cmocka_unit_test(another_clock_topology_or_workload_is_missing),
		cmocka_unit_test(the_entry_with_the_fewest_reasons_is_taken_then_the_newest),
		cmocka_unit_test(a_plan_says_how_many_pairs_its_margins_take),
		cmocka_unit_test(figures_of_unknown_noise_are_marked),
		cmocka_unit_test(a_book_keeps_what_is_noted_and_a_broken_one_is_empty),
		cmocka_unit_test(a_host_is_told_by_processor_cpus_and_memory),
	};

	return cmocka_run_group_tests_name("calibrate", tests, NULL, NULL);
}
