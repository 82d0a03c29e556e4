/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How heat is scored, and what is read of the kernel's sources of it (lru_gen of Linux 6.12.117).
 */
#include <errno.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <cmocka.h>
#include "lib/cleanup.h"
#include "workloads/coldheap/coldheap-score.h"

static void precision_and_recall_are_of_different_wholes(void **state)
{
	const struct score s = { .hot = 200, .found = 125, .both = 100 };

	(void)state;
	assert_true(score_precision(&s) == 0.8);
	assert_true(score_recall(&s) == 0.5);
	assert_false(score_passes(&s));
	assert_true(score_passes(&(struct score){ .hot = 100, .found = 100, .both = 80 }));
	assert_false(score_passes(&(struct score){ .hot = 100, .found = 101, .both = 80 }));
}

static void a_source_that_found_nothing_has_no_precision_and_does_not_pass(void **state)
{
	const struct score nothing = { .hot = 100 }, empty = { 0 };

	(void)state;
	assert_true(isnan(score_precision(&nothing)));
	assert_true(score_recall(&nothing) == 0);
	assert_false(score_passes(&nothing));
	assert_true(isnan(score_recall(&empty)));
	assert_false(score_passes(&empty));
}

static void an_address_is_hot_in_a_region_with_an_access_and_nowhere_else(void **state)
{
	struct score_region r[] = {
		{ 0x8000, 0x9000, 1 },
		{ 0x1000, 0x4000, 3 },
		{ 0x4000, 0x6000, 0 },
	};
	static const struct {
		uint64_t address;
		bool hot;
	} cases[] = {
		{ 0, false },	   { 0xfff, false },  { 0x1000, true },	     { 0x3fff, true },
		{ 0x4000, false }, { 0x6000, false }, { 0x7fff, false },     { 0x8000, true },
		{ 0x8fff, true },  { 0x9000, false }, { UINT64_MAX, false },
	};

	(void)state;
	score_regions_sort(r, ARRAY_SIZE(r));
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
		assert_int_equal(score_regions_hot(r, ARRAY_SIZE(r), cases[i].address),
				 cases[i].hot);
	assert_false(score_regions_hot(r, 0, 0x1000));
}

/* MGLRU */

#define BEFORE                                                                                     \
	"memcg     1 /\n"                                                                          \
	" node     0\n"                                                                            \
	"          0       2244          0           0 \n"                                         \
	"          1       2244          0         547 \n"                                         \
	"          2       2244        329           0 \n"                                         \
	"          3       2244        197        1552 \n"                                         \
	" node     1\n"                                                                            \
	"          0       2244          0           0 \n"                                         \
	"          3       2244          0           0 \n"                                         \
	"memcg     2 /ramrig\n"                                                                    \
	" node     0\n"                                                                            \
	"          0       1152         10           0 \n"                                         \
	"          1       1152         20           0 \n"                                         \
	" node     1\n"                                                                            \
	"          0       1152          5           0 \n"

static void the_generations_are_those_of_the_cgroup_asked_for(void **state)
{
	struct score_lru l;
	struct err e;

	(void)state;
	assert_int_equal(score_lru_parse(BEFORE, "/", &l, &e), 0);
	assert_int_equal(l.memcg, 1);
	assert_int_equal(l.n_nodes, 2);
	assert_int_equal(l.nodes[0].n_gens, 4);
	assert_int_equal(l.nodes[0].gens[3].seq, 3);
	assert_int_equal(l.nodes[0].gens[3].anon, 197);
	assert_int_equal(score_lru_parse(BEFORE, "/ramrig", &l, &e), 0);
	assert_int_equal(l.memcg, 2);
	assert_int_equal(l.nodes[1].gens[0].anon, 5);
	assert_int_equal(score_lru_parse(BEFORE, "/ram", &l, &e), -ENOENT);
	assert_int_equal(score_lru_parse("", "/", &l, &e), -ENOENT);
}

static void more_than_there_can_be_is_refused(void **state)
{
	static const char many[] =
		"memcg 1 /\n node 0\n 0 1 1 0 \n 1 1 1 0 \n 2 1 1 0 \n 3 1 1 0 \n"
		" 4 1 1 0 \n 5 1 1 0 \n 6 1 1 0 \n 7 1 1 0 \n 8 1 1 0 \n";
	struct score_lru l;
	struct err e;

	(void)state;
	assert_int_equal(score_lru_parse(many, "/", &l, &e), -EINVAL);
	assert_int_equal(score_lru_parse("memcg 1 /\n 0 1 1 0 \n", "/", &l, &e), -EINVAL);
}

static void young_pages_are_those_since_the_youngest_generation_of_each_node(void **state)
{
	static const char after[] = "memcg     2 /ramrig\n"
				    " node     0\n"
				    "          0       5152          3           0 \n"
				    "          1       5152         25           0 \n"
				    "          2        100          2           0 \n"
				    " node     1\n"
				    "          0       5152          4           0 \n"
				    "          1        100          1           0 \n";
	struct score_lru since, now;
	struct err e;

	(void)state;
	assert_int_equal(score_lru_parse(BEFORE, "/ramrig", &since, &e), 0);
	assert_int_equal(score_lru_parse(after, "/ramrig", &now, &e), 0);
	assert_int_equal(score_lru_young(&since, &now), 25 + 2 + 4 + 1);
}

static void a_count_bounds_both_figures(void **state)
{
	struct score few = score_of_count(100, 50), many = score_of_count(100, 400);

	(void)state;
	assert_true(score_precision(&few) == 1 && score_recall(&few) == 0.5);
	assert_true(score_precision(&many) == 0.25 && score_recall(&many) == 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(precision_and_recall_are_of_different_wholes),
		cmocka_unit_test(a_source_that_found_nothing_has_no_precision_and_does_not_pass),
		cmocka_unit_test(an_address_is_hot_in_a_region_with_an_access_and_nowhere_else),
		cmocka_unit_test(the_generations_are_those_of_the_cgroup_asked_for),
		cmocka_unit_test(more_than_there_can_be_is_refused),
		cmocka_unit_test(young_pages_are_those_since_the_youngest_generation_of_each_node),
		cmocka_unit_test(a_count_bounds_both_figures),
	};

	return cmocka_run_group_tests_name("coldheap-score", tests, NULL, NULL);
}
