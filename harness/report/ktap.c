/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>
#include "lib/cleanup.h"
#include "lib/file.h"
#include "report/checks.h"
#include "report/report.h"

/*
 * Version 1 of the kernel's Documentation/dev-tools/ktap.rst. Texts are of one line already
 * (checks.h); what is left to escape is the '#' that ends a description.
 */
static char *description(const char *text)
{
	char *copy = path_format("%s", text);

	for (char *s = copy; *s; s++)
		if (*s == '#')
			*s = '_';
	return copy;
}

static void check_print(FILE *out, size_t number, const json_t *check)
{
	static const struct {
		const char *status, *result, *directive;
	} lines[] = {
		{ "passed", "ok", "" },
		{ "failed", "not ok", "" },
		{ "error", "not ok", "ERROR " },
		{ "skipped", "ok", "SKIP " },
	};
	const char *status = json_str(check, "status"), *reason = json_str(check, "reason");
	cleanup_free char *name = description(json_str(check, "name"));
	const json_t *line;
	size_t i;

	json_array_foreach(json_object_get(check, "details"), i, line)
		fprintf(out, "  # %s\n", json_string_value(line));
	for (i = 0; i < ARRAY_SIZE(lines); i++) {
		if (strcmp(lines[i].status, status))
			continue;
		fprintf(out, "  %s %zu %s", lines[i].result, number, name);
		if (*reason)
			fprintf(out, " # %s%s", lines[i].directive, reason);
		fputc('\n', out);
	}
}

static void suite_print(FILE *out, size_t number, const json_t *suite)
{
	const json_t *checks = json_object_get(suite, "checks"), *check;
	size_t n = json_array_size(checks), skipped = checks_count(suite, "skipped"), i;
	bool failed = checks_count(suite, "failed") + checks_count(suite, "error");
	cleanup_free char *name = description(json_str(suite, "suite"));

	fprintf(out, "  KTAP version 1\n  1..%zu\n", n);
	json_array_foreach(checks, i, check)
		check_print(out, i + 1, check);
	fprintf(out, "%s %zu %s%s\n", failed ? "not ok" : "ok", number, name,
		skipped == n ? " # SKIP nothing was decided" : "");
}

int report_ktap(const struct report *r, FILE *out, struct err *e)
{
	cleanup_json json_t *suites = NULL;
	const json_t *suite;
	size_t i;

	if (checks_make(r, &suites, e))
		return -e->code;
	fprintf(out, "KTAP version 1\n1..%zu\n", json_array_size(suites));
	json_array_foreach(suites, i, suite)
		suite_print(out, i + 1, suite);
	return 0;
}
