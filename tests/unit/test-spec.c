/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <cmocka.h>
#include "lib/cleanup.h"
#include "spec/nearest.h"
#include "spec/search.h"
#include "spec/spec.h"

static struct spec *text_load(enum spec_kind kind, const char *path, const char *text)
{
	struct spec *s = NULL;
	struct err e = {};

	if (spec_load_text(kind, path, text, strlen(text), &s, &e))
		fail_msg("%s\n%s", e.msg, e.excerpt);
	return s;
}

static void ramrigs_own_files_are_valid(void **state)
{
	struct search search = {};
	struct err e = {};
	(void)state;

	assert_int_equal(search_add(&search, ".", &e), 0);
	for (enum spec_kind kind = 0; kind < SPEC_KIND_COUNT; kind++) {
		cleanup_json json_t *names = search_list(&search, kind);
		const json_t *name;
		size_t i;

		assert_true(json_array_size(names) > 0);
		json_array_foreach(names, i, name) {
			cleanup_spec struct spec *s = NULL;
			cleanup_free char *path = NULL;

			print_message("  %s %s\n", spec_kind_name(kind), json_string_value(name));
			assert_int_equal(search_find(&search, kind, json_string_value(name), &path,
						     &e), 0);
			if (spec_load(kind, path, &s, &e))
				fail_msg("%s\n%s", e.msg, e.excerpt);
			assert_string_equal(spec_path(s), path);
		}
	}
	search_clear(&search);
}

static void values_are_converted_and_defaults_filled_in(void **state)
{
	cleanup_spec struct spec *s = text_load(SPEC_TOPOLOGY, "t.yaml",
		"topology: t\nsummary: x\ncpus: 2\nnodes: [{kind: dram, size: 1GiB}]\n");
	cleanup_json json_t *wanted = json_pack("{s:s, s:s, s:i, s:[{s:s, s:I}], s:[], s:s}",
		"topology", "t", "summary", "x", "cpus", 2,
		"nodes", "kind", "dram", "size", (json_int_t)1 << 30, "devices", "disk", "virtio");

	(void)state;
	assert_true(json_equal(spec_doc(s), wanted));
}

static void shares_durations_and_written_values_keep_their_meaning(void **state)
{
	cleanup_spec struct spec *s = text_load(SPEC_POLICY, "p.yaml",
		"policy: p\nsummary: x\nwrite:\n- {file: /a, value: 0x10}\n- {file: /b, value: ''}\n"
		"settle: {timeout: 2m, conditions: [{metric: mem_used, stable_for: 500ms}]}\n"
		"proof: [{metric: ksm_sharing_share, more_than: 2.5%, what: y}]\n");
	const json_t *doc = spec_doc(s), *write = json_object_get(doc, "write");
	const json_t *proof = json_array_get(json_object_get(doc, "proof"), 0);

	(void)state;
	assert_string_equal(json_str(json_array_get(write, 0), "value"), "0x10");
	assert_string_equal(json_str(json_array_get(write, 1), "value"), "");
	assert_int_equal(json_int_or(json_object_get(doc, "settle"), "timeout", 0), 120000);
	assert_float_equal(json_number_value(json_object_get(proof, "more_than")), 0.025, 1e-12);
	assert_null(json_object_get(proof, "at_least"));	/* absent, not zero */
}

static void latencies_bandwidths_and_lists_of_numbers_are_converted(void **state)
{
	cleanup_spec struct spec *s = text_load(SPEC_TOPOLOGY, "t.yaml",
		"topology: t\nsummary: x\ncpus: 3\npin: 0-1,4\nnodes:\n"
		"  - {kind: dram, size: 1GiB, latency: 80ns, bandwidth: 100GB/s, host_nodes: '0'}\n"
		"devices: [{kind: timed, name: t, size: 16MiB, latency: 2ms}]\n");
	const json_t *node = json_array_get(json_object_get(spec_doc(s), "nodes"), 0);
	const json_t *device = json_array_get(json_object_get(spec_doc(s), "devices"), 0);

	(void)state;
	assert_string_equal(json_str(spec_doc(s), "pin"), "0-1,4");
	assert_int_equal(json_int_or(node, "latency", 0), 80);
	assert_true(json_int_or(node, "bandwidth", 0) == 100000000000);
	assert_string_equal(json_str(node, "host_nodes"), "0");
	assert_int_equal(json_int_or(device, "latency", 0), 2000000);
}

static void parameter_defaults_get_the_type_of_their_unit(void **state)
{
	cleanup_spec struct spec *s = text_load(SPEC_WORKLOAD, "w/workload.yaml",
		"workload: w\nsummary: x\nparameters:\n"
		"  n: {unit: count, default: 3, help: x}\n  t: {unit: duration, default: 2s, help: x}\n"
		"  b: {unit: size, default: 4KiB, help: x}\n  v: {unit: text, default: 1.50, help: x}\n"
		"groups: [g]\nmeasure: {group: g, run: [x]}\n"
		"figures: [{name: f, unit: s, better: less, scale: ratio}]\n");
	static const struct { const char *name; json_int_t value; } numbers[] = {
		{ "n", 3 }, { "t", 2000 }, { "b", 4096 },
	};
	const json_t *parameters = json_object_get(spec_doc(s), "parameters");

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(numbers); i++)
		assert_int_equal(json_int_or(json_object_get(parameters, numbers[i].name),
					     "default", -1), numbers[i].value);
	assert_string_equal(json_str(json_object_get(parameters, "v"), "default"), "1.50");
}

static void a_pointer_finds_its_place_after_loading(void **state)
{
	cleanup_spec struct spec *s = text_load(SPEC_TOPOLOGY, "t.yaml",
		"topology: t\nsummary: x\ncpus: 2\nnodes:\n  - kind: dram\n    size: 1GiB\n");
	static const struct { const char *pointer, *place; } cases[] = {
		{ "/cpus", "t.yaml:3:7: wrong 7" },
		{ "/nodes/0/size", "t.yaml:6:11: wrong 7" },
		{ "/nodes/0", "t.yaml:5:5: wrong 7" },
		{ "/nodes/7/size", "t.yaml:5:3: wrong 7" },	/* not there: the list */
		{ "/disk", "t.yaml:1:1: wrong 7" },		/* a default: the file */
	};
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct err e = {};

		print_message("  %s\n", cases[i].pointer);
		assert_int_equal(spec_error(s, cases[i].pointer, &e, "wrong %d", 7), -EINVAL);
		assert_string_equal(e.msg, cases[i].place);
		assert_non_null(strchr(e.excerpt, '^'));
	}
}

static void a_failed_load_leaves_its_output_alone(void **state)
{
	struct spec *s = (struct spec *)state;
	struct err e = {};

	assert_int_equal(spec_load_text(SPEC_POLICY, "p.yaml", "policy: [", 9, &s, &e), -EINVAL);
	assert_ptr_equal(s, state);
	assert_int_equal(spec_load(SPEC_POLICY, "no/such.yaml", &s, &e), -ENOENT);
	assert_ptr_equal(s, state);
}

static void a_file_too_long_for_people_is_refused(void **state)
{
	static char text[(1 << 20) + 1];
	struct spec *s = NULL;
	struct err e = {};

	(void)state;
	memset(text, '#', sizeof(text));
	assert_int_equal(spec_load_text(SPEC_POLICY, "p.yaml", text, sizeof(text), &s, &e), -EINVAL);
	assert_non_null(strstr(e.msg, "1048576"));
	assert_int_equal(spec_load_text(SPEC_POLICY, "p.yaml", "a\0b", 3, &s, &e), -EINVAL);
}

static void only_near_names_are_offered(void **state)
{
	static const struct { const char *written, *known, *hint; } cases[] = {
		{ "pairs", "pair", "; did you mean 'pair'?" },
		{ "piars", "pairs", "; did you mean 'pairs'?" },
		{ "pirs", "pairs", "; did you mean 'pairs'?" },
		{ "xairsx", "pairs", "; did you mean 'pairs'?" },
		{ "apple", "pairs", "" },
		{ "ab", "cd", "" },		/* both letters wrong is no slip */
	};
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct nearest n = { .written = cases[i].written };
		char hint[64];

		print_message("  %s\n", cases[i].written);
		nearest_offer(&n, cases[i].known);
		assert_string_equal(nearest_hint(&n, hint, sizeof(hint)), cases[i].hint);
	}
}

static void the_reference_names_every_kind_and_nested_mapping(void **state)
{
	static const struct { enum spec_kind kind; const char *line; } lines[] = {
		{ SPEC_IMAGE, "| `size` | a size such as 512MiB, 64MiB to 64GiB | `1GiB` |" },
		{ SPEC_KERNEL, "| `package` | a line of text | one origin is required |" },
		{ SPEC_TOPOLOGY, "### topology/nodes" },
		{ SPEC_POLICY, "#### policy/settle/conditions" },
		{ SPEC_WORKLOAD, "| `better` | `more` or `less` | required |" },
		{ SPEC_EXPERIMENT, "| `pairs` | a whole number, 1 to 1000 | required |" },
	};
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(lines); i++) {
		cleanup_free char *text = NULL;
		size_t len;
		FILE *f = open_memstream(&text, &len);

		print_message("  %s\n", spec_kind_name(lines[i].kind));
		spec_print_reference(lines[i].kind, f);
		fclose(f);
		assert_non_null(strstr(text, lines[i].line));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ramrigs_own_files_are_valid),
		cmocka_unit_test(values_are_converted_and_defaults_filled_in),
		cmocka_unit_test(shares_durations_and_written_values_keep_their_meaning),
		cmocka_unit_test(latencies_bandwidths_and_lists_of_numbers_are_converted),
		cmocka_unit_test(parameter_defaults_get_the_type_of_their_unit),
		cmocka_unit_test(a_pointer_finds_its_place_after_loading),
		cmocka_unit_test(a_failed_load_leaves_its_output_alone),
		cmocka_unit_test(a_file_too_long_for_people_is_refused),
		cmocka_unit_test(only_near_names_are_offered),
		cmocka_unit_test(the_reference_names_every_kind_and_nested_mapping),
	};

	return cmocka_run_group_tests_name("spec", tests, NULL, NULL);
}
