/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
#include "lib/cleanup.h"
#include "lib/file.h"
#include "replay/facts.h"
#include "replay/likeness.h"

/* Facts of a cell, all known. */
static json_t *facts(void)
{
	json_t *j = json_object();

	for (const struct likeness *l = likeness_table; l->name; l++)
		json_object_set_new(j, l->name, json_sprintf("the %s", l->name));
	return j;
}

static const json_t *row_of(const json_t *rows, const char *what)
{
	const json_t *row;
	size_t i;

	json_array_foreach(rows, i, row)
		if (!strcmp(json_str(row, "what"), what))
			return row;
	fail_msg("no row %s", what);
	return NULL;
}

static void equal_facts_refuse_nothing(void **state)
{
	cleanup_json json_t *was = facts(), *rows = likeness_compare(was, was, NULL);
	(void)state;

	assert_int_equal(likeness_count(rows, "equal"), json_array_size(rows));
	assert_int_equal(likeness_count(rows, "refused"), 0);
}

static void each_fact_that_must_be_equal_is_refused_alone_and_allowed_by_its_name(void **state)
{
	(void)state;
	for (const struct likeness *l = likeness_table; l->name; l++) {
		const char *const allowed[] = { l->name, NULL };
		cleanup_json json_t *was = facts(), *is = facts();

		json_object_set_new(is, l->name, json_string("another"));
		cleanup_json json_t *rows = likeness_compare(was, is, NULL);
		cleanup_json json_t *again = likeness_compare(was, is, allowed);
		const json_t *row = row_of(rows, l->name);
		cleanup_free char *then = path_format("the %s", l->name);

		assert_string_equal(json_str(row, "verdict"), l->must ? "refused" : "told");
		assert_string_equal(json_str(row, "was"), then);
		assert_string_equal(json_str(row, "is"), "another");
		assert_int_equal(likeness_count(rows, "refused"), l->must);
		assert_string_equal(json_str(row_of(again, l->name), "verdict"),
				    l->must ? "allowed" : "told");
		assert_int_equal(likeness_count(again, "refused"), 0);
	}
}

static void what_was_not_recorded_or_is_not_known_is_never_equal(void **state)
{
	(void)state;
	for (const struct likeness *l = likeness_table; l->name; l++) {
		cleanup_json json_t *was = facts(), *is = facts();

		json_object_del(was, l->name);
		cleanup_json json_t *rows = likeness_compare(was, is, NULL);
		assert_string_not_equal(json_str(row_of(rows, l->name), "verdict"), "equal");
		assert_true(json_is_null(json_object_get(row_of(rows, l->name), "was")));
		json_object_del(is, l->name);
		cleanup_json json_t *neither = likeness_compare(was, is, NULL);
		if (!l->bundled)
			assert_string_not_equal(json_str(row_of(neither, l->name), "verdict"),
						"equal");
		else
			assert_int_equal(json_array_size(neither), json_array_size(rows) - 1);
	}
}

static void of_long_texts_the_first_lines_that_differ_are_shown(void **state)
{
	static const struct {
		const char *was, *is, *was_line, *is_line;
	} cases[] = {
		{ "<a>\n  <b/>\n</a>\n", "<a>\n  <c/>\n</a>\n", "<b/>", "<c/>" },
		{ "<a>\n", "<a>\n<b/>\n", "", "<b/>" },
		{ "<a>\n  <b/>\n", "<a>\n  <b/>\n", "2 lines", "2 lines" },
	};
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		cleanup_json json_t *was = facts(), *is = facts();

		json_object_set_new(was, "domain", json_string(cases[i].was));
		json_object_set_new(is, "domain", json_string(cases[i].is));
		cleanup_json json_t *rows = likeness_compare(was, is, NULL);

		assert_string_equal(json_str(row_of(rows, "domain"), "was"), cases[i].was_line);
		assert_string_equal(json_str(row_of(rows, "domain"), "is"), cases[i].is_line);
	}
}

static void allow_takes_the_words_of_the_table_that_must_be_equal(void **state)
{
	static const char *const good[] = { "qemu", "domain", NULL };
	static const char *const bad[] = { "qemu", "qmeu", NULL }, *const told[] = { "memory",
										     NULL };
	struct err e;
	(void)state;

	assert_int_equal(likeness_check_words(NULL, &e), 0);
	assert_int_equal(likeness_check_words(good, &e), 0);
	assert_int_equal(likeness_check_words(bad, &e), -EINVAL);
	assert_non_null(
		strstr(e.msg, "--allow 'qmeu': what may be allowed to differ is ramrig, qemu,"));
	assert_int_equal(likeness_check_words(told, &e), -EINVAL);
}

static void paths_are_taken_out_of_domains_and_command_lines(void **state)
{
	static const struct {
		const char *text, *without;
	} cases[] = {
		{ "<emulator>/usr/bin/qemu</emulator>", "<emulator>PATH</emulator>" },
		{ "<source file='/var/tmp/ramrig-x1/run/root.qcow2'/>", "<source file='PATH'/>" },
		{ "value=\"if=none,file=/w/run/0.raw,throttling.iops-total=500\"",
		  "value=\"if=none,file=PATH,throttling.iops-total=500\"" },
		{ "<acpi/>\n<apic/>", "<acpi/>\n<apic/>" },
		{ "{\"path\":\"/a/b\",\"n\":4}", "{\"path\":\"PATH\",\"n\":4}" },
		{ "/usr/bin/qemu-system-x86_64", "PATH" },
		{ "console=ttyS0 root=/dev/vda 1/2", "console=ttyS0 root=PATH 1/2" },
		{ "", "" },
		{ "/", "/" },
		{ "=/a", "=PATH" },
	};
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		cleanup_free char *text = likeness_without_paths(cases[i].text);

		assert_string_equal(text, cases[i].without);
	}
}

static void the_machine_type_is_read_of_the_command_line_and_of_qemus_aliases(void **state)
{
	static const char help[] =
		"Supported machines are:\n"
		"microvm              microvm (i386)\n"
		"pc                   Standard PC (i440FX + PIIX, 1996) (alias of pc-i440fx-7.2)\n"
		"q35                  Standard PC (Q35 + ICH9, 2009) (alias of pc-q35-7.2)\n"
		"pc-q35-7.2           Standard PC (Q35 + ICH9, 2009)\n";
	static const struct {
		const char *name, *meant;
	} cases[] = {
		{ "q35", "pc-q35-7.2" },  { "pc", "pc-i440fx-7.2" },
		{ "microvm", "microvm" }, { "pc-q35-7.2", "pc-q35-7.2" },
		{ "q3", "q3" },		  { "", "" },
	};
	cleanup_json json_t *argv =
		json_pack("[s, s, s, s]", "qemu", "-machine", "pc-q35-7.2,usb=off", "-S");
	cleanup_json json_t *none = json_pack("[s, s]", "qemu", "-machine");
	cleanup_free char *machine = facts_machine(argv);
	(void)state;

	assert_string_equal(machine, "pc-q35-7.2");
	assert_null(facts_machine(none));
	assert_null(facts_machine(NULL));
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		cleanup_free char *meant = facts_machine_meant(help, cases[i].name);

		assert_string_equal(meant, cases[i].meant);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(equal_facts_refuse_nothing),
		cmocka_unit_test(
			each_fact_that_must_be_equal_is_refused_alone_and_allowed_by_its_name),
		cmocka_unit_test(what_was_not_recorded_or_is_not_known_is_never_equal),
		cmocka_unit_test(of_long_texts_the_first_lines_that_differ_are_shown),
		cmocka_unit_test(allow_takes_the_words_of_the_table_that_must_be_equal),
		cmocka_unit_test(paths_are_taken_out_of_domains_and_command_lines),
		cmocka_unit_test(the_machine_type_is_read_of_the_command_line_and_of_qemus_aliases),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
