/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <cmocka.h>
#include "lib/cleanup.h"
#include "lib/file.h"
#include "plan/family.h"
#include "plan/plan.h"

#define DATA "tests/golden/plan-data"

/* Makes the plan of @experiment of the golden tests' own folder, whose files never change. */
static int plan_try(const char *experiment, struct plan_opts o, json_t **ret, struct err *e)
{
	struct search s = {};

	assert_int_equal(search_add(&s, DATA, e), 0);
	o.experiment = experiment;
	o.version = "0.1.0";
	o.created = "2026-11-22T22:40:00Z";
	int rc = plan_make(&s, &o, ret, e);
	search_clear(&s);
	return rc;
}

static json_t *plan_of(const char *experiment, struct plan_opts o)
{
	json_t *plan = NULL;
	struct err e = {};

	if (plan_try(experiment, o, &plan, &e))
		fail_msg("%s\n%s", e.msg, e.excerpt);
	return plan;
}

static void golden_compare(const char *path, const char *seen)
{
	cleanup_free char *wanted = NULL;
	struct err e = {};

	if (getenv("RAMRIG_UPDATE_EXPECT"))
		assert_int_equal(file_write_atomic(path, seen, strlen(seen), &e), 0);
	assert_int_equal(file_read(AT_FDCWD, path, 1 << 20, &wanted, NULL, &e), 0);
	assert_string_equal(seen, wanted);
}

static void folder_shorten(json_t *workload)
{
	cleanup_free char *here = realpath(DATA, NULL);
	cleanup_free char *folder = path_format("%s", json_str(workload, "folder"));

	assert_int_equal(strncmp(folder, here, strlen(here)), 0);
	json_object_set_new(workload, "folder", json_string(folder + strlen(here)));
}

/* The folder of a workload depends on where the tree lies. */
static void folders_shorten(json_t *plan)
{
	const char *name;
	json_t *w, *other;
	size_t i;

	json_object_foreach(json_object_get(plan, "workloads"), name, w) {
		folder_shorten(w);
		json_array_foreach(json_object_get(w, "include"), i, other)
			folder_shorten(other);
	}
}

static void plans_match_their_golden_files(void **state)
{
	static const char *const names[] = { "two-arms", "three-arms", "pressed", "composed" };
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		cleanup_json json_t *plan = plan_of(names[i], (struct plan_opts){});
		cleanup_free char *json_path = path_format("tests/golden/plan-%s.json", names[i]);
		cleanup_free char *text_path = path_format("tests/golden/plan-%s.txt", names[i]);
		cleanup_free char *text = NULL;
		size_t len;

		print_message("  %s\n", names[i]);
		folders_shorten(plan);
		cleanup_free char *json = json_dumps(plan, JSON_INDENT(1) | JSON_REAL_PRECISION(12));
		FILE *f = open_memstream(&text, &len);

		plan_print(plan, f);
		fclose(f);
		golden_compare(json_path, json);
		golden_compare(text_path, text);
	}
}

static void one_seed_gives_one_plan_and_another_gives_another(void **state)
{
	cleanup_json json_t *a = plan_of("two-arms", (struct plan_opts){ .has_seed = true, .seed = 9 });
	cleanup_json json_t *b = plan_of("two-arms", (struct plan_opts){ .has_seed = true, .seed = 9 });
	cleanup_json json_t *c = plan_of("two-arms", (struct plan_opts){ .has_seed = true, .seed = 0 });

	(void)state;
	assert_true(json_equal(a, b));
	assert_false(json_equal(json_object_get(a, "cells"), json_object_get(c, "cells")));
}

static void more_pairs_start_with_the_same_cells(void **state)
{
	cleanup_json json_t *few = plan_of("three-arms", (struct plan_opts){ .pairs = 10 });
	cleanup_json json_t *many = plan_of("three-arms", (struct plan_opts){ .pairs = 40 });
	const json_t *cells = json_object_get(few, "cells"), *cell;
	size_t i;

	(void)state;
	json_array_foreach(cells, i, cell)
		assert_true(json_equal(cell, json_array_get(json_object_get(many, "cells"), i)));
	assert_int_equal(json_array_size(json_object_get(many, "cells")), 4 * i);
}

static void a_pair_is_every_arm_once_with_one_seed_in_varying_order(void **state)
{
	cleanup_json json_t *plan = plan_of("two-arms", (struct plan_opts){ .pairs = 64 });
	const json_t *cells = json_object_get(plan, "cells");
	unsigned base_first = 0;
	const char *seed_before = "";

	(void)state;
	assert_int_equal(json_array_size(cells), 128);
	for (size_t i = 0; i < 128; i += 2) {
		const json_t *a = json_array_get(cells, i), *b = json_array_get(cells, i + 1);

		assert_int_equal(json_int_or(a, "n", 0), i + 1);
		assert_int_equal(json_int_or(a, "pair", 0), i / 2 + 1);
		assert_int_equal(json_int_or(b, "pair", 0), i / 2 + 1);
		assert_string_equal(json_str(a, "seed"), json_str(b, "seed"));
		assert_string_not_equal(json_str(a, "seed"), seed_before);
		assert_string_not_equal(json_str(a, "arm"), json_str(b, "arm"));
		base_first += !strcmp(json_str(a, "arm"), "base");
		seed_before = json_str(a, "seed");
	}
	assert_in_range(base_first, 16, 48);	/* of 64 throws of a coin: 4 deviations */
}

static void enough_pairs_are_those_of_the_design(void **state)
{
	static const struct { unsigned long family; unsigned pairs; } cases[] = {
		{ 0, 1 }, { 1, 6 }, { 2, 7 }, { 3, 7 }, { 4, 8 }, { 6, 8 }, { 7, 9 },
		{ 25, 10 }, { 26, 11 }, { 102, 12 }, { 103, 13 },
	};
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		print_message("  family of %lu\n", cases[i].family);
		assert_int_equal(plan_pairs_needed(cases[i].family, 0.05), cases[i].pairs);
	}
}

static void too_few_pairs_are_refused_unless_no_verdict_is_wanted(void **state)
{
	json_t *plan = (json_t *)state;
	struct err e = {};

	assert_int_equal(plan_try("two-arms", (struct plan_opts){ .pairs = 5 }, &plan, &e), -EINVAL);
	assert_ptr_equal(plan, state);
	assert_string_equal(e.msg, "--pairs 5 is too few: 1 key comparisons at alpha 0.05 need at "
			    "least 6 pairs, or no change could ever be significant");
	cleanup_json json_t *smoke = plan_of("two-arms", (struct plan_opts){ .pairs = 1,
								     .diagnostic = true });
	assert_true(json_is_true(json_object_get(smoke, "diagnostic")));
	assert_int_equal(json_array_size(json_object_get(smoke, "cells")), 2);
}

static void looks_make_twenty_pairs_and_other_numbers_of_pairs_take_them_away(void **state)
{
	cleanup_json json_t *plan = plan_of("two-arms", (struct plan_opts){ .sequential = true });
	cleanup_free char *text = NULL;
	size_t len;
	FILE *f = open_memstream(&text, &len);

	(void)state;
	assert_true(json_is_true(json_object_get(plan, "sequential")));
	assert_int_equal(json_int_or(plan, "pairs", 0), 20);
	assert_int_equal(json_array_size(json_object_get(plan, "cells")), 40);
	plan_print(plan, f);
	fclose(f);
	assert_non_null(strstr(text, "in 4 looks, until all are decided or futile: 8 pairs at 0.0262, "
				     "12 pairs at 0.00927, 16 pairs at 0.00782, 20 pairs at 0.00676."));
	cleanup_json json_t *fixed = plan_of("two-arms", (struct plan_opts){ .pairs = 8 });
	assert_null(json_object_get(fixed, "sequential"));
	cleanup_json json_t *smoke = plan_of("two-arms", (struct plan_opts){ .sequential = true,
									     .diagnostic = true });
	assert_null(json_object_get(smoke, "sequential"));
}

/* 0.05 x 0.135 is left for the last look, at which 2^-19 is the smallest p. */
static void a_family_that_the_last_look_cannot_serve_is_refused(void **state)
{
	struct spec *s = NULL;
	struct err e = {};

	(void)state;
	assert_int_equal(spec_load(SPEC_EXPERIMENT, DATA "/experiments/two-arms.yaml", &s, &e), 0);
	assert_int_equal(plan_check_looks(s, 3543, &e), 0);
	assert_int_equal(plan_check_looks(s, 3544, &e), -EINVAL);
	assert_non_null(strstr(e.msg, "3544 key comparisons are too many for looks"));
	spec_free(s);
}

static void options_stand_above_the_experiment(void **state)
{
	cleanup_json json_t *plan = plan_of("two-arms", (struct plan_opts){
		.clock = "virtual", .kernel = "./COPYING", .kernel_modules = "/lib/modules/x",
		.connect = "qemu:///session" });
	const json_t *cell = json_array_get(json_object_get(plan, "cells"), 0);
	const json_t *kernels = json_object_get(plan, "kernels");
	struct err e = {};
	json_t *none = NULL;

	(void)state;
	assert_string_equal(json_str(plan, "clock"), "virtual");
	assert_string_equal(json_str(plan, "connect"), "qemu:///session");
	assert_string_equal(json_str(cell, "kernel"), "./COPYING");
	assert_int_equal(json_object_size(kernels), 1);
	assert_string_equal(json_str(json_object_get(kernels, "./COPYING"), "modules"),
			    "/lib/modules/x");
	assert_int_equal(plan_try("two-arms", (struct plan_opts){ .clock = "wall" }, &none, &e),
			 -EINVAL);
	assert_int_equal(plan_try("two-arms", (struct plan_opts){ .kernel = "./no/such" }, &none, &e),
			 -ENOENT);
}

static json_int_t node_size(const json_t *plan, const char *topology)
{
	const json_t *t = json_object_get(json_object_get(plan, "topologies"), topology);

	return json_int_or(json_array_get(json_object_get(t, "nodes"), 0), "size", 0);
}

static void a_scale_is_in_the_plan_and_in_its_topologies(void **state)
{
	cleanup_json json_t *plain = plan_of("two-arms", (struct plan_opts){});
	cleanup_json json_t *scaled = plan_of("two-arms", (struct plan_opts){ .scale = 64 });
	cleanup_free char *text = NULL;
	size_t len;

	(void)state;
	assert_int_equal(json_int_or(plain, "scale", 0), 1);
	assert_int_equal(json_int_or(scaled, "scale", 0), 64);
	assert_int_equal(node_size(plain, "small"), 1LL << 30);
	assert_int_equal(node_size(scaled, "small"), 64LL << 30);
	assert_true(json_equal(json_object_get(plain, "cells"), json_object_get(scaled, "cells")));

	FILE *f = open_memstream(&text, &len);

	plan_print(scaled, f);
	fclose(f);
	assert_non_null(strstr(text, "topologies at 64 times their size"));
}

static void topologies_are_held_against_the_host_at_their_scale(void **state)
{
	struct site site = {
		.host = { .total_bytes = 8ULL << 30, .node_mask = 1, .cpus = 2 },
		.host_known = true,
	};
	struct err e = {};
	json_t *none = NULL;

	(void)state;
	cleanup_json json_t *plan = plan_of("two-arms", (struct plan_opts){ .scale = 8, .site = &site });

	assert_int_equal(plan_try("two-arms", (struct plan_opts){ .scale = 9, .site = &site }, &none, &e),
			 -EINVAL);
	assert_non_null(strstr(e.msg, "topologies/small.yaml:4:8: nodes: need 9216 MiB"));
	assert_false(site.qemu_asked);	/* plain memory on the host's clock needs nothing of it */
}

static void parameters_are_what_the_plan_sets(void **state)
{
	cleanup_json json_t *plan = plan_of("two-arms", (struct plan_opts){});
	const json_t *p = json_object_get(json_object_get(json_object_get(plan, "workloads"), "web"),
					  "parameters");

	(void)state;
	assert_int_equal(json_int_or(json_object_get(p, "instances"), "value", 0), 8);
	assert_int_equal(json_int_or(json_object_get(p, "instances"), "default", 0), 1);
	assert_int_equal(json_int_or(json_object_get(p, "duration"), "value", 0), 5000);
}

static json_int_t parameter_value(const json_t *plan, const char *workload, const char *name)
{
	const json_t *w = json_object_get(json_object_get(plan, "workloads"), workload);

	return json_int_or(json_object_get(json_object_get(w, "parameters"), name), "value", 0);
}

static void at_full_scale_parameters_have_the_defaults_of_a_server(void **state)
{
	cleanup_json json_t *ci = plan_of("pressed", (struct plan_opts){});
	cleanup_json json_t *full = plan_of("pressed", (struct plan_opts){ .workload_scale = "full" });

	(void)state;
	assert_int_equal(parameter_value(ci, "both", "duration"), 4000);
	assert_int_equal(parameter_value(full, "both", "duration"), 60000);
	assert_int_equal(parameter_value(full, "both", "instances"), 8);	/* as the experiment says */
}

static void limits_put_pair_0_in_front_and_change_nothing_behind_it(void **state)
{
	cleanup_json json_t *plain = plan_of("two-workloads", (struct plan_opts){});
	struct err e = {};
	json_t *none = NULL;
	size_t i;

	(void)state;
	assert_int_equal(plan_try("two-workloads", (struct plan_opts){ .limit_ratio = 0.5 }, &none, &e),
			 -EINVAL);
	assert_non_null(strstr(e.msg, "nothing to limit"));

	cleanup_json json_t *pressed = plan_of("pressed", (struct plan_opts){});
	const json_t *cells = json_object_get(pressed, "cells"), *cell;

	json_array_foreach(cells, i, cell) {
		assert_int_equal(!json_int_or(cell, "pair", -1), i < 2);
		if (i < 2)
			assert_string_equal(json_str(cell, "arm"), "base");
	}
	assert_int_equal(i, 2 + 2 * 2 * 8);
	assert_null(json_object_get(plain, "limit_ratio"));
}

static void a_metric_is_asked_of_the_workloads_that_have_it(void **state)
{
	cleanup_json json_t *plan = plan_of("two-workloads", (struct plan_opts){});
	const json_t *metrics = json_object_get(plan, "metrics");
	const json_t *rps = json_object_get(json_array_get(metrics, 0), "workloads");

	(void)state;
	assert_int_equal(json_array_size(rps), 1);
	assert_string_equal(json_string_value(json_array_get(rps, 0)), "web");
	assert_null(json_object_get(json_array_get(metrics, 2), "workloads"));
	assert_int_equal(json_int_or(plan, "family", 0), 2 * (1 + 1 + 2));
}

static void two_kernels_take_the_place_of_the_arms(void **state)
{
	const struct plan_versus v = { .base = "old", .patched = "new", .policies_of = "merge" };
	cleanup_json json_t *plan = plan_of("two-workloads", (struct plan_opts){ .versus = &v });
	const json_t *arms = json_object_get(plan, "arms"), *cell;
	size_t i;

	(void)state;
	assert_int_equal(json_array_size(arms), 2);
	assert_int_equal(json_object_size(json_object_get(plan, "kernels")), 2);
	assert_int_equal(json_object_size(json_object_get(plan, "policies")), 1);
	assert_int_equal(json_int_or(plan, "family", 0), 8);
	json_array_foreach(json_object_get(plan, "cells"), i, cell)
		assert_string_equal(json_str(cell, "kernel"),
				    strcmp(json_str(cell, "arm"), "base") ? "new" : "old");
	assert_int_equal(i, 2 * 2 * 2 * 9);
}

static void one_arm_is_run_twice_where_noise_is_asked_for(void **state)
{
	const struct plan_versus twins = { .twin = true };
	const struct plan_versus of_none = { .twin = true, .base = "old" };
	cleanup_json json_t *plan = plan_of("three-arms", (struct plan_opts){ .versus = &twins,
									      .diagnostic = true });
	cleanup_json json_t *other = plan_of("three-arms", (struct plan_opts){ .versus = &of_none,
									       .diagnostic = true });
	const json_t *arms = json_object_get(plan, "arms"), *a = json_array_get(arms, 0),
		     *b = json_array_get(arms, 1);

	(void)state;
	assert_int_equal(json_array_size(arms), 2);
	assert_string_equal(json_str(a, "name"), "a");
	assert_string_equal(json_str(b, "name"), "b");
	assert_true(json_is_true(json_object_get(a, "base")));
	assert_true(json_equal(json_object_get(a, "policies"), json_object_get(b, "policies")));
	assert_string_equal(json_str(a, "kernel"), json_str(b, "kernel"));
	assert_int_equal(json_object_size(json_object_get(plan, "kernels")), 1);
	assert_string_equal(json_str(json_array_get(json_object_get(other, "arms"), 1), "kernel"),
			    "old");
}

static void an_experiment_may_be_text(void **state)
{
	static const char text[] = "experiment: calibrate\nsummary: A against A\n"
		"kernels: [new]\ntopologies: [small]\nworkloads: [{name: web}]\n"
		"arms: [{name: a, base: true}]\npairs: 2\ndiagnostic: true\n";
	const struct plan_versus twins = { .twin = true };
	cleanup_json json_t *plan = plan_of("calibrate", (struct plan_opts){ .text = text,
									     .versus = &twins });

	(void)state;
	assert_string_equal(json_str(plan, "experiment"), "calibrate");
	assert_int_equal(json_array_size(json_object_get(plan, "cells")), 4);
}

static void one_question_of_an_experiment_can_be_asked_alone(void **state)
{
	const struct plan_versus v = { .base = "old", .patched = "new", .topology = "large",
				       .workload = "store", .metric = "hits" };
	cleanup_json json_t *plan = plan_of("two-workloads",
					    (struct plan_opts){ .versus = &v, .pairs = 20 });

	(void)state;
	assert_int_equal(json_int_or(plan, "family", 0), 1);
	assert_int_equal(json_array_size(json_object_get(plan, "cells")), 40);
	assert_non_null(json_object_get(json_object_get(plan, "policies"), "none"));
}

static void what_an_experiment_does_not_have_cannot_be_asked_of_it(void **state)
{
	static const struct {
		struct plan_versus v;
		const char *msg;
	} cases[] = {
		{ { .policies_of = "mergr" }, "the experiment has no arm 'mergr'; did you mean 'merge'?" },
		{ { .topology = "tiny" }, "the experiment has no topology 'tiny'" },
		{ { .workload = "webs" }, "the experiment has no workload 'webs'" },
		{ { .workload = "web", .metric = "hits" },
		  "hits is no key metric of the experiment for workload web" },
	};
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct plan_versus v = cases[i].v;
		json_t *none = NULL;
		struct err e = {};

		v.base = "old";
		v.patched = "new";
		assert_int_equal(plan_try("two-workloads", (struct plan_opts){ .versus = &v }, &none,
					  &e), -EINVAL);
		assert_string_equal(e.msg, cases[i].msg);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(plans_match_their_golden_files),
		cmocka_unit_test(one_seed_gives_one_plan_and_another_gives_another),
		cmocka_unit_test(more_pairs_start_with_the_same_cells),
		cmocka_unit_test(a_pair_is_every_arm_once_with_one_seed_in_varying_order),
		cmocka_unit_test(enough_pairs_are_those_of_the_design),
		cmocka_unit_test(too_few_pairs_are_refused_unless_no_verdict_is_wanted),
		cmocka_unit_test(looks_make_twenty_pairs_and_other_numbers_of_pairs_take_them_away),
		cmocka_unit_test(a_family_that_the_last_look_cannot_serve_is_refused),
		cmocka_unit_test(options_stand_above_the_experiment),
		cmocka_unit_test(a_scale_is_in_the_plan_and_in_its_topologies),
		cmocka_unit_test(topologies_are_held_against_the_host_at_their_scale),
		cmocka_unit_test(parameters_are_what_the_plan_sets),
		cmocka_unit_test(at_full_scale_parameters_have_the_defaults_of_a_server),
		cmocka_unit_test(limits_put_pair_0_in_front_and_change_nothing_behind_it),
		cmocka_unit_test(a_metric_is_asked_of_the_workloads_that_have_it),
		cmocka_unit_test(two_kernels_take_the_place_of_the_arms),
		cmocka_unit_test(one_arm_is_run_twice_where_noise_is_asked_for),
		cmocka_unit_test(an_experiment_may_be_text),
		cmocka_unit_test(one_question_of_an_experiment_can_be_asked_alone),
		cmocka_unit_test(what_an_experiment_does_not_have_cannot_be_asked_of_it),
	};

	return cmocka_run_group_tests_name("plan", tests, NULL, NULL);
}
