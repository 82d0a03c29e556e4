/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/param.h>
#include <cmocka.h>
#include "daemons/senpai/senpai-law.h"

#define MIB    (1024.0 * 1024)
#define TICK   1000000
#define TARGET 10000

static const struct law_settings proportional = {
	.law = LAW_PROPORTIONAL,
	.interval_us = 6 * TICK,
	.pressure_us = TARGET,
	.max_probe = 0.01,
	.max_backoff = 1,
};

static const struct law_settings ratio = {
	.law = LAW_RATIO,
	.interval_us = 6 * TICK,
	.pressure_us = TARGET,
	.ratio = 0.0005,
	.threshold_percent = 0.1,
};

/*
 * A cgroup as the law meets it: what lies above its working set is cold; what is taken
 * below it comes back by faults, a quarter of it in a tick, each MiB at a stall of 2 ms.
 */
struct plant {
	struct law_state state;
	double bytes, working_set;
	uint64_t stall_us;
	double lowest, highest; /* of bytes, since plant_watch() */
	unsigned reclaims, backoffs;
};

static void plant_watch(struct plant *p)
{
	p->lowest = p->highest = p->bytes;
	p->reclaims = p->backoffs = 0;
}

static struct law_decision plant_tick(struct plant *p, const struct law_settings *s)
{
	double back = fmax(p->working_set - p->bytes, 0) / 4;

	p->bytes += back;
	p->stall_us += (uint64_t)(back / MIB * 2000);
	struct law_input in = {
		.elapsed_us = TICK,
		.memory_stall_us = p->stall_us,
		.current_bytes = (uint64_t)p->bytes,
	};
	struct law_decision d = senpai_law_step(s, &p->state, &in);
	p->bytes -= (double)d.wanted_bytes;
	p->reclaims += d.why == WHY_RECLAIM;
	p->backoffs += d.why == WHY_BACKOFF;
	p->lowest = fmin(p->lowest, p->bytes);
	p->highest = fmax(p->highest, p->bytes);
	return d;
}

static void plant_run(struct plant *p, const struct law_settings *s, unsigned ticks)
{
	plant_watch(p);
	for (unsigned i = 0; i < ticks; i++)
		plant_tick(p, s);
}

static struct plant plant_settled(void)
{
	struct plant p = { .bytes = 1024 * MIB, .working_set = 256 * MIB };

	plant_run(&p, &proportional, 900);
	return p;
}

static void cold_memory_is_taken_down_to_the_working_set_and_not_past_it(void **state)
{
	struct plant p = plant_settled();

	(void)state;
	/* One probe in an interval: ln(1024/256) / -ln(0.99) = 138 intervals, 828 ticks. */
	assert_in_range(p.reclaims, 137, 150);
	assert_true(p.bytes < 1.01 * p.working_set);
	assert_true(p.lowest > 0.985 * p.working_set);
}

static void at_the_working_set_memory_swings_by_no_more_than_a_probe(void **state)
{
	struct plant p = plant_settled();

	(void)state;
	plant_run(&p, &proportional, 3600);
	assert_true(p.lowest > 0.985 * p.working_set);
	assert_true(p.highest < 1.005 * p.working_set);
}

static void a_burst_is_let_be_and_what_it_leaves_is_taken_again(void **state)
{
	struct plant p = plant_settled();

	(void)state;
	p.working_set *= 2;
	plant_run(&p, &proportional, 10);
	assert_int_equal(p.reclaims, 0);
	assert_true(p.backoffs >= 4);
	assert_true(p.bytes > 0.9 * p.working_set);

	/* At the latest 69 intervals after the last back-off memory is taken again. */
	p.working_set /= 2;
	plant_run(&p, &proportional, 69 * 6 + 70 * 6);
	assert_int_equal(p.backoffs, 0);
	assert_true(p.bytes < 1.02 * p.working_set);
}

static void growth_without_pressure_takes_the_limit_along(void **state)
{
	struct plant p = plant_settled();
	double before = 2048 * MIB;

	(void)state;
	p.bytes = before;
	plant_run(&p, &proportional, 6);
	assert_true(p.bytes >= 0.99 * before - 4096);
	assert_true(p.bytes < before);
}

/* A state that has just begun an interval, with memory of 1000 pages. */
#define PAGES_1000 4096000
static struct law_state begun(const struct law_settings *s)
{
	struct law_state st = { 0 };
	const struct law_input in = { .current_bytes = PAGES_1000, .memory_stall_us = 50 };

	assert_int_equal(senpai_law_step(s, &st, &in).why, WHY_START);
	return st;
}

/* Ticks of no pressure until the law does something else than wait. */
static struct law_decision next_decision(const struct law_settings *s, struct law_state *st,
					 struct law_input in, unsigned *ret_ticks)
{
	struct law_decision d = { .why = WHY_WAIT };

	for (*ret_ticks = 0; d.why == WHY_WAIT; ++*ret_ticks)
		d = senpai_law_step(s, st, &in);
	return d;
}

static void pressure_above_the_target_backs_off_in_the_same_tick(void **state)
{
	static const struct {
		uint64_t stall_us, limit_pages;
	} cases[] = {
		{ TARGET, 1000 },     /* is not above it */
		{ 2 * TARGET, 1010 }, /* (2 / 20)^2 */
		{ 10 * TARGET, 1250 }, { 20 * TARGET, 2000 }, { 1000 * TARGET, 2000 },
	};
	(void)state;

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct law_state st = begun(&proportional);
		struct law_input in = {
			.elapsed_us = TICK,
			.current_bytes = PAGES_1000,
			.memory_stall_us = 50 + cases[i].stall_us,
		};
		struct law_decision d = senpai_law_step(&proportional, &st, &in);

		assert_int_equal(d.why, cases[i].limit_pages > 1000 ? WHY_BACKOFF : WHY_WAIT);
		assert_int_equal(d.growth_us, cases[i].stall_us);
		assert_int_equal((st.limit_bytes + 2048) / 4096, cases[i].limit_pages);
	}
}

static void a_backoff_lasts_until_probes_have_brought_the_limit_down_again(void **state)
{
	struct law_state st = begun(&proportional);
	struct law_input in = {
		.elapsed_us = TICK,
		.current_bytes = PAGES_1000,
		.memory_stall_us = 50 + 20 * TARGET,
	};
	unsigned ticks, intervals = 0;
	struct law_decision d = senpai_law_step(&proportional, &st, &in);

	(void)state;
	assert_int_equal(d.why, WHY_BACKOFF);
	do {
		d = next_decision(&proportional, &st, in, &ticks);
		intervals++;
		assert_int_equal(ticks, 6);
	} while (d.why == WHY_LIMIT);
	/* 2 * 0.99^69 = 0.9998: what is above it is less than a page; 0.99^70: a hundredth. */
	assert_int_equal(d.why, WHY_SMALL);
	assert_int_equal(intervals, 69);
	d = next_decision(&proportional, &st, in, &ticks);
	assert_int_equal(d.why, WHY_RECLAIM);
	assert_int_equal(d.wanted_bytes, 10 * 4096);
}

static void neither_long_pressure_nor_shrinking_leaves_the_limit_out_of_reach(void **state)
{
	struct law_state st = begun(&proportional);
	struct law_input in = {
		.elapsed_us = TICK,
		.current_bytes = PAGES_1000,
		.memory_stall_us = 50,
	};

	(void)state;
	for (int tick = 0; tick < 10; tick++) {
		in.memory_stall_us += 20 * TARGET;
		assert_int_equal(senpai_law_step(&proportional, &st, &in).why, WHY_BACKOFF);
		assert_int_equal(st.limit_bytes, 2 * PAGES_1000);
	}
	in.current_bytes = PAGES_1000 / 4;
	in.elapsed_us = 6 * TICK;
	assert_int_equal(senpai_law_step(&proportional, &st, &in).why, WHY_LIMIT);
	assert_int_equal(st.limit_bytes, PAGES_1000 / 2);
}

static void stalls_of_one_interval_add_up_and_hold_back_the_probe(void **state)
{
	struct law_state st = begun(&proportional);
	struct law_input in = { .elapsed_us = TICK,
				.current_bytes = 100 * PAGES_1000,
				.memory_stall_us = 50 };
	unsigned ticks = 0;
	struct law_decision d;

	(void)state;
	do {
		in.memory_stall_us += 333;
		d = senpai_law_step(&proportional, &st, &in);
		ticks++;
	} while (d.why == WHY_WAIT);
	assert_int_equal(ticks, 6);
	assert_int_equal(d.stalled_us, 6 * 333);
	/* (10000 / 1998 / 10)^2 of one percent of 100,000 pages */
	assert_int_equal(d.wanted_bytes / 4096, 250);
	assert_int_equal(st.stalled_us, 0);
}

static void the_papers_law_follows_pressure_down_to_nothing_at_the_threshold(void **state)
{
	static const struct {
		double avg10;
		uint64_t last_us, pages; /* of a million */
	} cases[] = {
		{ 0, 0, 500 },	    { 0.05, 0, 250 }, { 0.05, 250, 250 },
		{ 0.05, 750, 125 }, /* of the last tick alone: 0.075 % */
		{ 0.1, 0, 0 },	    { 0, 1000, 0 },   { 90, 0, 0 },
	};
	(void)state;

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct law_state st = begun(&ratio);
		struct law_input in = {
			.elapsed_us = TICK,
			.current_bytes = 1000000ULL * 4096,
			.memory_stall_us = 50,
		};
		for (int tick = 0; tick < 5; tick++)
			assert_int_equal(senpai_law_step(&ratio, &st, &in).why, WHY_WAIT);
		in.memory_avg10 = cases[i].avg10;
		in.memory_stall_us += cases[i].last_us;
		struct law_decision d = senpai_law_step(&ratio, &st, &in);

		assert_int_equal(d.why, cases[i].pages ? WHY_RECLAIM : WHY_BACKOFF);
		assert_true(fabs((double)d.wanted_bytes / 4096 - (double)cases[i].pages) <= 1);
		if (d.why == WHY_RECLAIM)
			assert_int_equal(d.budget_us, 6000);
	}
}

static void the_papers_law_backs_off_before_the_interval_is_over(void **state)
{
	struct law_state st = begun(&ratio);
	struct law_input in = { .elapsed_us = TICK,
				.current_bytes = PAGES_1000,
				.memory_stall_us = 1050 };
	unsigned ticks;

	(void)state;
	assert_int_equal(senpai_law_step(&ratio, &st, &in).why, WHY_BACKOFF);
	next_decision(&ratio, &st, in, &ticks);
	assert_int_equal(ticks, 6);
}

static void io_pressure_backs_off_only_where_it_is_asked_for(void **state)
{
	struct law_settings s = proportional;
	(void)state;

	for (int asked = 0; asked < 2; asked++) {
		s.io_threshold_percent = asked ? 0.5 : 0;
		struct law_state st = begun(&s);
		struct law_input in = {
			.elapsed_us = TICK,
			.current_bytes = PAGES_1000,
			.memory_stall_us = 50,
			.io_stall_us = 5000,
		};
		assert_int_equal(senpai_law_step(&s, &st, &in).why, asked ? WHY_IO : WHY_WAIT);
		in.io_avg10 = 0.4;
		assert_int_equal(senpai_law_step(&s, &st, &in).why, WHY_WAIT);
	}
}

static void nothing_is_taken_below_the_floor(void **state)
{
	static const struct {
		uint64_t bottom_pages, wanted_pages;
		bool swap_full;
		enum why why;
	} cases[] = {
		{ 0, 10, false, WHY_RECLAIM },	  { 993, 7, false, WHY_RECLAIM },
		{ 1000, 0, false, WHY_FLOOR },	  { 5000, 0, false, WHY_FLOOR },
		{ 1000, 0, true, WHY_SWAP_FULL }, { 993, 7, true, WHY_RECLAIM },
	};
	(void)state;

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct law_state st = begun(&proportional);
		const struct law_input in = {
			.elapsed_us = 6 * TICK,
			.memory_stall_us = 50,
			.current_bytes = PAGES_1000,
			.bottom_bytes = cases[i].bottom_pages * 4096,
			.swap_full = cases[i].swap_full,
		};
		struct law_decision d = senpai_law_step(&proportional, &st, &in);

		assert_int_equal(d.why, cases[i].why);
		assert_int_equal(d.wanted_bytes, cases[i].wanted_pages * 4096);
	}
}

static void ticks_that_come_early_or_late_keep_the_interval(void **state)
{
	(void)state;
	for (uint64_t elapsed = 999000; elapsed <= 1001000; elapsed += 2000) {
		struct law_state st = begun(&proportional);
		unsigned ticks;

		next_decision(&proportional, &st,
			      (struct law_input){ .elapsed_us = elapsed,
						  .current_bytes = PAGES_1000,
						  .memory_stall_us = 50 },
			      &ticks);
		assert_int_equal(ticks, 6);
	}
}

static void a_counter_that_fell_begins_anew(void **state)
{
	struct law_state st = begun(&proportional);
	const struct law_input in = { .elapsed_us = 6 * TICK,
				      .current_bytes = 8192,
				      .memory_stall_us = 49 };
	struct law_decision d = senpai_law_step(&proportional, &st, &in);

	(void)state;
	assert_int_equal(d.why, WHY_START);
	assert_int_equal(d.wanted_bytes, 0);
	assert_int_equal(st.limit_bytes, 8192);
}

static void the_greatest_numbers_do_not_wrap(void **state)
{
	struct law_settings s = proportional;
	struct law_state st = begun(&s);
	struct law_input in = { .elapsed_us = UINT64_MAX,
				.current_bytes = INT64_MAX,
				.memory_stall_us = 50 };

	(void)state;
	s.max_backoff = 100;
	struct law_decision d = senpai_law_step(&s, &st, &in);
	assert_int_equal(d.why, WHY_RECLAIM);
	assert_in_range(d.wanted_bytes, INT64_MAX / 101, INT64_MAX / 99);
	in.memory_stall_us = UINT64_MAX;
	d = senpai_law_step(&s, &st, &in);
	assert_int_equal(d.why, WHY_BACKOFF);
	assert_int_equal(st.limit_bytes, INT64_MAX);
	in.bottom_bytes = INT64_MAX;
	in.current_bytes = 0;
	d = senpai_law_step(&s, &st, &in);
	assert_int_equal(d.wanted_bytes, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(cold_memory_is_taken_down_to_the_working_set_and_not_past_it),
		cmocka_unit_test(at_the_working_set_memory_swings_by_no_more_than_a_probe),
		cmocka_unit_test(a_burst_is_let_be_and_what_it_leaves_is_taken_again),
		cmocka_unit_test(growth_without_pressure_takes_the_limit_along),
		cmocka_unit_test(pressure_above_the_target_backs_off_in_the_same_tick),
		cmocka_unit_test(a_backoff_lasts_until_probes_have_brought_the_limit_down_again),
		cmocka_unit_test(neither_long_pressure_nor_shrinking_leaves_the_limit_out_of_reach),
		cmocka_unit_test(stalls_of_one_interval_add_up_and_hold_back_the_probe),
		cmocka_unit_test(the_papers_law_follows_pressure_down_to_nothing_at_the_threshold),
		cmocka_unit_test(the_papers_law_backs_off_before_the_interval_is_over),
		cmocka_unit_test(io_pressure_backs_off_only_where_it_is_asked_for),
		cmocka_unit_test(nothing_is_taken_below_the_floor),
		cmocka_unit_test(ticks_that_come_early_or_late_keep_the_interval),
		cmocka_unit_test(a_counter_that_fell_begins_anew),
		cmocka_unit_test(the_greatest_numbers_do_not_wrap),
	};

	return cmocka_run_group_tests_name("senpai-law", tests, NULL, NULL);
}
