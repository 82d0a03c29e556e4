/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "lib/cleanup.h"
#include "lib/rng.h"
#include "workloads/coldheap/coldheap-config.h"
#include "workloads/coldheap/coldheap-layout.h"
#include "workloads/coldheap/coldheap-page.h"

#define SEED 11

static const struct page_form half = { .seed = SEED, .noise = PAGE_WORDS / 2 };

/* Pages */

static void a_filled_page_is_the_right_one_and_no_other(void **state)
{
	struct page p, zero = { { 0 } };

	(void)state;
	for (unsigned compressible = 0; compressible <= 100; compressible += 25) {
		struct page_form f = page_form(SEED, compressible);

		page_fill(&p, &f, 17, 3);
		assert_int_equal(page_check(&p, &f, 17, 3, 3), PAGE_GOOD);
		assert_int_equal(page_check(&p, &f, 18, 3, 3), PAGE_MISPLACED);
		assert_int_equal(page_check(&p, &f, 17, 4, 4), PAGE_STALE);
		assert_int_equal(page_check(&zero, &f, 17, 3, 3), PAGE_ZERO);
		assert_int_equal(page_check(&zero, &f, 0, 1, 1), PAGE_ZERO);
	}
}

static void any_single_wrong_bit_is_found(void **state)
{
	struct page p;

	(void)state;
	page_fill(&p, &half, 5, 1);
	for (unsigned bit = 0; bit < PAGE_BYTES * 8; bit++) {
		p.words[bit / 64] ^= 1ULL << bit % 64;
		assert_int_not_equal(page_check(&p, &half, 5, 1, 1), PAGE_GOOD);
		p.words[bit / 64] ^= 1ULL << bit % 64;
	}
	assert_int_equal(page_check(&p, &half, 5, 1, 1), PAGE_GOOD);
}

static void two_words_that_changed_places_are_found(void **state)
{
	struct page p;

	(void)state;
	page_fill(&p, &half, 5, 1);
	for (unsigned i = PAGE_PAYLOAD; i < PAGE_PAYLOAD + half.noise - 1; i++) {
		struct page swapped = p;

		swapped.words[i] = p.words[i + 1];
		swapped.words[i + 1] = p.words[i];
		assert_int_equal(page_check(&swapped, &half, 5, 1, 1), PAGE_DAMAGED);
	}
}

static void a_written_page_is_right_again_and_its_old_self_is_stale(void **state)
{
	struct page p, before;

	(void)state;
	for (unsigned compressible = 0; compressible <= 100; compressible += 50) {
		struct page_form f = page_form(SEED, compressible);

		page_fill(&p, &f, 9, 1);
		for (uint64_t version = 2; version < 600; version++) {
			before = p;
			p.words[PAGE_VERSION] = version;
			assert_int_equal(page_check(&p, &f, 9, version, version - 1), PAGE_GOOD);
			assert_int_not_equal(page_check(&p, &f, 9, version, version), PAGE_GOOD);
			page_renew(&p, &f, version - 1, version);
			assert_int_equal(page_check(&p, &f, 9, version, version), PAGE_GOOD);
			assert_int_equal(page_check(&before, &f, 9, version, version), PAGE_STALE);
		}
	}
}

/* The version of @p becomes 4, as an access that writes stores it, before the page is checked. */
static enum page_state state_after_store(struct page p, uint64_t index)
{
	p.words[PAGE_VERSION] = 4;
	return page_check(&p, &half, index, 4, 3);
}

static void a_store_does_not_hide_what_was_wrong(void **state)
{
	struct page p = { { 0 } };

	(void)state;
	assert_int_equal(state_after_store(p, 17), PAGE_ZERO);
	page_fill(&p, &half, 17, 3);
	assert_int_equal(state_after_store(p, 17), PAGE_GOOD);
	assert_int_equal(state_after_store(p, 18), PAGE_MISPLACED);
	p.words[PAGE_PAYLOAD] ^= 1;
	assert_int_equal(state_after_store(p, 17), PAGE_DAMAGED);
	page_fill(&p, &half, 17, 2);
	assert_int_equal(state_after_store(p, 17), PAGE_STALE);
	p.words[PAGE_INDEX] ^= 1;
	assert_int_equal(state_after_store(p, 17), PAGE_DAMAGED);
}

/* Bytes that lz4 makes of @n pages of @f. */
static size_t lz4_size(const struct page_form *f, unsigned n)
{
	static char out[1 << 20];
	struct archive *a = archive_write_new();
	struct archive_entry *entry = archive_entry_new();
	size_t used = 0;
	struct page p;

	archive_write_set_format_raw(a);
	if (archive_write_add_filter_lz4(a) != ARCHIVE_OK)
		used = SIZE_MAX;	/* no library: lz4 would be run as a program */
	archive_entry_set_filetype(entry, S_IFREG);
	if (!used && !archive_write_open_memory(a, out, sizeof(out), &used) &&
	    !archive_write_header(a, entry)) {
		for (unsigned i = 0; i < n; i++) {
			page_fill(&p, f, i, 1);
			assert_int_equal(archive_write_data(a, &p, sizeof(p)), sizeof(p));
		}
		assert_int_equal(archive_write_close(a), ARCHIVE_OK);
	}
	archive_entry_free(entry);
	archive_write_free(a);
	return used;
}

static void lz4_saves_the_share_that_was_asked_for(void **state)
{
	unsigned pages = 64;

	(void)state;
	for (unsigned compressible = 0; compressible <= 100; compressible += 20) {
		struct page_form f = page_form(SEED, compressible);
		size_t size = lz4_size(&f, pages);

		if (size == SIZE_MAX) {
			print_message("libarchive has no lz4\n");
			skip();
		}
		double kept = (double)size / (pages * PAGE_BYTES), wanted = 1 - compressible / 100.0;

		print_message("  %u %%: %.3f of it is left\n", compressible, kept);
		assert_true(kept > wanted - 0.02 && kept < wanted + 0.03);
	}
}

/* Layout */

static void layout_make(struct layout *l, uint64_t pages, uint64_t run)
{
	struct err e;

	assert_int_equal(layout_set(l, pages, run, 10, 20, SEED, &e), 0);
}

static void every_page_has_one_place_and_one_part(void **state)
{
	static const uint64_t runs[] = { 1, 8, 64 };
	enum { PAGES = 64 * 100 };

	(void)state;
	for (size_t r = 0; r < ARRAY_SIZE(runs); r++) {
		bool seen[PAGES] = { false };
		uint64_t n[PART_COUNT] = { 0 };
		struct layout l;

		layout_make(&l, PAGES, runs[r]);
		layout_shift(&l, 12345 % PAGES);
		for (uint64_t i = 0; i < PAGES; i++) {
			uint64_t page = layout_page(&l, i);
			enum part part = layout_part(&l, page);

			assert_true(page < PAGES && !seen[page]);
			seen[page] = true;
			assert_true(i >= layout_first(&l, part) &&
				    i < layout_first(&l, part) + l.n[part]);
			n[part]++;
		}
		assert_int_equal(n[PART_HOT], PAGES / 10);
		assert_int_equal(n[PART_WARM], PAGES / 5);
		assert_memory_equal(n, l.n, sizeof(n));
		layout_clear(&l);
	}
}

static void hot_runs_are_scattered_over_the_heap(void **state)
{
	unsigned changes = 0, eighths = 0;
	struct layout l;

	(void)state;
	layout_make(&l, 64 * 1000, 64);
	for (uint64_t page = 64; page < l.pages; page += 64) {
		bool is_hot = layout_part(&l, page) == PART_HOT;

		changes += is_hot != (layout_part(&l, page - 64) == PART_HOT);
		if (is_hot)
			eighths |= 1U << page * 8 / l.pages;
	}
	/* Of 1000 runs 100 are hot: if they lay as they fall, the part changes about 180 times. */
	assert_true(changes > 120);
	assert_int_equal(eighths, 0xff);
	layout_clear(&l);
}

static void a_shift_turns_the_first_hot_pages_cold_and_warm_ones_hot(void **state)
{
	struct layout l;

	(void)state;
	layout_make(&l, 1000, 1);
	uint64_t was_first = layout_page(&l, 0), was_warm = layout_page(&l, 100),
		 was_cold = layout_page(&l, 300);

	layout_shift(&l, 10);
	assert_int_equal(layout_part(&l, was_first), PART_COLD);
	assert_int_equal(layout_part(&l, was_warm), PART_HOT);
	assert_int_equal(layout_part(&l, was_cold), PART_WARM);
	for (unsigned i = 0; i < 99; i++)
		layout_shift(&l, 10);
	assert_int_equal(layout_part(&l, was_first), PART_HOT);
	assert_int_equal(layout_page(&l, 0), was_first);
	layout_clear(&l);
}

#define SHIFTS_EACH 200000

static void *shift_often(void *l)
{
	for (unsigned i = 0; i < SHIFTS_EACH; i++)
		layout_shift(l, 1);
	return NULL;
}

static void no_shift_is_lost_where_threads_shift_at_once(void **state)
{
	pthread_t threads[4];
	struct layout l;

	(void)state;
	layout_make(&l, 1009, 1);
	for (size_t i = 0; i < ARRAY_SIZE(threads); i++)
		assert_int_equal(pthread_create(&threads[i], NULL, shift_often, &l), 0);
	for (size_t i = 0; i < ARRAY_SIZE(threads); i++)
		assert_int_equal(pthread_join(threads[i], NULL), 0);
	assert_int_equal(l.base, ARRAY_SIZE(threads) * SHIFTS_EACH % l.pages);
	layout_clear(&l);
}

/* Parameters */

static const struct { const char *name, *value; } good[] = {
	{ "HEAP", "67108864" }, { "LIMIT", "0" }, { "RECLAIM", "0" }, { "HOT", "10" }, { "WARM", "20" },
	{ "HOT_RATE", "90" }, { "WARM_RATE", "9" }, { "ZIPF", "99" }, { "SHIFT", "0" },
	{ "SHIFT_BY", "10" }, { "WRITES", "20" }, { "RUN", "64" }, { "COMPRESSIBLE", "50" },
	{ "THREADS", "1" }, { "RATE", "0" }, { "WARMUP", "1000" }, { "DURATION", "1000" },
	{ "WARMUP_ACCESSES", "0" }, { "ACCESSES", "0" }, { "CHECK_EVERY", "1" }, { "SWEEP", "1" },
	{ "SEED", "1" }, { "THP", "never" },
};

static void environment_set(const char *name, const char *value)
{
	char key[64];

	snprintf(key, sizeof(key), "RAMRIG_%s", name);
	assert_int_equal(value ? setenv(key, value, 1) : unsetenv(key), 0);
}

static void bad_parameters_are_refused_with_a_sentence(void **state)
{
	static const struct { const char *name, *value, *says; } bad[] = {
		{ "HEAP", NULL, "parameter 'heap' is missing" },
		{ "HEAP", "lots", "'heap' is 'lots', not a whole number" },
		{ "HEAP", "-1", "not a whole number" },
		{ "HEAP", "67108865", "whole runs of 64 pages" },
		{ "HEAP", "1000", "'heap' is 1000, not 1048576 to" },
		{ "HOT", "0", "'hot' is 0, not 1 to 98" },
		{ "HOT", "90", "leave nothing of the heap to be cold" },
		{ "WARM", "0", "no page is warm" },
		{ "HOT_RATE", "95", "more than all accesses" },
		{ "RUN", "48", "run is 48 pages, not a power of two" },
		{ "RUN", "16384", "two or more whole runs" },
		{ "WRITES", "101", "'writes' is 101" },
		{ "THREADS", "0", "'threads' is 0, not 1 to" },
		{ "LIMIT", "4096", "the program itself takes more" },
		{ "THP", "maybe", "not one of: never, default, always" },
		{ "SWEEP", "2", "'sweep' is 2, not 0 to 1" },
		{ "SEED", "99999999999999999999999", "not a whole number" },
	};
	struct config c = { .heap = 1 };
	struct err e;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(good); i++)
		environment_set(good[i].name, good[i].value);
	assert_int_equal(config_read(&c, &e), 0);
	assert_int_equal(c.heap, 64 << 20);
	assert_int_equal(c.thp, THP_NEVER);
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		struct config untouched = { .heap = 1 };

		for (size_t k = 0; k < ARRAY_SIZE(good); k++)
			environment_set(good[k].name, good[k].value);
		environment_set(bad[i].name, bad[i].value);
		assert_int_equal(config_read(&untouched, &e), -EINVAL);
		print_message("  %s\n", e.msg);
		assert_non_null(strstr(e.msg, bad[i].says));
		assert_int_equal(untouched.heap, 1);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_filled_page_is_the_right_one_and_no_other),
		cmocka_unit_test(any_single_wrong_bit_is_found),
		cmocka_unit_test(two_words_that_changed_places_are_found),
		cmocka_unit_test(a_written_page_is_right_again_and_its_old_self_is_stale),
		cmocka_unit_test(a_store_does_not_hide_what_was_wrong),
		cmocka_unit_test(lz4_saves_the_share_that_was_asked_for),
		cmocka_unit_test(every_page_has_one_place_and_one_part),
		cmocka_unit_test(hot_runs_are_scattered_over_the_heap),
		cmocka_unit_test(a_shift_turns_the_first_hot_pages_cold_and_warm_ones_hot),
		cmocka_unit_test(no_shift_is_lost_where_threads_shift_at_once),
		cmocka_unit_test(bad_parameters_are_refused_with_a_sentence),
	};

	return cmocka_run_group_tests_name("coldheap", tests, NULL, NULL);
}
