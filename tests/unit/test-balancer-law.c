/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
#include "daemons/balancer/balancer-law.h"
#include "lib/cleanup.h"
#include "lib/rng.h"

#define MIB		(1ULL << 20)
#define COHORTS		8192	/* one for each second */
#define PAGE_STORED	2048	/* bytes of the pool that a page takes */

static const struct law_config usual = {
	.pool_percent = 80,
	.hysteresis_percent = 5,
	.scan_interval_s = 5,
	.min_age_s = 60,
	.budget_per_s = 1024,
	.refault_percent = 10,
	.refault_window_s = 60,
	.page_units = 1,
};

/*
 * A zram to control: pages by the second in which they were stored. As its walk by
 * index knows no age, the worst order is taken: of those that are marked the youngest
 * go first.
 */
struct plant {
	struct law law;
	struct law_seen seen;
	uint64_t cohorts[COHORTS];
	uint64_t marks;			/* walks over all slots */
	double youngest_s;		/* age of the youngest page that was written */
};

static void plant_measure(struct plant *p)
{
	p->seen.resident = 0;
	for (size_t i = 0; i < COHORTS; i++)
		p->seen.resident += p->cohorts[i];
	p->seen.pool_bytes = p->seen.resident * PAGE_STORED;
}

static void plant_start(struct plant *p, const struct law_config *config)
{
	memset(p, 0, sizeof(*p));
	p->seen = (struct law_seen){ .now_s = 100, .initialised = true, .pool_size_bytes = 64 * MIB };
	law_start(&p->law, config, &p->seen);
}

/* For so many seconds pages are swapped out, so many a second. */
static void plant_fill(struct plant *p, unsigned seconds, uint64_t rate)
{
	for (unsigned i = 0; i < seconds; i++) {
		p->seen.now_s++;
		p->cohorts[(size_t)p->seen.now_s] += rate;
	}
	plant_measure(p);
}

static void plant_write(struct plant *p, uint64_t age_s, uint64_t units, enum law_end *ret_end)
{
	uint64_t left = units;

	for (size_t i = (size_t)p->seen.now_s - age_s + 1; i-- && left;) {
		uint64_t taken = p->cohorts[i] < left ? p->cohorts[i] : left;

		if (taken)
			p->youngest_s = fmin(p->youngest_s, p->seen.now_s - i);
		p->cohorts[i] -= taken;
		left -= taken;
	}
	p->seen.writes += units - left;
	p->seen.backing += units - left;
	*ret_end = left ? LAW_EMPTIED : LAW_LIMITED;
	plant_measure(p);
}

/* One step of the daemon. Returns why it went no further. */
static enum law_why plant_step(struct plant *p)
{
	uint64_t age_s;
	enum law_why why;

	p->youngest_s = INFINITY;
	law_step(&p->law);
	law_observe(&p->law, &p->seen);
	while (!(why = law_next(&p->law, &age_s))) {
		enum law_end end = LAW_LIMITED;
		uint64_t units = law_pages(&p->law, false);

		p->marks++;
		assert_true(age_s >= law_min_age_s(&p->law));
		if (units)
			plant_write(p, age_s, units, &end);
		law_observe(&p->law, &p->seen);
		law_rung(&p->law, age_s, p->seen.now_s, end);
	}
	return why;
}

static void the_pool_is_held_under_its_mark(void **state)
{
	struct plant p;
	(void)state;

	plant_start(&p, &usual);
	for (unsigned t = 0; t < 4000; t += 5) {
		plant_fill(&p, 5, 300);
		/* Also between steps, where the pool is at its fullest. */
		assert_true(law_pool_percent(&p.seen) <= 80);
		plant_step(&p);
	}
	assert_true(p.seen.writes > 1000000);
	/* It wrote what had to go, not more: the pool is as full as the low mark allows. */
	assert_true(law_pool_percent(&p.seen) > 74);
}

static void growth_brings_writing_forward_but_never_below_the_low_mark(void **state)
{
	struct plant p;
	(void)state;

	plant_start(&p, &usual);
	plant_fill(&p, 200, 128);	/* to 78 % */
	plant_step(&p);
	assert_true(p.seen.writes > 0);
	plant_start(&p, &usual);
	plant_fill(&p, 200, 122);	/* to 74 % */
	assert_int_equal(plant_step(&p), LAW_BELOW_MARK);
	/* Once it is forgotten the mark alone counts. */
	plant_fill(&p, 2000, 0);
	assert_int_equal(plant_step(&p), LAW_BELOW_MARK);
	plant_fill(&p, 5, 100);		/* to 76 % */
	assert_int_equal(plant_step(&p), LAW_BELOW_MARK);
	assert_int_equal(p.seen.writes, 0);
	/* But for a fifth of the band, which waits for what comes out of the blue. */
	plant_fill(&p, 100, 0);
	plant_fill(&p, 10, 100);	/* to 79.04 %, and no growth is known */
	p.law.growth_bytes = 0;
	p.law.last.pool_bytes = p.seen.pool_bytes;
	plant_step(&p);
	assert_true(p.seen.writes > 0);
}

static void what_has_lain_longest_goes_first(void **state)
{
	struct plant p;
	(void)state;

	plant_start(&p, &usual);
	plant_fill(&p, 1000, 30);
	assert_int_equal(plant_step(&p), LAW_NO_BUDGET);
	assert_true(p.seen.writes > 0);
	/* The youngest that was written has half the age of the oldest that was not, at the least. */
	for (size_t i = 0; i < COHORTS; i++)
		if (p.cohorts[i]) {
			assert_true(p.youngest_s * 2 >= p.seen.now_s - i - 1);
			break;
		}
}

static void nothing_younger_than_the_minimum_is_written(void **state)
{
	struct plant p;
	(void)state;

	plant_start(&p, &usual);
	plant_fill(&p, 50, 1000);
	/* The device may hold older pages than those that were seen to come. */
	assert_int_equal(plant_step(&p), LAW_NOTHING_IDLE);
	assert_int_equal(p.seen.writes, 0);
	plant_fill(&p, 5, 0);
	assert_int_equal(plant_step(&p), LAW_TOO_YOUNG);
	plant_fill(&p, 20, 0);
	plant_step(&p);
	assert_true(p.seen.writes > 0);
	assert_true(p.youngest_s >= 60);
}

static void slots_are_not_walked_while_nothing_can_be_idle(void **state)
{
	struct plant p;
	uint64_t first;
	(void)state;

	plant_start(&p, &usual);
	p.law.config.min_age_s = 600;
	for (unsigned t = 0; t < 500; t += 5) {
		plant_fill(&p, 5, 60);
		plant_step(&p);
	}
	first = p.marks;
	assert_true(first <= 2);
	/* With all young again, it looks every eighth of the minimum age at the most. */
	for (unsigned t = 0; t < 3000; t += 5) {
		memset(p.cohorts, 0, sizeof(p.cohorts));
		plant_fill(&p, 5, 6000);
		assert_int_not_equal(plant_step(&p), LAW_BELOW_MARK);
	}
	assert_true(p.marks - first <= 3000 / 75 + 1);
	assert_int_equal(p.seen.writes, 0);
}

static void the_budget_holds_over_every_window(void **state)
{
	static double at_s[600];
	static uint64_t units[600];
	struct rng rng = { 7 };
	(void)state;

	for (unsigned round = 0; round < 20; round++) {
		struct law_config config = usual;
		struct plant p;

		config.budget_per_s = 1 + rng_below(&rng, 4000);
		config.page_units = 1 << rng_below(&rng, 5);
		plant_start(&p, &config);
		p.seen.pool_bytes = p.seen.pool_size_bytes;
		p.seen.resident = p.seen.pool_bytes / PAGE_STORED;
		for (size_t i = 0; i < ARRAY_SIZE(units); i++) {
			p.seen.now_s += rng_below(&rng, 1000) / 100.0;
			law_observe(&p.law, &p.seen);
			at_s[i] = p.seen.now_s;
			units[i] = law_pages(&p.law, rng_below(&rng, 2));
			assert_int_equal(units[i] % config.page_units, 0);
			if (rng_below(&rng, 3))
				units[i] = rng_below(&rng, units[i] + 1);
			p.seen.writes += units[i];
			law_observe(&p.law, &p.seen);
		}
		for (size_t from = 0; from < ARRAY_SIZE(units); from++) {
			double sum = 0, most = fmax(config.budget_per_s * 5, config.page_units);

			for (size_t to = from; to < ARRAY_SIZE(units); to++) {
				sum += units[to];
				assert_true(sum <= most + 1e-6 + config.budget_per_s *
								   (at_s[to] - at_s[from]));
			}
		}
	}
}

static void what_others_write_is_paid_for_too(void **state)
{
	struct plant p;
	uint64_t age_s;
	(void)state;

	plant_start(&p, &usual);
	plant_fill(&p, 300, 100);
	p.seen.writes += 5 * 1024 + 2048;
	law_step(&p.law);
	law_observe(&p.law, &p.seen);
	assert_int_equal(law_next(&p.law, &age_s), LAW_NO_BUDGET);
	assert_int_equal(p.law.step_writes, 5 * 1024 + 2048);
	p.seen.now_s += 2;	/* the debt is paid */
	law_observe(&p.law, &p.seen);
	assert_int_equal(law_next(&p.law, &age_s), LAW_NO_BUDGET);
	p.seen.now_s += 1;
	law_observe(&p.law, &p.seen);
	assert_int_equal(law_next(&p.law, &age_s), LAW_GO);
	assert_int_equal(law_pages(&p.law, false), 1024);
}

/* Steps in which so many percent of what lies on the backing device comes back. */
static void plant_run(struct plant *p, unsigned seconds, double percent)
{
	for (unsigned t = 0; t < seconds; t += 5) {
		uint64_t back = p->seen.backing * percent / 100;

		plant_fill(p, 5, 300);
		plant_step(p);
		p->seen.reads += back;
		p->seen.backing -= back;
	}
}

static void refaults_raise_age_and_pause_and_calm_lowers_them_slowly(void **state)
{
	struct plant p;
	double since_s;
	(void)state;

	plant_start(&p, &usual);
	plant_run(&p, 600, 0.4);	/* about 5 % a minute */
	assert_int_equal(p.law.level, 0);
	while (!p.law.level) {
		assert_true(p.seen.now_s < 1000);
		plant_run(&p, 5, 4);
	}
	assert_true(law_min_age_s(&p.law) == 120);
	since_s = p.seen.now_s;
	plant_run(&p, 50, 4);	/* not before its window is over */
	assert_int_equal(p.law.level, 1);
	while (p.law.level < LAW_LEVEL_MAX) {
		assert_true(p.seen.now_s < since_s + 5000);
		plant_run(&p, 5, 4);
	}
	assert_true(p.seen.now_s - since_s >= 5 * 60);
	assert_true(law_min_age_s(&p.law) == 64 * 60);
	since_s = p.seen.now_s;
	while (p.law.level) {
		assert_true(p.seen.now_s < since_s + 6 * 245);
		plant_run(&p, 5, 0);
	}
	assert_true(p.seen.now_s - since_s >= 6 * 235);
}

static void pages_that_come_back_late_are_no_refaults_though_all_of_them_do(void **state)
{
	struct plant p;
	(void)state;

	plant_start(&p, &usual);
	plant_run(&p, 3600, 0.3);
	assert_true(p.seen.reads * 2 > p.seen.writes);
	assert_int_equal(p.law.level, 0);
}

static void it_pauses_after_writing_while_pages_come_back(void **state)
{
	struct plant p;
	(void)state;

	plant_start(&p, &usual);
	plant_fill(&p, 1000, 30);
	p.law.level = 2;
	p.law.level_since_s = p.seen.now_s;
	plant_step(&p);
	assert_true(p.seen.writes > 0);
	for (unsigned i = 0; i < 3; i++) {
		plant_fill(&p, 5, 0);
		assert_int_equal(plant_step(&p), LAW_PAUSED);
	}
	plant_fill(&p, 5, 0);
	assert_int_not_equal(plant_step(&p), LAW_PAUSED);
}

static void few_pages_prove_nothing(void **state)
{
	struct plant p;
	(void)state;

	plant_start(&p, &usual);
	p.seen.backing = 10;
	for (unsigned i = 0; i < 100; i++) {
		p.seen.now_s += 5;
		p.seen.reads += 4;
		law_observe(&p.law, &p.seen);
	}
	assert_int_equal(p.law.level, 0);
	assert_true(law_refault_percent(&p.law) < 0);
}

static void counters_that_fall_are_a_device_that_was_reset(void **state)
{
	struct plant p;
	uint64_t age_s;
	(void)state;

	plant_start(&p, &usual);
	plant_run(&p, 1000, 0);
	assert_true(p.law.cutoff_s > 0);
	law_step(&p.law);
	p.seen.now_s += 5;
	p.seen.writes = p.seen.backing = 10;
	law_observe(&p.law, &p.seen);
	assert_int_equal(p.law.step_writes, 10);
	assert_true(p.law.cutoff_s == 0);

	p.seen.initialised = false;
	law_observe(&p.law, &p.seen);
	assert_int_equal(law_next(&p.law, &age_s), LAW_UNINITIALISED);
	p.seen.initialised = true;
	p.seen.writes = p.seen.reads = 0;
	law_step(&p.law);
	law_observe(&p.law, &p.seen);
	assert_int_equal(p.law.step_writes, 0);
}

static void an_empty_device_is_below_its_mark(void **state)
{
	struct plant p;
	(void)state;

	plant_start(&p, &usual);
	assert_int_equal(plant_step(&p), LAW_BELOW_MARK);
	p.seen.pool_size_bytes = 0;
	assert_int_equal(plant_step(&p), LAW_BELOW_MARK);
	/* Full of holes, with no page in it. */
	p.seen.pool_size_bytes = p.seen.pool_bytes = 64 * MIB;
	assert_int_equal(plant_step(&p), LAW_NOTHING_IDLE);
	assert_int_equal(p.marks, 0);
}

static void a_full_backing_device_is_left_alone_until_it_has_room(void **state)
{
	struct plant p;
	uint64_t age_s;
	(void)state;

	plant_start(&p, &usual);
	plant_fill(&p, 300, 100);
	p.seen.backing = 5000;
	law_step(&p.law);
	law_observe(&p.law, &p.seen);
	assert_int_equal(law_next(&p.law, &age_s), LAW_GO);
	law_rung(&p.law, age_s, p.seen.now_s, LAW_FULL);
	for (unsigned i = 0; i < 3; i++) {
		plant_fill(&p, 5, 0);
		assert_int_equal(plant_step(&p), LAW_BACKING_FULL);
	}
	p.seen.backing = 4999;
	plant_step(&p);
	assert_true(p.seen.writes > 0);
}

static void what_ends_a_rung_is_why_the_step_wrote_nothing(void **state)
{
	static const struct { enum law_end end; enum law_why why; unsigned level; } cases[] = {
		{ LAW_TAKEN, LAW_BUSY, 0 },
		{ LAW_BROKEN, LAW_FAILED, 1 },
		{ LAW_FULL, LAW_BACKING_FULL, 0 },
		{ LAW_LIMITED, LAW_NO_BUDGET, 0 },
	};
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct plant p;
		uint64_t age_s;

		plant_start(&p, &usual);
		plant_fill(&p, 300, 100);
		law_step(&p.law);
		law_observe(&p.law, &p.seen);
		assert_int_equal(law_next(&p.law, &age_s), LAW_GO);
		law_rung(&p.law, age_s, p.seen.now_s, cases[i].end);
		assert_int_equal(law_next(&p.law, &age_s), cases[i].why);
		assert_int_equal(p.law.level, cases[i].level);
		assert_true(p.law.cutoff_s == 0);
	}
}

static void incompressible_pages_count_for_all_that_they_take(void **state)
{
	struct plant p;
	uint64_t age_s;
	(void)state;

	plant_start(&p, &usual);
	plant_fill(&p, 300, 100);
	p.law.config.huge_only = true;
	law_step(&p.law);
	law_observe(&p.law, &p.seen);
	assert_int_equal(law_next(&p.law, &age_s), LAW_NO_HUGE);
	p.seen.huge = 100;
	law_observe(&p.law, &p.seen);
	assert_int_equal(law_next(&p.law, &age_s), LAW_GO);
	assert_int_equal(law_wanted(&p.law, true) * 4096 / PAGE_STORED, law_wanted(&p.law, false));
}

static void every_why_has_a_word_and_a_sentence(void **state)
{
	(void)state;

	for (unsigned i = 0; i < LAW_WHY_COUNT; i++)
		assert_true(law_whys[i].word && law_whys[i].help);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_pool_is_held_under_its_mark),
		cmocka_unit_test(growth_brings_writing_forward_but_never_below_the_low_mark),
		cmocka_unit_test(what_has_lain_longest_goes_first),
		cmocka_unit_test(nothing_younger_than_the_minimum_is_written),
		cmocka_unit_test(slots_are_not_walked_while_nothing_can_be_idle),
		cmocka_unit_test(the_budget_holds_over_every_window),
		cmocka_unit_test(what_others_write_is_paid_for_too),
		cmocka_unit_test(refaults_raise_age_and_pause_and_calm_lowers_them_slowly),
		cmocka_unit_test(it_pauses_after_writing_while_pages_come_back),
		cmocka_unit_test(pages_that_come_back_late_are_no_refaults_though_all_of_them_do),
		cmocka_unit_test(few_pages_prove_nothing),
		cmocka_unit_test(counters_that_fall_are_a_device_that_was_reset),
		cmocka_unit_test(an_empty_device_is_below_its_mark),
		cmocka_unit_test(a_full_backing_device_is_left_alone_until_it_has_room),
		cmocka_unit_test(what_ends_a_rung_is_why_the_step_wrote_nothing),
		cmocka_unit_test(incompressible_pages_count_for_all_that_they_take),
		cmocka_unit_test(every_why_has_a_word_and_a_sentence),
	};

	return cmocka_run_group_tests_name("balancer-law", tests, NULL, NULL);
}
