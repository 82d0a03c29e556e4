/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include "cli/command.h"
#include "doctor/doctor.h"
#include "lib/cleanup.h"
#include "lib/json.h"
#include "vm/workdir.h"

static struct {
	int json, clean;
} opts;

static const struct poptOption options[] = {
	{ "json", '\0', POPT_ARG_NONE, &opts.json, 0, "print JSON, for programs", NULL },
	{ "clean", '\0', POPT_ARG_NONE, &opts.clean, 0,
	  "first end and remove what dead runs have left", NULL },
	POPT_TABLEEND
};

static int leftovers_clean(struct err *e)
{
	cleanup_json json_t *list = NULL;
	const json_t *left;
	size_t i;

	int rc = workdir_scan(true, &list, e);
	if (rc)
		return rc;
	json_array_foreach(list, i, left)
		fprintf(stderr, "removed %s\n", json_str(left, "path"));
	return 0;
}

static enum exit_code doctor(int argc, const char *const *argv, struct err *e)
{
	cleanup_json json_t *report = NULL;

	(void)argc;
	(void)argv;
	if (opts.clean && leftovers_clean(e))
		return EXIT_RIG;
	if (doctor_run(".", &report, e))
		return EXIT_RIG;
	if (opts.json) {
		json_dumpf(report, stdout, JSON_INDENT(2));
		putchar('\n');
	} else {
		doctor_print(report, stdout);
	}
	return doctor_worst(report) == DOCTOR_PROBLEM ? EXIT_RIG : EXIT_WELL;
}

const struct command cmd_doctor = {
	.name = "doctor",
	.args = "",
	.summary = "look at this host, and say how to mend what is wrong",
	.details =
		"Looks for QEMU, libvirt and the features of both, tries whether KVM really runs a "
		"guest, measures free disk and memory, and names what would disturb a measurement. "
		"Every warning and problem comes with its mend.\n\n"
		"Exits with 3 where runs cannot work on this host.",
	.options = options,
	.min_args = 0,
	.max_args = 0,
	.run = doctor,
};
