/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include "lib/cleanup.h"
#include "workloads/lib/zipf.h"

/* Chi square over cells of ranks against the exact law. */
static double zipf_misfit(uint64_t n, double theta, unsigned draws, unsigned cells)
{
	cleanup_free struct zipf *z = malloc(sizeof(*z));
	cleanup_free double *expected = calloc(cells, sizeof(*expected));
	cleanup_free double *seen = calloc(cells, sizeof(*seen));
	struct rng r = { .state = 42 };
	double sum = 0, misfit = 0;

	for (uint64_t i = 0; i < n; i++) {
		expected[i * cells / n] += pow((double)(i + 1), -theta);
		sum += pow((double)(i + 1), -theta);
	}
	zipf_set(z, n, theta);
	for (unsigned i = 0; i < draws; i++) {
		uint64_t rank = zipf_draw(z, &r);

		assert_true(rank < n);
		seen[rank * cells / n]++;
	}
	for (unsigned i = 0; i < cells; i++) {
		double e = expected[i] / sum * draws;

		misfit += (seen[i] - e) * (seen[i] - e) / e;
	}
	return misfit;
}

static void draws_follow_the_law(void **state)
{
	static const struct { uint64_t n; double theta; } cases[] = {
		{ 1, 0.99 }, { 2, 1 }, { 63, 0.99 }, { 64, 0 }, { 65, 0.5 }, { 1000, 0.99 },
		{ 6553, 0.99 }, { 6553, 0 }, { 100000, 1.2 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		unsigned cells = cases[i].n < 50 ? (unsigned)cases[i].n : 50;
		double misfit = zipf_misfit(cases[i].n, cases[i].theta, 200000, cells);

		/* At 49 degrees of freedom, one law in a million is above 115. */
		print_message("  n %llu theta %g: chi square %.1f of %u cells\n",
			      (unsigned long long)cases[i].n, cases[i].theta, misfit, cells);
		assert_true(misfit < 115);
	}
}

static void rank_0_gets_the_share_that_the_law_gives_it(void **state)
{
	cleanup_free struct zipf *z = malloc(sizeof(*z));
	struct rng r = { .state = 3 };
	unsigned first = 0;

	(void)state;
	zipf_set(z, 6553, 0.99);
	for (unsigned i = 0; i < 100000; i++)
		first += zipf_draw(z, &r) == 0;
	/* 1 / sum of k^-0.99 over 6553 ranks is 0.1039. */
	assert_true(first > 9900 && first < 10900);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(draws_follow_the_law),
		cmocka_unit_test(rank_0_gets_the_share_that_the_law_gives_it),
	};

	return cmocka_run_group_tests_name("zipf", tests, NULL, NULL);
}
