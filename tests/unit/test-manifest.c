/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "bundle-fixture.h"
#include "lib/file.h"

static void a_manifest_comes_out_as_it_went_in(void **state)
{
	cleanup_json json_t *m = good_manifest(), *again = NULL;
	cleanup_free char *text = NULL, *text_again = NULL;
	size_t len, len_again;
	struct err e;
	(void)state;

	if (manifest_text(m, &text, &len, &e) || manifest_parse(text, len, &again, &e))
		fail_msg("%s", e.msg);
	assert_true(json_equal(m, again));
	assert_int_equal(manifest_text(again, &text_again, &len_again, &e), 0);
	assert_string_equal(text, text_again);
	assert_int_equal(manifest_bytes(m), 3 + 24 + 7 + 7 + 0 + 11);
}

/* Sets @value (JSON; NULL removes) at @path, "members.0.name". */
static void set_at(json_t *j, const char *path, const char *value)
{
	cleanup_free char *keys = path_format("%s", path);
	char *key = keys, *dot;

	for (; (dot = strchr(key, '.')); key = dot + 1) {
		*dot = '\0';
		j = json_is_array(j) ? json_array_get(j, strtoul(key, NULL, 10))
				     : json_object_get(j, key);
		assert_non_null(j);
	}
	json_t *v = value ? json_loads(value, JSON_DECODE_ANY, NULL) : NULL;

	if (json_is_array(j))
		json_array_set_new(j, strtoul(key, NULL, 10), v);
	else if (v)
		json_object_set_new(j, key, v);
	else
		json_object_del(j, key);
}

static void what_is_wrong_with_a_manifest_is_said(void **state)
{
	static const struct {
		const char *path, *value, *words;
	} cases[] = {
		{ "schema", NULL, "this is no bundle of ramrig's" },
		{ "schema", "\"1\"", "this is no bundle of ramrig's" },
		{ "schema", "2", "its schema is 2, made by a newer ramrig" },
		{ "ramrig", NULL, "does not say which ramrig" },
		{ "created", "5", "does not say which ramrig" },
		{ "experiment", "\"../small\"", "no name that one could have" },
		{ "experiment", "\".small\"", "no name that one could have" },
		{ "experiment", "\"\"", "no name that one could have" },
		{ "experiment", "\"a b\"", "no name that one could have" },
		{ "cells", "{}", "which cells it has" },
		{ "ran_on", NULL, "what they ran on" },
		{ "cells", "[1, 0]", "cell 2 of those" },
		{ "members", "[]", "it lists no members" },
		{ "members", "{}", "it lists no members" },
		{ "members.0.name", NULL, "has no name" },
		{ "members.0.name", "\"/etc/passwd\"", "is no relative path" },
		{ "members.0.name", "\"cells/../../etc/passwd\"", "it has '..'" },
		{ "members.0.name", "\"..\"", "it has '..'" },
		{ "members.0.name", "\"cells//a\"", "has an empty part" },
		{ "members.0.name", "\"cells/./a\"", "has an empty part" },
		{ "members.0.name", "\"cells/\"", "has an empty part" },
		{ "members.0.name", "\"\"", "has an empty part" },
		{ "members.0.name", "\"cells/a\\nb\"", "a character that no name may have" },
		{ "members.0.name", "\"cells/a\\u001b[2J\"", "a character that no name may have" },
		{ "members.0.name", "\"cells/\\u00e4\"", "a character that no name may have" },
		{ "members.0.name", "\"cells\\\\a\"", "a character that no name may have" },
		{ "members.0.name", "\"cells\"", "is none that a bundle has" },
		{ "members.0.name", "\"cellsa/b\"", "is none that a bundle has" },
		{ "members.0.name", "\"manifest.json\"", "is none that a bundle has" },
		{ "members.0.name", "\".ssh/authorized_keys\"", "is none that a bundle has" },
		{ "members.1.name", "\"cells/0001/result.json\"", "is there twice" },
		{ "members.2.name", "\"cells/0001/result.json\"", "is not in order" },
		{ "members.0.bytes", "-1", "has no size" },
		{ "members.0.bytes", "1.5", "has no size" },
		{ "members.0.bytes", "68719476737", "over 64 GiB together" },
		{ "members.0.bytes", "9223372036854775807", "over 64 GiB together" },
		{ "members.0.sha256", "\"abc\"", "has no SHA-256" },
		{ "members.0.sha256", "7", "has no SHA-256" },
		{ "members.0.program", "1", "neither a program nor none" },
		{ "members.1.name", "\"plan.jso\"", "is none that a bundle has" },
		{ "created", "\"\\u001b[2J\"", "a text in it has control characters" },
		{ "kernels.a\nb", "{}", "a text in it has control characters" },
		{ "ran_on", "[{\"qemu\": \"\\u0007\"}]", "a text in it has control characters" },
		{ "image.name", "\"\\u007f\"", "a text in it has control characters" },
		{ "kernels", "{}", "it has no kernels" },
		{ "kernels.stock.bzimage", "null", "kernel 'stock': its bzimage is no member" },
		{ "kernels.stock.bzimage", "\"replay/kernels/2/boot/vmlinuz-6.12\"",
		  "is no member" },
		{ "kernels.stock.bzimage", "\"plan.json\"", "its bzimage is no member" },
		{ "kernels.stock.modules", "\"/lib/modules/6.12\"", "its modules is no folder" },
		{ "kernels.stock.modules", "\"replay/../../lib\"", "its modules is no folder" },
		{ "kernels.stock.vmlinux", "\"replay/vmlinux\"", "its vmlinux is no member" },
		{ "reference", NULL, "kernel 'reference': its bzimage" },
		{ "image.sha256", NULL, "its image has no" },
		{ "image.hash", "\"\"", "its image has no" },
		{ "image.file", "\"/dev/sda\"", "image: its file is no member" },
	};
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		cleanup_json json_t *m = good_manifest(), *read = NULL;
		struct err e = { 0 };

		/* The reference is the same object as the kernel. */
		json_object_set_new(m, "reference",
				    json_deep_copy(json_object_get(m, "reference")));
		set_at(m, cases[i].path, cases[i].value);
		cleanup_free char *text = json_dumps(m, 0);

		if (manifest_parse(text, strlen(text), &read, &e) != -EINVAL ||
		    !strstr(e.msg, cases[i].words) || strncmp(e.msg, "manifest.json: ", 15))
			fail_msg("%s = %s: %s", cases[i].path, cases[i].value, e.msg);
		assert_null(read);
	}
}

static void what_is_no_json_or_has_a_key_twice_is_refused_with_its_place(void **state)
{
	static const char *const texts[] = { "", "{", "[]", "{\"schema\": 1, \"schema\": 1}",
					     "\377" };
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		json_t *read = NULL;
		struct err e;

		assert_int_equal(manifest_parse(texts[i], strlen(texts[i]), &read, &e), -EINVAL);
		assert_null(read);
	}
}

static void analysis_is_the_plan_and_the_cells(void **state)
{
	(void)state;
	assert_true(manifest_is_analysis("plan.json"));
	assert_true(manifest_is_analysis("cells/0001/samples.jsonl"));
	assert_false(manifest_is_analysis("programs/ramrig-agent"));
	assert_false(manifest_is_analysis("replay/image/root.img"));
	assert_false(manifest_is_analysis("workloads/web/server.sh"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_manifest_comes_out_as_it_went_in),
		cmocka_unit_test(what_is_wrong_with_a_manifest_is_said),
		cmocka_unit_test(what_is_no_json_or_has_a_key_twice_is_refused_with_its_place),
		cmocka_unit_test(analysis_is_the_plan_and_the_cells),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
