/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
#include "lib/cleanup.h"
#include "workloads/swapstorm/swapstorm-huge.h"
#include "workloads/swapstorm/swapstorm-lack.h"
#include "workloads/swapstorm/swapstorm-model.h"
#include "workloads/swapstorm/swapstorm-pace.h"
#include "workloads/swapstorm/swapstorm-place.h"
#include "workloads/swapstorm/swapstorm-swap.h"

#define SEED 7

static const struct page_id own = { .owner = 2, .life = 1, .number = 9, .version = 5 };

static void a_page_is_known_by_every_word_of_it(void **state)
{
	struct page p;
	(void)state;

	storm_page_fill(&p, SEED, &own);
	assert_int_equal(storm_page_check(&p, SEED, &own).state, PAGE_GOOD);
	for (unsigned i = 0; i < PAGE_WORDS; i++) {
		p.words[i] ^= 1ULL << i % 64;
		struct page_verdict v = storm_page_check(&p, SEED, &own);

		assert_int_equal(v.state, PAGE_DAMAGED);
		assert_int_equal(v.word, i);
		p.words[i] ^= 1ULL << i % 64;
	}
}

static void a_wrong_page_says_what_it_is(void **state)
{
	static const struct {
		struct page_id id;
		enum page_state state;
		const char *text;
	} cases[] = {
		{ { 2, 1, 9, 4 }, PAGE_STALE, "page 9 of worker 2, life 1, version 4" },
		{ { 2, 1, 8, 5 }, PAGE_MISPLACED, "page 8 of worker 2, life 1, version 5" },
		{ { 3, 1, 9, 5 }, PAGE_FOREIGN, "page 9 of worker 3, life 1, version 5" },
		{ { 2, 0, 9, 5 }, PAGE_FOREIGN, "page 9 of worker 2, life 0, version 5" },
		{ { 2 | OWNER_CHILD, 1, 9, 5 }, PAGE_FOREIGN,
		  "page 9 of a child of worker 2, life 1, version 5" },
		{ { OWNER_BALLAST, 0, 9, 1 }, PAGE_FOREIGN,
		  "page 9 of the ballast, life 0, version 1" },
	};
	struct page p;
	char text[100];
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		print_message("  %s\n", cases[i].text);
		storm_page_fill(&p, SEED, &cases[i].id);
		struct page_verdict v = storm_page_check(&p, SEED, &own);

		assert_int_equal(v.state, cases[i].state);
		storm_verdict_text(&v, text, sizeof(text));
		assert_string_equal(text, cases[i].text);
	}
	/* One of another seed is nobody's. */
	storm_page_fill(&p, SEED + 1, &cases[0].id);
	assert_int_equal(storm_page_check(&p, SEED, &own).state, PAGE_DAMAGED);
	memset(&p, 0, sizeof(p));
	struct page_verdict zero = storm_page_check(&p, SEED, &own);

	assert_int_equal(zero.state, PAGE_ZERO);
	storm_verdict_text(&zero, text, sizeof(text));
	assert_string_equal(text, "all zero");
}

static void half_of_a_page_in_another_is_damage(void **state)
{
	static const struct page_id other = { .owner = 2, .life = 1, .number = 9, .version = 4 };
	struct page p, q;
	char text[100];
	(void)state;

	storm_page_fill(&p, SEED, &own);
	storm_page_fill(&q, SEED, &other);
	memcpy(p.words + PAGE_WORDS / 2, q.words + PAGE_WORDS / 2, sizeof(p.words) / 2);
	struct page_verdict v = storm_page_check(&p, SEED, &own);

	assert_int_equal(v.state, PAGE_DAMAGED);
	storm_verdict_text(&v, text, sizeof(text));
	assert_string_equal(text, "garbage from byte 2048 on");
}

/* What model_judge() says of a page that holds @version, or zeroes where that is 0. */
static enum page_state judged(struct model *m, uint32_t version)
{
	struct page p = { 0 };

	if (version)
		storm_page_fill(&p, SEED, &(struct page_id){ 2, 1, 9, version });
	return model_judge(m, &p, SEED, 2, 1, 9).state;
}

static void a_page_never_written_is_zero(void **state)
{
	struct model m = { 0 };
	(void)state;

	assert_int_equal(judged(&m, 0), PAGE_GOOD);
	assert_int_equal(judged(&m, 1), PAGE_STALE);
}

static void a_page_holds_the_version_written_last(void **state)
{
	struct model m = { 0 };
	(void)state;

	model_write(&m);
	model_write(&m);
	assert_int_equal(judged(&m, 2), PAGE_GOOD);
	assert_int_equal(judged(&m, 1), PAGE_STALE);
	assert_int_equal(judged(&m, 0), PAGE_ZERO);
}

static void a_page_thrown_away_must_not_come_back(void **state)
{
	struct model m = { 0 };
	char text[40];
	(void)state;

	model_write(&m);
	model_clear(&m);
	assert_int_equal(judged(&m, 0), PAGE_GOOD);
	assert_int_equal(judged(&m, 1), PAGE_STALE);
	model_text(&m, text, sizeof(text));
	assert_string_equal(text, "zero");
	model_write(&m);	/* whose version is a new one */
	assert_int_equal(judged(&m, 1), PAGE_STALE);
	assert_int_equal(judged(&m, 2), PAGE_GOOD);
}

static void a_freed_page_is_there_or_zero_and_once_zero_for_good(void **state)
{
	struct model m = { 0 };
	char text[40];
	(void)state;

	model_free(&m);
	assert_int_equal(m.state, MODEL_ZERO);
	model_write(&m);
	model_free(&m);
	model_text(&m, text, sizeof(text));
	assert_string_equal(text, "zero or version 1");
	assert_int_equal(judged(&m, 2), PAGE_STALE);
	assert_int_equal(judged(&m, 1), PAGE_GOOD);
	assert_int_equal(judged(&m, 0), PAGE_GOOD);
	assert_int_equal(judged(&m, 1), PAGE_STALE);
	model_write(&m);
	assert_int_equal(judged(&m, 2), PAGE_GOOD);
	assert_int_equal(judged(&m, 0), PAGE_ZERO);
}

#define SWAPS_HEADING "Filename\t\t\t\tType\t\tSize\t\tUsed\t\tPriority\n"

static void the_fastest_swap_device_comes_first(void **state)
{
	struct swap_list l;
	struct err e;
	(void)state;

	assert_int_equal(swap_list_parse(SWAPS_HEADING
		"/dev/nvme0n1                            partition\t1048572\t\t8\t\t10\n"
		"/dev/zram0                              partition\t65532\t\t512\t\t100\n"
		"/swapfile                               file\t\t1020\t\t0\t\t-2\n", &l, &e), 0);
	assert_int_equal(l.n, 3);
	assert_string_equal(l.devices[0].path, "/dev/zram0");
	assert_int_equal(l.devices[0].pages, 16383);
	assert_int_equal(l.devices[0].used, 128);
	assert_int_equal(l.devices[0].priority, 100);
	assert_string_equal(l.devices[1].path, "/dev/nvme0n1");
	assert_int_equal(l.devices[1].used, 2);
	assert_int_equal(l.devices[2].priority, -2);
	assert_int_equal(swap_list_parse(SWAPS_HEADING, &l, &e), 0);
	assert_int_equal(l.n, 0);
	assert_int_equal(swap_list_parse("", &l, &e), 0);
	assert_int_equal(swap_list_parse(SWAPS_HEADING "/dev/zram0 partition\n", &l, &e), -EINVAL);
	assert_non_null(strstr(e.msg, "/dev/zram0 partition"));
}

static void an_entry_of_pagemap_says_where_a_page_is(void **state)
{
	struct place p = place_parse(1ULL << 63 | 1ULL << 55 | 12345);
	(void)state;

	assert_true(p.present && !p.swapped && p.soft_dirty);
	assert_int_equal(p.type, 0);
	p = place_parse(1ULL << 62 | 99 << 5 | 1);
	assert_true(!p.present && p.swapped && !p.soft_dirty);
	assert_int_equal(p.type, 1);
	/* On its way between two places, and so on no device. */
	p = place_parse(1ULL << 62 | 99 << 5 | 30);
	assert_true(!p.present && !p.swapped);
	p = place_parse(0);
	assert_true(!p.present && !p.swapped && !p.soft_dirty);
}

static void pages_not_moved_count_as_known_before_moved_ones_do(void **state)
{
	(void)state;

	assert_float_equal(refault_share(1000, 1000, 1000), 1, 1e-9);
	assert_float_equal(refault_share(0, 1000, 1000), 0, 1e-9);
	assert_float_equal(refault_share(100, 1000, 900), 0, 1e-9);
	assert_float_equal(refault_share(550, 1000, 900), 0.5, 1e-9);
	assert_float_equal(refault_share(50, 1000, 900), 0, 1e-9);
	assert_true(isnan(refault_share(1000, 1000, 0)));
}

static void a_charge_may_be_more_but_not_less_than_what_is_in_swap(void **state)
{
	(void)state;

	assert_int_equal(charge_lack(100, 100), 0);
	assert_int_equal(charge_lack(100, 130), 0);
	assert_int_equal(charge_lack(100, 97), 3);
}

static void what_is_set_is_the_word_in_brackets(void **state)
{
	static const struct { const char *text, *word; } cases[] = {
		{ "always [madvise] never\n", "madvise" }, { "[never]", "never" },
		{ "", "" }, { "always madvise\n", "" }, { "[always", "" },
	};
	char word[16];
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		huge_word(cases[i].text, word, sizeof(word));
		assert_string_equal(word, cases[i].word);
	}
}

static void what_is_done_to_workers_waits_for_slow_ones_but_not_for_ever(void **state)
{
	static const struct { uint64_t ms, passed_ms, ops; bool met; } cases[] = {
		{ 0, 0, 0, true },	    { 1000, 999, 500, false }, { 1000, 1000, 10, true },
		{ 1000, 1000, 9, false },   { 1000, 9999, 9, false },  { 1000, 10000, 0, true },
		{ 50, 50, 0, false },	    { 50, 50, 1, true },
	};
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
		assert_int_equal(pace_met(cases[i].ms, cases[i].passed_ms, cases[i].ops), cases[i].met);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_page_is_known_by_every_word_of_it),
		cmocka_unit_test(a_wrong_page_says_what_it_is),
		cmocka_unit_test(half_of_a_page_in_another_is_damage),
		cmocka_unit_test(a_page_never_written_is_zero),
		cmocka_unit_test(a_page_holds_the_version_written_last),
		cmocka_unit_test(a_page_thrown_away_must_not_come_back),
		cmocka_unit_test(a_freed_page_is_there_or_zero_and_once_zero_for_good),
		cmocka_unit_test(the_fastest_swap_device_comes_first),
		cmocka_unit_test(an_entry_of_pagemap_says_where_a_page_is),
		cmocka_unit_test(pages_not_moved_count_as_known_before_moved_ones_do),
		cmocka_unit_test(what_is_set_is_the_word_in_brackets),
		cmocka_unit_test(what_is_done_to_workers_waits_for_slow_ones_but_not_for_ever),
		cmocka_unit_test(a_charge_may_be_more_but_not_less_than_what_is_in_swap),
	};

	return cmocka_run_group_tests_name("swapstorm", tests, NULL, NULL);
}
