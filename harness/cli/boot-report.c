/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include "cell/solo.h"
#include "cli/boot-report.h"
#include "cli/conform-table.h"
#include "lib/cleanup.h"

void boot_report_print(const json_t *report)
{
	const json_t *rows = json_object_get(report, "conformance"), *warning;
	const char *release = json_str(report, "release");
	bool ok = solo_outcome(report) == OUTCOME_OK;
	size_t i;

	if (json_array_size(rows))
		conform_print(rows, stdout);
	json_array_foreach(json_object_get(report, "warnings"), i, warning)
		printf("warning: %s\n", json_string_value(warning));
	json_array_foreach(json_object_get(report, "reports"), i, warning)
		printf("the kernel reported: %s\n", json_str(warning, "title"));
	printf("%s on %s (%s): %s, %.1f s\n", json_str(report, "topology"),
	       json_str(report, "kernel"), release ? release : "it never said hello",
	       ok ? "conforms" : json_str(report, "outcome"),
	       json_number_value(json_object_get(report, "seconds")));
	if (!ok)
		printf("%s; charged to the %s\n", json_str(report, "reason"),
		       json_str(report, "charged_to"));
}
