/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
#include "lib/cleanup.h"
#include "workloads/fleet/fleet-data.h"

#define PAGES(n) ((uint64_t)(n) * FLEET_PAGE)

static struct data load(const struct fleet_config *c, uint64_t instance)
{
	struct data d;
	struct err e;

	if (data_load(&d, c, instance, &e))
		fail_msg("%s", e.msg);
	return d;
}

static const uint64_t *page(const struct data *d, bool is_own, uint64_t i)
{
	return d->pages + data_place(d, is_own, i) * FLEET_WORDS;
}

static bool same(const uint64_t *a, const uint64_t *b)
{
	return !memcmp(a, b, FLEET_PAGE);
}

static void every_page_has_one_place_and_the_runs_alternate(void **state)
{
	static const struct { uint64_t shared, own, sets; } cases[] = {
		{ 7, 5, 1 }, { 7, 5, 3 }, { 5, 7, 5 }, { 64, 1, 1 }, { 13, 13, 13 }, { 100, 37, 10 },
	};
	(void)state;

	for (size_t k = 0; k < ARRAY_SIZE(cases); k++) {
		struct fleet_config c = { .data_sets = cases[k].sets };
		struct data d = { .config = &c, .n_shared = cases[k].shared, .n_own = cases[k].own };
		char kinds[256] = "";
		uint64_t changes = 0;

		print_message("  %d shared, %d own, %d data sets\n", (int)d.n_shared, (int)d.n_own,
			      (int)c.data_sets);
		for (uint64_t i = 0; i < d.n_shared + d.n_own; i++) {
			bool is_own = i >= d.n_shared;
			uint64_t at = data_place(&d, is_own, is_own ? i - d.n_shared : i);

			assert_true(at < d.n_shared + d.n_own);
			assert_int_equal(kinds[at], 0);
			kinds[at] = is_own ? 'o' : 's';
		}
		for (uint64_t i = 1; i < d.n_shared + d.n_own; i++)
			changes += kinds[i] != kinds[i - 1];
		assert_int_equal(kinds[0], 's');
		assert_int_equal(changes, 2 * c.data_sets - 1);
	}
}

static void shared_pages_are_equal_in_all_instances_and_no_others_are(void **state)
{
	struct fleet_config c = { .shared = PAGES(9), .own = PAGES(9), .session = PAGES(2), .data_sets = 3,
			    .touch = 2, .seed = 7 };
	struct data a = load(&c, 0), b = load(&c, 1);
	uint64_t sum;
	struct err e;
	(void)state;

	assert_int_equal(data_request(&a, &sum, &e) | data_request(&b, &sum, &e), 0);
	for (uint64_t i = 0; i < 9; i++) {
		assert_true(same(page(&a, false, i), page(&b, false, i)));
		for (uint64_t k = 0; k < 9; k++) {
			assert_int_equal(same(page(&a, false, i), page(&a, false, k)), i == k);
			assert_int_equal(same(page(&a, true, i), page(&a, true, k)), i == k);
			assert_false(same(page(&a, true, i), page(&b, true, k)));
			assert_false(same(page(&a, true, i), page(&b, false, k)));
		}
	}
	for (uint64_t i = 0; i < 2; i++)
		for (uint64_t k = 0; k < 2; k++)
			assert_false(same(a.sessions + i * FLEET_WORDS, b.sessions + k * FLEET_WORDS));
}

static void requests_write_all_of_the_sessions_in_turn(void **state)
{
	struct fleet_config c = { .shared = PAGES(1), .own = PAGES(1), .session = PAGES(4), .data_sets = 1,
			    .touch = 3 };
	struct data d = load(&c, 0);
	uint64_t sum, first;
	struct err e;
	(void)state;

	assert_int_equal(data_request(&d, &sum, &e), 0);
	assert_int_equal(d.sessions[3 * FLEET_WORDS + 1], 0);
	first = d.sessions[0];
	assert_int_equal(data_request(&d, &sum, &e), 0);
	assert_int_not_equal(d.sessions[3 * FLEET_WORDS + 1], 0);
	assert_int_equal(d.sessions[0], first + 1);
}

static void a_damaged_page_is_an_error_that_names_it(void **state)
{
	struct fleet_config c = { .shared = PAGES(1), .own = PAGES(1), .data_sets = 1, .touch = 64 };
	uint64_t sum = 0;
	(void)state;

	for (int is_own = 0; is_own < 2; is_own++) {
		struct data d = load(&c, 3);
		struct err e = { 0 };

		d.pages[data_place(&d, is_own, 0) * FLEET_WORDS] ^= 1;
		assert_int_equal(data_request(&d, &sum, &e), -EIO);
		assert_non_null(strstr(e.msg, is_own ? "page 0 of instance 3's own" :
						       "page 0 of instance 3's shared"));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_page_has_one_place_and_the_runs_alternate),
		cmocka_unit_test(shared_pages_are_equal_in_all_instances_and_no_others_are),
		cmocka_unit_test(requests_write_all_of_the_sessions_in_turn),
		cmocka_unit_test(a_damaged_page_is_an_error_that_names_it),
	};

	return cmocka_run_group_tests_name("fleet-data", tests, NULL, NULL);
}
