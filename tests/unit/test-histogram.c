/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <cmocka.h>
#include "lib/cleanup.h"
#include "lib/json.h"
#include "workloads/lib/histogram.h"
#include "workloads/lib/zipf.h"

#define VALUES 20000

static int value_compare(const void *a, const void *b)
{
	const uint64_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

/* Of all magnitudes, as latencies are. */
static uint64_t value_draw(struct rng *r)
{
	return rng_next(r) >> rng_pick(r, 64);
}

static void fill(struct histogram *h, uint64_t seed, unsigned n)
{
	struct rng r = { .state = seed };

	while (n--)
		histogram_add(h, value_draw(&r));
}

static void every_value_lies_in_its_bucket_and_buckets_leave_no_gap(void **state)
{
	struct rng r = { .state = 1 };

	(void)state;
	for (unsigned i = 0; i < HISTOGRAM_BUCKETS; i++) {
		assert_int_equal(histogram_bucket(histogram_low(i)), i);
		assert_int_equal(histogram_bucket(histogram_high(i)), i);
		assert_true(i == 0 || histogram_low(i) == histogram_high(i - 1) + 1);
	}
	assert_int_equal(histogram_low(0), 0);
	assert_true(histogram_high(HISTOGRAM_BUCKETS - 1) == UINT64_MAX);
	for (unsigned i = 0; i < VALUES; i++) {
		uint64_t v = value_draw(&r);
		unsigned b = histogram_bucket(v);

		assert_true(v >= histogram_low(b) && v <= histogram_high(b));
	}
}

static void no_bucket_is_wider_than_a_32nd_of_what_it_holds(void **state)
{
	(void)state;
	for (unsigned i = 0; i < HISTOGRAM_BUCKETS; i++)
		assert_true(histogram_high(i) - histogram_low(i) <=
			    histogram_low(i) / HISTOGRAM_SUB);
}

static void percentiles_are_those_of_the_sorted_values_or_a_32nd_more(void **state)
{
	static const double percentiles[] = { 0, 0.001, 0.25, 0.5, 0.9, 0.99, 0.999, 1 };
	cleanup_free uint64_t *values = calloc(VALUES, sizeof(*values));
	struct histogram h = { 0 };
	struct rng r = { .state = 7 };

	(void)state;
	for (unsigned i = 0; i < VALUES; i++) {
		values[i] = value_draw(&r);
		histogram_add(&h, values[i]);
	}
	qsort(values, VALUES, sizeof(*values), value_compare);
	for (size_t i = 0; i < ARRAY_SIZE(percentiles); i++) {
		double rank = ceil(percentiles[i] * VALUES);
		uint64_t right = values[rank < 1 ? 0 : (size_t)rank - 1];
		uint64_t seen = histogram_percentile(&h, percentiles[i]);

		print_message("  %g\n", percentiles[i]);
		assert_true(seen >= right && seen - right <= right / HISTOGRAM_SUB);
	}
	assert_true(histogram_percentile(&h, 1) == values[VALUES - 1]);
	assert_true(h.max == values[VALUES - 1]);
}

static void an_empty_histogram_has_zero_percentiles(void **state)
{
	struct histogram h = { 0 };

	(void)state;
	assert_int_equal(histogram_percentile(&h, 0.5), 0);
	assert_int_equal(h.n, 0);
}

static void merging_is_the_same_in_any_order_and_as_adding_all_to_one(void **state)
{
	struct histogram a = { 0 }, b = { 0 }, c = { 0 }, left, right, one = { 0 };

	(void)state;
	fill(&a, 1, 1000);
	fill(&b, 2, 10);
	fill(&c, 3, 5000);
	fill(&one, 1, 1000);
	fill(&one, 2, 10);
	fill(&one, 3, 5000);

	left = a;		/* (a + b) + c */
	histogram_merge(&left, &b);
	histogram_merge(&left, &c);
	right = c;		/* a + (c + b) */
	histogram_merge(&right, &b);
	histogram_merge(&right, &a);
	assert_memory_equal(&left, &right, sizeof(left));
	assert_memory_equal(&left, &one, sizeof(left));
}

static void what_is_printed_is_json_that_holds_every_count(void **state)
{
	struct histogram h = { 0 };
	cleanup_free char *text = NULL;
	size_t len, i;
	const json_t *pair;

	(void)state;
	fill(&h, 5, 3000);
	cleanup_fclose FILE *out = open_memstream(&text, &len);

	histogram_print(&h, out);
	fflush(out);
	assert_null(strchr(text, '\n'));
	cleanup_json json_t *list = json_loads(text, 0, NULL);

	assert_true(json_is_array(list));
	json_array_foreach(list, i, pair) {
		json_int_t index = json_integer_value(json_array_get(pair, 0));
		json_int_t count = json_integer_value(json_array_get(pair, 1));

		assert_true(index >= 0 && index < (json_int_t)HISTOGRAM_BUCKETS && count > 0);
		h.counts[index] -= (uint64_t)count;
		h.n -= (uint64_t)count;
	}
	assert_int_equal(h.n, 0);
	for (i = 0; i < HISTOGRAM_BUCKETS; i++)
		assert_int_equal(h.counts[i], 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_value_lies_in_its_bucket_and_buckets_leave_no_gap),
		cmocka_unit_test(no_bucket_is_wider_than_a_32nd_of_what_it_holds),
		cmocka_unit_test(percentiles_are_those_of_the_sorted_values_or_a_32nd_more),
		cmocka_unit_test(an_empty_histogram_has_zero_percentiles),
		cmocka_unit_test(merging_is_the_same_in_any_order_and_as_adding_all_to_one),
		cmocka_unit_test(what_is_printed_is_json_that_holds_every_count),
	};

	return cmocka_run_group_tests_name("histogram", tests, NULL, NULL);
}
