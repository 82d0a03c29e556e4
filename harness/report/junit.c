/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <string.h>
#include "lib/cleanup.h"
#include "lib/file.h"
#include "lib/printable.h"
#include "report/checks.h"
#include "report/junit.h"
#include "vm/xml.h"

/* The element that each status but "passed" has, as GitLab and Jenkins read them. */
static const struct {
	const char *status, *element, *counter;
} elements[] = {
	{ "failed", "failure", "failures" },
	{ "error", "error", "errors" },
	{ "skipped", "skipped", "skipped" },
};

static void freep_writer(xmlTextWriterPtr *w)
{
	if (*w)
		xmlFreeTextWriter(*w);
}

static void freep_buffer(xmlBufferPtr *b)
{
	if (*b)
		xmlBufferFree(*b);
}

static void write_seconds(xmlTextWriterPtr w, const json_t *s)
{
	if (json_is_number(s))
		xmlTextWriterWriteFormatAttribute(w, BAD_CAST "time", "%.3f", json_number_value(s));
}

/* The lines of @check, of which there may be @reason before: GitLab shows no attribute. */
static char *details_text(const json_t *check, const char *reason)
{
	char *text = path_format("%s%s", reason, *reason ? "\n" : "");
	const json_t *line;
	size_t i;

	json_array_foreach(json_object_get(check, "details"), i, line) {
		char *longer = path_format("%s%s\n", text, json_string_value(line));

		free(text);
		text = longer;
	}
	return text;
}

static void write_status(xmlTextWriterPtr w, const json_t *check)
{
	const char *status = json_str(check, "status"), *reason = json_str(check, "reason");
	cleanup_free char *details = details_text(check, reason);

	for (size_t i = 0; i < ARRAY_SIZE(elements); i++) {
		if (strcmp(elements[i].status, status))
			continue;
		xml_open(w, elements[i].element);
		xml_attr(w, "message", reason);
		if (strcmp(status, "skipped")) {
			xml_attr(w, "type", json_str(check, "type"));
			xmlTextWriterWriteString(w, BAD_CAST details);
		}
		xml_close(w);
	}
}

static void write_check(xmlTextWriterPtr w, const json_t *suite, const json_t *check)
{
	cleanup_free char *out = details_text(check, "");

	xml_open(w, "testcase");
	xml_attr(w, "classname", json_str_or(check, "class", json_str_or(suite, "class", "")));
	xml_attr(w, "name", json_str(check, "name"));
	write_seconds(w, json_object_get(check, "wall_s"));
	write_status(w, check);
	if (strcmp(json_str(check, "status"), "failed") &&
	    strcmp(json_str(check, "status"), "error"))
		xml_text(w, "system-out", out);
	xml_close(w);
}

static void write_counts(xmlTextWriterPtr w, const json_t *suites, const json_t *only)
{
	const json_t *suite;
	size_t i, k, n, tests = 0;

	json_array_foreach(suites, i, suite)
		tests += only && suite != only ? 0
					       : json_array_size(json_object_get(suite, "checks"));
	xml_attr_number(w, "tests", tests);
	for (k = 0; k < ARRAY_SIZE(elements); k++) {
		n = 0;
		json_array_foreach(suites, i, suite)
			n += only && suite != only ? 0 : checks_count(suite, elements[k].status);
		xml_attr_number(w, elements[k].counter, n);
	}
}

static void write_properties(xmlTextWriterPtr w, const json_t *properties)
{
	const char *name;
	json_t *value;

	if (!json_object_size(properties))
		return;
	xml_open(w, "properties");
	json_object_foreach((json_t *)properties, name, value) {
		xml_open(w, "property");
		xml_attr(w, "name", name);
		xml_attr(w, "value", json_string_value(value));
		xml_close(w);
	}
	xml_close(w);
}

static void write_suite(xmlTextWriterPtr w, const json_t *suites, const json_t *suite)
{
	const char *started = json_str(suite, "started");
	const json_t *check;
	size_t i;

	xml_open(w, "testsuite");
	xml_attr(w, "name", json_str(suite, "suite"));
	write_counts(w, suites, suite);
	write_seconds(w, json_object_get(suite, "wall_s"));
	if (started) /* a time in UTC; the schema of Ant's JUnit task has no zone */
		xmlTextWriterWriteFormatAttribute(w, BAD_CAST "timestamp", "%.*s",
						  (int)strcspn(started, "Z"), started);
	write_properties(w, json_object_get(suite, "properties"));
	json_array_foreach(json_object_get(suite, "checks"), i, check)
		write_check(w, suite, check);
	xml_close(w);
}

int junit_write(const char *name, const json_t *suites, FILE *out, struct err *e)
{
	__attribute__((cleanup(freep_buffer))) xmlBufferPtr buf = xmlBufferCreate();
	__attribute__((cleanup(freep_writer))) xmlTextWriterPtr w =
		buf ? xmlNewTextWriterMemory(buf, 0) : NULL;
	const json_t *suite;
	size_t i;

	if (!w)
		return err_set(e, ENOMEM, "out of memory for JUnit XML");
	xmlTextWriterSetIndent(w, 1);
	xmlTextWriterStartDocument(w, NULL, "UTF-8", NULL);
	xml_open(w, "testsuites");
	xml_attr(w, "name", name);
	write_counts(w, suites, NULL);
	json_array_foreach(suites, i, suite)
		write_suite(w, suites, suite);
	xml_close(w);
	if (xmlTextWriterEndDocument(w) < 0 || xmlTextWriterFlush(w) < 0)
		return err_set(e, ENOMEM, "out of memory for JUnit XML");
	fputs((const char *)xmlBufferContent(buf), out);
	return 0;
}

int report_junit(const struct report *r, FILE *out, struct err *e)
{
	const json_t *plan = r->result->plan;
	cleanup_free char *seed = path_format("%lld", (long long)json_int_or(plan, "seed", 0));
	cleanup_free char *clock = printable(json_str_or(plan, "clock", "host"));
	cleanup_free char *version = printable(json_str_or(plan, "ramrig", ""));
	cleanup_free char *name = printable(json_str(r->comparison, "experiment"));
	cleanup_json json_t *suites = NULL;
	json_t *suite;
	size_t i;

	if (checks_make(r, &suites, e))
		return -e->code;
	json_array_foreach(suites, i, suite)
		json_object_set_new(suite, "properties",
				    json_pack("{s:s, s:s, s:s*, s:s}", "seed", seed, "clock", clock,
					      "fidelity", json_str(suite, "fidelity"), "ramrig",
					      version));
	return junit_write(name, suites, out, e);
}
