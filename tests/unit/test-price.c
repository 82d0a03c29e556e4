/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
#include "compare/price-print.h"
#include "lib/cleanup.h"

#define PAIRS 3

/* Three pairs on one machine. */
struct fixture {
	struct result_cell cells[2][PAIRS];
	struct pair pairs[PAIRS];
	struct group group;
	json_t *plan;
};

static int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	for (int side = 0; side < 2; side++)
		for (int i = 0; i < PAIRS; i++) {
			struct result_cell *c = &f->cells[side][i];

			c->outcome = OUTCOME_OK;
			result_cell_set(c, json_pack("{s:{}, s:{s:I, s:I}, s:{s:s}}", "metrics",
						     "window", "from_ns", (json_int_t)1, "to_ns",
						     (json_int_t)10000000001, "proof", "status",
						     side ? "ok" : "none"));
			f->pairs[i] = (struct pair){ &f->cells[0][i], &f->cells[1][i] };
		}
	f->group = (struct group){ "web", "dram", "k", "k", "na", "ksm", PAIRS, f->pairs };
	f->plan = json_pack("{s:{s:{s:[{ssssssss}, {ssssssss}, {ssssssss}]}}}", "workloads", "web",
			    "figures", "name", "rps", "unit", "1/s", "better", "more", "scale",
			    "ratio", "name", "requests", "unit", "count", "better", "more", "scale",
			    "ratio", "name", "errors", "unit", "1/s", "better", "less", "scale",
			    "difference");
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	for (int side = 0; side < 2; side++)
		for (int i = 0; i < PAIRS; i++)
			result_cell_clear(&f->cells[side][i]);
	json_decref(f->plan);
	free(f);
	return 0;
}

/* A negative value is none: the cell does not have the metric. */
static void put(struct fixture *f, int side, const char *metric, const double values[static PAIRS])
{
	for (int i = 0; i < PAIRS; i++)
		if (values[i] >= 0) {
			json_object_set_new(f->cells[side][i].values, metric, json_real(values[i]));
			json_object_set_new(f->cells[side][i].about, metric, json_object());
		}
}

static const json_t *row(const json_t *price, const char *list, const char *metric)
{
	const json_t *r;
	size_t i;

	json_array_foreach(json_object_get(price, list), i, r)
		if (!strcmp(json_str(r, "metric"), metric))
			return r;
	return NULL;
}

static void check(const json_t *r, const char *key, double wanted)
{
	const json_t *v = json_object_get(r, key);

	print_message("  %s %s\n", json_str(r, "metric"), key);
	assert_true(json_is_number(v));
	assert_float_equal(json_number_value(v), wanted, 1e-9);
}

static void fill(struct fixture *f)
{
	put(f, 0, "mem_total", (double[]){ 1000, 1000, 1000 });
	put(f, 0, "dram_used", (double[]){ 400, 500, 600 });
	put(f, 1, "dram_used", (double[]){ 300, 450, 300 });
	put(f, 0, "rps", (double[]){ 100, 200, 100 });
	put(f, 1, "rps", (double[]){ 90, 200, 80 });
	put(f, 1, "ksmd_cpu", (double[]){ 1e6, 2e6, 3e6 });
	put(f, 0, "psi_memory_some", (double[]){ 0, 0, 0 });
	put(f, 1, "psi_memory_some", (double[]){ 0, 5e5, 1e5 });
	put(f, 0, "zswap_pool", (double[]){ 0, 0, 0 });
	put(f, 1, "zswap_pool", (double[]){ 0, 0, 0 });
}

static void what_is_saved_is_of_pairs_and_beside_what_it_costs(void **state)
{
	fill(*state);
	struct fixture *f = *state;
	cleanup_json json_t *price = price_of(&f->group, f->plan);
	const json_t *dram = row(price, "saved", "dram_used"), *rps = row(price, "paid", "rps");
	const json_t *psi = row(price, "paid", "psi_memory_some");

	assert_int_equal(json_int_or(price, "pairs", 0), PAIRS);
	check(dram, "base_median", 500);
	check(dram, "arm_median", 300);
	check(dram, "saved", 150); /* of 100, 50, 300: not 500 - 300 */
	check(dram, "share_of_base", 1 - cbrt(0.75 * 0.9 * 0.5));
	check(dram, "share_of_memory", 0.15);
	check(rps, "change", cbrt(0.9 * 0.8) - 1);
	assert_true(json_is_null(json_object_get(rps, "share_of_window")));
	check(psi, "change", 2e5);
	check(psi, "share_of_window", 0.01);
	/* Counts and what is no ratio tell no price. */
	assert_null(row(price, "paid", "requests"));
	assert_null(row(price, "paid", "errors"));
}

static void what_one_side_lacks_is_no_zero(void **state)
{
	fill(*state);
	struct fixture *f = *state;
	cleanup_json json_t *price = price_of(&f->group, f->plan);
	const json_t *ksmd = row(price, "paid", "ksmd_cpu"),
		     *pool = row(price, "saved", "workload_dram");

	assert_true(json_is_null(json_object_get(ksmd, "base_median")));
	assert_true(json_is_null(json_object_get(ksmd, "change")));
	check(ksmd, "arm_median", 2e6);
	check(ksmd, "share_of_window", 0.2);
	assert_true(json_is_null(json_object_get(pool, "saved")));
	assert_true(price_is_measured(price));
}

static void a_pair_in_which_one_cell_lacks_it_says_nothing(void **state)
{
	struct fixture *f = *state;

	put(f, 0, "dram_used", (double[]){ 400, -1, 600 });
	put(f, 1, "dram_used", (double[]){ -1, 450, 300 });
	cleanup_json json_t *price = price_of(&f->group, f->plan);

	check(row(price, "saved", "dram_used"), "saved", 300);
	/* Without MemTotal there is no share of it. */
	assert_true(
		json_is_null(json_object_get(row(price, "saved", "dram_used"), "share_of_memory")));
}

static void a_policy_that_did_not_act_saved_and_cost_nothing(void **state)
{
	fill(*state);
	struct fixture *f = *state;
	json_object_set_new(json_object_get(f->cells[1][1].doc, "proof"), "status",
			    json_string("failed"));
	cleanup_json json_t *price = price_of(&f->group, f->plan);

	assert_string_equal(json_str(price, "proof"), "failed");
	check(row(price, "saved", "dram_used"), "arm_median", 300);
	assert_true(json_is_null(json_object_get(row(price, "saved", "dram_used"), "saved")));
	assert_true(
		json_is_null(json_object_get(row(price, "saved", "dram_used"), "share_of_base")));
	assert_true(json_is_null(json_object_get(row(price, "paid", "rps"), "change")));
}

static void a_result_that_knows_nothing_of_memory_used_has_no_price(void **state)
{
	struct fixture *f = *state;

	put(f, 0, "rps", (double[]){ 100, 200, 100 });
	put(f, 1, "dram_used", (double[]){ 400, 400, 600 });
	cleanup_json json_t *price = price_of(&f->group, f->plan);

	assert_false(price_is_measured(price));
}

static void zeroes_and_what_is_not_there_are_named_not_tabled(void **state)
{
	fill(*state);
	struct fixture *f = *state;
	cleanup_json json_t *price = price_of(&f->group, f->plan);
	cleanup_free char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);
	const struct render_opts o = { .width = 80 };
	struct err e;

	assert_int_equal(price_print(out, price, &o, &e), 0);
	fclose(out);
	print_message("%s", text);
	assert_non_null(strstr(text, "Zero in both: zswap_pool\n"));
	assert_non_null(strstr(text, "Not measured: psi_memory_full kswapd_cpu"));
	assert_non_null(strstr(text, "workload_dram_pool     -     -"));
	assert_non_null(strstr(text, "3 pairs, proof ok;"));
}

int main(void)
{
#define test(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		test(what_is_saved_is_of_pairs_and_beside_what_it_costs),
		test(what_one_side_lacks_is_no_zero),
		test(a_pair_in_which_one_cell_lacks_it_says_nothing),
		test(a_policy_that_did_not_act_saved_and_cost_nothing),
		test(a_result_that_knows_nothing_of_memory_used_has_no_price),
		test(zeroes_and_what_is_not_there_are_named_not_tabled),
	};

	return cmocka_run_group_tests_name("price", tests, NULL, NULL);
}
