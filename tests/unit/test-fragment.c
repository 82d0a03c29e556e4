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
#include "workloads/fragment/fragment-board.h"
#include "workloads/fragment/fragment-index.h"
#include "lib/text.h"

static void a_board_has_whole_rows_and_never_more_pages_than_asked_for(void **state)
{
	static const struct { uint64_t pages, every, pipes, each; } cases[] = {
		{ 0, 2, 0, 0 },
		{ 1, 2, 2, 1 },		/* the one case with more: a row has a page a pipe */
		{ 512, 2, 2, 256 },
		{ 513, 2, 4, 128 },
		{ 62370, 2, 244, 255 },
		{ 62370, 512, 512, 121 },
	};
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct board_plan p = board_plan(cases[i].pages, cases[i].every);

		print_message("  %lu pages, every %lu\n", cases[i].pages, cases[i].every);
		assert_int_equal(p.pipes, cases[i].pipes);
		assert_int_equal(p.pages, cases[i].each);
	}
}

static void of_each_row_one_pipe_stays_and_the_seed_says_which(void **state)
{
	(void)state;

	for (uint64_t every = 2; every <= 512; every *= 4)
		for (uint64_t seed = 0; seed < 3; seed++)
			for (uint64_t row = 0; row < 4; row++) {
				uint64_t kept = 0;

				for (uint64_t i = 0; i < every; i++)
					kept += board_keeps(row * every + i, every, seed);
				assert_int_equal(kept, 1);
				assert_true(board_keeps(row * every + seed % every, every, seed));
			}
}

static const char zoneinfo[] =
	"Node 0, zone      DMA\n  pages free     3840\n        spanned  4095\n        managed  3840\n"
	"Node 0, zone    DMA32\n  pages free     105000\n        managed  146000\n"
	"Node 0, zone   Normal\n  pages free     0\n        managed  0\n"
	"Node 1, zone   Normal\n        managed  1000\n";

static void the_largest_zone_is_the_one_with_most_managed_pages(void **state)
{
	struct zone_index z;
	struct err e;
	(void)state;

	assert_int_equal(index_zone_find(zoneinfo, &z, &e), 0);
	assert_string_equal(z.zone, "DMA32");
	assert_int_equal(z.node, 0);
	assert_int_equal(index_zone_find("Node 0, zone Normal\n  managed 0\n", &z, &e), -EINVAL);
}

#define UNUSABLE "Node 0, zone      DMA 0.000 0.000 \nNode 0, zone    DMA32 0.000 0.987 1.000 \n"

static void an_index_of_minus_one_is_no_number(void **state)
{
	struct zone_index z = { .node = 0, .zone = "DMA32" };
	struct err e;
	(void)state;

	assert_int_equal(index_parse(UNUSABLE,
				     "Node 0, zone      DMA -1.000 -1.000 \n"
				     "Node 0, zone    DMA32 -1.000  0.993 0.000 \n", &z, &e), 0);
	assert_int_equal(z.orders, 3);
	assert_float_equal(z.unusable[1], 0.987, 1e-9);
	assert_true(isnan(z.extfrag[0]));
	assert_float_equal(z.extfrag[1], 0.993, 1e-9);
	assert_float_equal(z.extfrag[2], 0, 1e-9);
}

static void indices_that_do_not_fit_together_are_refused(void **state)
{
	static const char *const wrong[] = {
		"", "Node 0, zone    DMA32 0.1\n", "Node 1, zone    DMA32 0.1 0.2 0.3\n",
		"Node 0, zone    DMA32 0.1 0.2 x\n",
	};
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(wrong); i++) {
		struct zone_index z = { .node = 0, .zone = "DMA32" };
		struct err e;

		assert_int_equal(index_parse(UNUSABLE, wrong[i], &z, &e), -EINVAL);
		assert_non_null(strstr(e.msg, "DMA32"));
	}
}

static void a_number_is_found_by_its_whole_key(void **state)
{
	static const char text[] = "thp_fault_alloc_x 9\nthp_fault_alloc 7\nSReclaimable:   8424 kB\n";
	uint64_t n = 0;
	(void)state;

	assert_int_equal(text_number(text, "thp_fault_alloc", &n), 0);
	assert_int_equal(n, 7);
	assert_int_equal(text_number(text, "SReclaimable", &n), 0);
	assert_int_equal(n, 8424);
	assert_int_equal(text_number(text, "fault_alloc", &n), -ENOENT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_board_has_whole_rows_and_never_more_pages_than_asked_for),
		cmocka_unit_test(of_each_row_one_pipe_stays_and_the_seed_says_which),
		cmocka_unit_test(the_largest_zone_is_the_one_with_most_managed_pages),
		cmocka_unit_test(an_index_of_minus_one_is_no_number),
		cmocka_unit_test(indices_that_do_not_fit_together_are_refused),
		cmocka_unit_test(a_number_is_found_by_its_whole_key),
	};

	return cmocka_run_group_tests_name("fragment", tests, NULL, NULL);
}
