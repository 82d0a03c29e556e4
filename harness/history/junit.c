/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "compare/text.h"
#include "history/change.h"
#include "history/junit.h"
#include "lib/cleanup.h"
#include "lib/file.h"
#include "lib/printable.h"
#include "report/junit.h"

/* "-2.4 % since night 5 (12.5 1/s to 12.2 1/s): open", for people who read a list of tests. */
static char *change_said(const json_t *trend, const json_t *change)
{
	const json_t *c = json_object_get(change, "confirmation");
	const char *unit = json_str_or(trend, "unit", "");
	cleanup_free char *by = change_text(trend, change);
	cleanup_free char *before = text_value(json_object_get(change, "before"), unit);
	cleanup_free char *after = text_value(json_object_get(change, "after"), unit);
	cleanup_free char *raw = path_format(
		"%s since night %lld (%s to %s): %s%s%s", by,
		(long long)json_int_or(change, "night", 0), before, after,
		json_str_or(change, "status", ""), c ? ": " : "",
		c ? json_str_or(c, "reason", "") : "");

	return printable(raw);
}

/* What a change makes of its trend's check, the worst last. */
static const char *const statuses[] = { "passed", "skipped", "failed", "error" };

static size_t status_of(const json_t *change, unsigned nights)
{
	enum change_status status = change_status_from_name(json_str_or(change, "status", ""));

	if (json_str(change, "failure"))
		return 3;
	if (!change_is_news(change, nights))
		return 0;
	return status == CHANGE_ALARM ? 2 : status == CHANGE_UNCONFIRMABLE ? 1 : 0;
}

static json_t *check_make(const json_t *trend, unsigned nights)
{
	cleanup_free char *raw_name = path_format("%s of %s on %s", json_str_or(trend, "metric", ""),
						  json_str_or(trend, "workload", ""),
						  json_str_or(trend, "topology", ""));
	cleanup_free char *raw_class = path_format("%s.%s.%s", json_str_or(trend, "experiment", ""),
						   json_str_or(trend, "kernel", ""),
						   json_str_or(trend, "arm", ""));
	cleanup_free char *name = printable(raw_name), *class = printable(raw_class), *reason = NULL;
	json_t *details = json_array();
	const json_t *change;
	size_t worst = 0, i;

	json_array_foreach(json_object_get(trend, "changes"), i, change) {
		cleanup_free char *said = change_said(trend, change);
		const char *failure = json_str(change, "failure");
		size_t status = status_of(change, nights);

		json_array_append_new(details, json_string(said));
		if (status <= worst)
			continue;
		worst = status;
		free(reason);
		reason = failure ? printable(failure) : take_ptr(said);
	}
	return json_pack("{s:s, s:s, s:s, s:s, s:s, s:o}", "name", name, "class", class, "status",
			 statuses[worst], "type", "change", "reason", reason ? reason : "", "details",
			 details);
}

int history_junit(const json_t *trends, unsigned nights, FILE *out, struct err *e)
{
	cleanup_json json_t *suites = json_array(), *by_name = json_object();
	const json_t *trend;
	size_t i;

	json_array_foreach(trends, i, trend) {
		cleanup_free char *name = printable(json_str_or(trend, "experiment", ""));
		json_t *suite = json_object_get(by_name, name);

		if (!suite) {
			suite = json_pack("{s:s, s:[]}", "suite", name, "checks");
			json_array_append_new(suites, suite);
			json_object_set(by_name, name, suite);
		}
		json_array_append_new(json_object_get(suite, "checks"), check_make(trend, nights));
	}
	return junit_write("history", suites, out, e);
}
