/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include "cli/boot-report.h"
#include "cli/conform-table.h"
#include "lib/cleanup.h"

json_t *boot_report(const json_t *result, int64_t took_ms)
{
	static const char *const keys[] = { "topology", "kernel",     "release",
					    "outcome",	"charged_to", "reason",
					    "warnings", "conformance" };
	json_t *report = json_object();

	for (size_t i = 0; i < ARRAY_SIZE(keys); i++)
		json_object_set(report, keys[i], json_object_get(result, keys[i]));
	json_object_set_new(report, "seconds", json_real((double)took_ms / 1000));
	return report;
}

enum outcome boot_report_outcome(const json_t *report)
{
	return outcome_from_name(json_str(report, "outcome"));
}

void boot_report_print(const json_t *report)
{
	const json_t *rows = json_object_get(report, "conformance"), *warning;
	const char *release = json_str(report, "release");
	bool ok = boot_report_outcome(report) == OUTCOME_OK;
	size_t i;

	if (json_array_size(rows))
		conform_print(rows, stdout);
	json_array_foreach(json_object_get(report, "warnings"), i, warning)
		printf("warning: %s\n", json_string_value(warning));
	printf("%s on %s (%s): %s, %.1f s\n", json_str(report, "topology"),
	       json_str(report, "kernel"), release ? release : "it never said hello",
	       ok ? "conforms" : json_str(report, "outcome"),
	       json_number_value(json_object_get(report, "seconds")));
	if (!ok)
		printf("%s; charged to the %s\n", json_str(report, "reason"),
		       json_str(report, "charged_to"));
}
