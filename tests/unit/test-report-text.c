/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <libxml/parser.h>
#include "compare-fixture.h"
#include "lib/printable.h"
#include "report/checks.h"
#include "report/report.h"

/* What a guest may write to harm whoever reads a report. */
#define HOSTILE "\033[31m</failure>]]> # ok 9 fake\nnot ok 1 \342\200\256, \"q\" | `x` <script>"

static char *written(const char *dir, report_writer *write)
{
	cleanup_result struct result *r = load(dir);
	cleanup_json json_t *comparison = compared(dir, NULL);
	char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);
	struct err e;

	assert_non_null(out);
	if (write(&(struct report){ r, comparison }, out, &e))
		fail_msg("%s", e.msg);
	fclose(out);
	return text;
}

/* RAMRIG_UPDATE_EXPECT=1 writes the golden files anew. */
static void assert_same_text(const char *got, const char *golden)
{
	cleanup_free char *wanted = NULL;
	struct err e;

	if (getenv("RAMRIG_UPDATE_EXPECT"))
		assert_int_equal(file_write_atomic(golden, got, strlen(got), &e), 0);
	if (file_read(AT_FDCWD, golden, 4 << 20, &wanted, NULL, &e))
		fail_msg("%s", e.msg);
	assert_string_equal(got, wanted);
}

static const struct {
	const char *ext;
	report_writer *write;
} formats[] = {
	{ "md", report_markdown },
	{ "csv", report_csv },
	{ "comparisons.csv", report_csv_comparisons },
	{ "json", report_json },
	{ "junit.xml", report_junit },
	{ "ktap", report_ktap },
};

static void every_text_format_is_as_recorded(void **state)
{
	static const char *const names[] = { "quickstart", "troubled" };
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		for (size_t k = 0; k < ARRAY_SIZE(formats); k++) {
			cleanup_free char *dir = path_format(RECORDED "%s", names[i]);
			cleanup_free char *golden =
				path_format("tests/golden/report-%s.%s", names[i], formats[k].ext);
			cleanup_free char *text = written(dir, formats[k].write);

			print_message("  %s\n", golden);
			assert_same_text(text, golden);
		}
}

/* A result one of whose guests wrote HOSTILE wherever a guest can. */
static char *hostile_make(void)
{
	char *dir = copy_make("troubled");

	edit_cell(dir, 10, "reason", json_string(HOSTILE));
	edit_cell(dir, 10, "warnings", json_pack("[s]", HOSTILE));
	edit_cell(dir, 10, "report", json_string("3f2a91c0"));
	edit_cell(dir, 10, "reports",
		  json_pack("[{s:s, s:s, s:s, s:s, s:b, s:i, s:i, s:s, s:[], s:[s, s, s]}]", "kind",
			    "oops", "title", HOSTILE, "function", "", "hash", "3f2a91c0", "fatal",
			    1, "count", 1, "line", 4, "where", "", "stack", "context", HOSTILE,
			    "Subtest: a head", "KTAP version 1"));
	return dir;
}

static void no_format_lets_through_what_steers_a_terminal(void **state)
{
	cleanup_copy char *dir = hostile_make();
	(void)state;

	for (size_t k = 0; k < ARRAY_SIZE(formats); k++) {
		cleanup_free char *text = written(dir, formats[k].write);

		print_message("  %s\n", formats[k].ext);
		assert_null(strchr(text, '\033'));
		if (formats[k].write != report_json) /* jansson escapes control characters alone */
			assert_null(strstr(text, "\342\200\256"));
	}
}

static void junit_is_well_formed_whatever_a_guest_wrote(void **state)
{
	cleanup_copy char *dir = hostile_make();
	(void)state;

	/* A plan that somebody sent may be called anything. */
	edit(dir, "plan.json", "experiment", json_string("\001</a>"));
	edit(dir, "plan.json", "ramrig", json_string("\002"));
	cleanup_free char *text = written(dir, report_junit);
	xmlDocPtr doc = xmlReadMemory(text, (int)strlen(text), "junit.xml", NULL, XML_PARSE_NONET);
	assert_non_null(doc);
	assert_string_equal((const char *)xmlDocGetRootElement(doc)->name, "testsuites");
	xmlFreeDoc(doc);
	assert_non_null(strstr(text, "&lt;/failure&gt;]]&gt;"));
}

/* Lines of KTAP that count, and those that only tell: nothing a guest wrote is of the first. */
static void in_ktap_a_guest_can_begin_no_line(void **state)
{
	cleanup_copy char *dir = hostile_make(), *clean = copy_make("troubled");
	cleanup_free char *text = written(dir, report_ktap), *plain = written(clean, report_ktap);
	size_t n[2] = { 0 };
	(void)state;

	const char *const both[] = { text, plain };
	for (size_t i = 0; i < 2; i++)
		for (const char *line = both[i]; *line; line += strcspn(line, "\n") + 1)
			n[i] += line[strspn(line, " ")] != '#';
	assert_int_equal(n[0], n[1]);
	assert_null(strstr(text, "# Subtest"));
}

static void in_markdown_a_guest_writes_no_markup(void **state)
{
	cleanup_copy char *dir = hostile_make();
	cleanup_free char *text = written(dir, report_markdown);
	(void)state;

	for (const char *line = text; *line; line += strcspn(line, "\n") + 1) {
		size_t len = strcspn(line, "\n");

		if (memmem(line, len, "script", 6))
			assert_memory_equal(line, "    ", 4);
	}
}

static void a_field_of_csv_may_hold_commas_and_quotes(void **state)
{
	cleanup_copy char *dir = copy_make("quickstart");
	cleanup_free char *text = NULL;
	(void)state;

	edit(dir, "plan.json", "experiment", json_string("a,\"b\""));
	text = written(dir, report_csv);
	assert_non_null(strstr(text, "\r\n\"a,\"\"b\"\"\",debian-6.12,dram,nginx,"));
}

static const json_t *check_named(const json_t *suites, const char *begin)
{
	const json_t *suite, *check;
	size_t i, k;

	json_array_foreach(suites, i, suite)
		json_array_foreach(json_object_get(suite, "checks"), k, check)
			if (!strncmp(json_str(check, "name"), begin, strlen(begin)))
				return check;
	fail_msg("no check %s", begin);
	return NULL;
}

static json_t *checks_of(const char *dir)
{
	cleanup_result struct result *r = load(dir);
	cleanup_json json_t *comparison = compared(dir, NULL);
	json_t *suites = NULL;
	struct err e;

	assert_int_equal(checks_make(&(struct report){ r, comparison }, &suites, &e), 0);
	return suites;
}

static void a_check_has_the_status_that_its_exit_code_calls_for(void **state)
{
	static const struct {
		double rps;
		double margin;
		const char *status, *type;
	} cases[] = {
		{ 2000, 0.05, "failed", "regression" },
		{ 4000, 0.05, "passed", "improvement" },
		{ 3100, 0.9, "passed", "equivalent" },
	};
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		cleanup_copy char *dir = copy_make("quickstart");

		set_metric(dir, "ksm", "rps", cases[i].rps, 0.001);
		edit(dir, "plan.json", "metrics.0.margin", json_real(cases[i].margin));
		cleanup_json json_t *suites = checks_of(dir);
		const json_t *check = check_named(suites, "rps: ksm against na");

		assert_string_equal(json_str(check, "type"), cases[i].type);
		assert_string_equal(json_str(check, "status"), cases[i].status);
	}
}

static void what_was_not_decided_is_skipped_and_what_the_rig_lost_is_an_error(void **state)
{
	cleanup_copy char *dir = copy_make("troubled");
	(void)state;

	edit_cell(dir, 9, "outcome", json_string("infra-error"));
	edit_cell(dir, 9, "charged_to", json_string("rig"));
	edit_cell(dir, 9, "reason", json_string("boot: the disk is full"));
	cleanup_json json_t *suites = checks_of(dir);
	const json_t *suite = json_array_get(suites, 0);

	assert_string_equal(json_str(check_named(suites, "rps: "), "status"), "skipped");
	assert_string_equal(json_str(check_named(suites, "cell 9:"), "status"), "error");
	assert_string_equal(json_str(check_named(suites, "cell 10:"), "status"), "failed");
	assert_string_equal(json_str(check_named(suites, "boots"), "status"), "skipped");
	assert_int_equal(checks_count(suite, "error"), 1);
	assert_int_equal(checks_count(suite, "failed"), 1);
	assert_int_equal(checks_count(suite, "skipped"), 3);
}

static void without_a_whole_pair_a_comparison_is_an_error(void **state)
{
	cleanup_copy char *dir = copy_make("quickstart");
	(void)state;

	for (unsigned n = 1; n <= 14; n++)
		edit_cell(dir, n, "metrics.rps", NULL);
	cleanup_json json_t *suites = checks_of(dir);
	assert_string_equal(json_str(check_named(suites, "rps: "), "status"), "error");
}

static void what_is_printable_stays_and_all_else_is_marked(void **state)
{
	static const struct {
		const char *text, *line;
	} cases[] = {
		{ "plain \303\274 text", "plain \303\274 text" },
		{ "a\nb\tc", "a b c" },
		{ "\033[1m\177", "?[1m?" },
		{ "\377\303", "??" },	   /* no UTF-8 */
		{ "\300\212x", "??x" },	   /* a newline in two bytes */
		{ "\355\240\200", "???" }, /* half of a pair */
		{ "\302\205", "?" },	   /* a control character of C1 */
		{ "\357\277\277", "?" },   /* U+FFFF, which XML has not */
		{ "\342\201\246\342\200\250", "??" },
		{ "\360\237\230\200", "\360\237\230\200" },
	};
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		cleanup_free char *line = printable(cases[i].text);

		print_message("  %s\n", line);
		if (!strcmp(cases[i].text, "\355\240\200"))
			assert_int_equal(line[0], '?');
		else
			assert_string_equal(line, cases[i].line);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_text_format_is_as_recorded),
		cmocka_unit_test(no_format_lets_through_what_steers_a_terminal),
		cmocka_unit_test(junit_is_well_formed_whatever_a_guest_wrote),
		cmocka_unit_test(in_ktap_a_guest_can_begin_no_line),
		cmocka_unit_test(in_markdown_a_guest_writes_no_markup),
		cmocka_unit_test(a_field_of_csv_may_hold_commas_and_quotes),
		cmocka_unit_test(a_check_has_the_status_that_its_exit_code_calls_for),
		cmocka_unit_test(what_was_not_decided_is_skipped_and_what_the_rig_lost_is_an_error),
		cmocka_unit_test(without_a_whole_pair_a_comparison_is_an_error),
		cmocka_unit_test(what_is_printable_stays_and_all_else_is_marked),
	};

	return cmocka_run_group_tests_name("report-text", tests, NULL, NULL);
}
