/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <string.h>
#include "history/change.h"
#include "history/junit.h"
#include "lib/cleanup.h"
#include "lib/file.h"
#include "vm/xml.h"

static void freep_buffer(xmlBufferPtr *b)
{
	if (*b)
		xmlBufferFree(*b);
}

/* XML has no control characters: names come from files that others may have written. */
static char *clean(const char *text)
{
	cleanup_json json_t *line = json_sentence(text ? text : "");

	return path_format("%s", line ? json_string_value(line) : "");
}

static void attr(xmlTextWriterPtr w, const char *name, const char *text)
{
	cleanup_free char *cleaned = clean(text);

	xml_attr(w, name, cleaned);
}

static void element(xmlTextWriterPtr w, const char *tag, const char *message)
{
	xml_open(w, tag);
	attr(w, "message", message);
	xml_close(w);
}

/* "-2.4 % since night 5 (12.5 to 12.2 1/s): open", for people who read a list of tests. */
static char *change_said(const json_t *trend, const json_t *change)
{
	const json_t *c = json_object_get(change, "confirmation");
	bool ratio = !strcmp(json_str_or(trend, "scale", ""), "ratio");
	double by = json_number_value(json_object_get(change, "change"));
	const char *unit = json_str_or(trend, "unit", "");

	return path_format("%+.4g %s since night %lld (%.6g to %.6g %s): %s%s%s",
			   ratio ? 100 * by : by, ratio ? "%" : unit,
			   (long long)json_int_or(change, "night", 0),
			   json_number_value(json_object_get(change, "before")),
			   json_number_value(json_object_get(change, "after")), unit,
			   json_str_or(change, "status", ""), c ? ": " : "",
			   c ? json_str_or(c, "reason", "") : "");
}

/* What a change makes of its testcase: the tag of an element, NULL for none. */
static const char *tag_of(const json_t *change, unsigned nights)
{
	enum change_status status = change_status_from_name(json_str_or(change, "status", ""));

	if (json_str(change, "failure"))
		return "error";
	if (!change_is_news(change, nights))
		return NULL;
	return status == CHANGE_ALARM		? "failure"
	       : status == CHANGE_UNCONFIRMABLE ? "skipped"
						: NULL;
}

static void testcase(xmlTextWriterPtr w, const json_t *trend, unsigned nights)
{
	cleanup_free char *name = path_format("%s of %s on %s", json_str_or(trend, "metric", ""),
					      json_str_or(trend, "workload", ""),
					      json_str_or(trend, "topology", ""));
	cleanup_free char *class = path_format("%s.%s.%s", json_str_or(trend, "experiment", ""),
					       json_str_or(trend, "kernel", ""),
					       json_str_or(trend, "arm", ""));
	cleanup_free char *out = NULL;
	const json_t *change;
	size_t i;

	xml_open(w, "testcase");
	attr(w, "name", name);
	attr(w, "classname", class);
	json_array_foreach(json_object_get(trend, "changes"), i, change) {
		cleanup_free char *raw = change_said(trend, change), *said = clean(raw),
				  *so_far = out;
		const char *tag = tag_of(change, nights), *failure = json_str(change, "failure");

		out = path_format("%s%s\n", so_far ? so_far : "", said);
		if (tag)
			element(w, tag, failure ? failure : said);
	}
	if (out)
		xml_text(w, "system-out", out);
	xml_close(w);
}

/* How many elements of a suite have the tag @tag; all of them without one. */
static unsigned count(const json_t *trends, const char *experiment, unsigned nights,
		      const char *tag)
{
	const json_t *trend, *change;
	unsigned n = 0;
	size_t i, k;

	json_array_foreach(trends, i, trend) {
		if (strcmp(json_str_or(trend, "experiment", ""), experiment))
			continue;
		n += !tag;
		json_array_foreach(json_object_get(trend, "changes"), k, change) {
			const char *its = tag_of(change, nights);

			n += tag && its && !strcmp(its, tag);
		}
	}
	return n;
}

/* Every trend of @experiment. */
static void testsuite(xmlTextWriterPtr w, const json_t *trends, const char *experiment,
		      unsigned nights)
{
	const json_t *trend;
	size_t i;

	xml_open(w, "testsuite");
	attr(w, "name", experiment);
	xml_attr_number(w, "tests", count(trends, experiment, nights, NULL));
	xml_attr_number(w, "failures", count(trends, experiment, nights, "failure"));
	xml_attr_number(w, "errors", count(trends, experiment, nights, "error"));
	xml_attr_number(w, "skipped", count(trends, experiment, nights, "skipped"));
	json_array_foreach(trends, i, trend)
		if (!strcmp(json_str_or(trend, "experiment", ""), experiment))
			testcase(w, trend, nights);
	xml_close(w);
}

static void write_all(xmlTextWriterPtr w, const json_t *trends, unsigned nights)
{
	cleanup_json json_t *done = json_object();
	const json_t *trend;
	size_t i;

	xmlTextWriterSetIndent(w, 1);
	xmlTextWriterStartDocument(w, NULL, "UTF-8", NULL);
	xml_open(w, "testsuites");
	attr(w, "name", "history");
	json_array_foreach(trends, i, trend) {
		const char *experiment = json_str_or(trend, "experiment", "");

		if (json_object_get(done, experiment))
			continue;
		json_object_set_new(done, experiment, json_true());
		testsuite(w, trends, experiment, nights);
	}
	xml_close(w);
}

int history_junit(const json_t *trends, unsigned nights, char **ret, struct err *e)
{
	__attribute__((cleanup(freep_buffer))) xmlBufferPtr buf = xmlBufferCreate();
	xmlTextWriterPtr w = buf ? xmlNewTextWriterMemory(buf, 0) : NULL;

	if (!w)
		return err_set(e, ENOMEM, "out of memory for JUnit XML");
	write_all(w, trends, nights);
	int rc = xmlTextWriterEndDocument(w);

	xmlFreeTextWriter(w);
	if (rc < 0)
		return err_set(e, ENOMEM, "out of memory for JUnit XML");
	*ret = path_format("%s", (const char *)xmlBufferContent(buf));
	return 0;
}
