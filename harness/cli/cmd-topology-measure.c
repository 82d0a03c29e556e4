/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <libgen.h>
#include <stdio.h>
#include <string.h>
#include "cell/solo.h"
#include "cell/work.h"
#include "cli/boot-report.h"
#include "cli/command.h"
#include "cli/globals.h"
#include "cli/guest-options.h"
#include "cli/measure-table.h"
#include "lib/cleanup.h"
#include "lib/clock.h"
#include "vm/session.h"

static int opt_json;

static const struct poptOption options[] = {
	{ "json", '\0', POPT_ARG_NONE, &opt_json, 0, "print JSON, for programs", NULL },
	{ NULL, '\0', POPT_ARG_INCLUDE_TABLE, (void *)guest_options, 0, NULL, NULL },
	POPT_TABLEEND
};

static int run_guest(json_t *topology, json_t **ret_result, struct err *e)
{
	cleanup_free char *probe = NULL;
	cleanup_json json_t *plan = NULL;
	int rc = search_program("probes/memory", &probe, e);

	if (!rc)
		rc = guest_options_plan(topology, dirname(probe), &plan, e);
	return rc ? rc : solo_result(plan, work_measure, ret_result, e);
}

static int print_measured(json_t *topology, const json_t *result, json_t *report, struct err *e)
{
	const json_t *fidelity = json_object_get(result, "fidelity");
	bool tcg = !strcmp(json_str(fidelity, "accelerator"), accel_name(ACCEL_TCG));
	struct topology t;
	int rc = topology_read(topology, &t, NULL, e);

	if (rc)
		return rc;
	cleanup_json json_t *measured = measure_report(&t, json_object_get(result, "measured"),
						       tcg ? ACCEL_TCG : ACCEL_KVM);

	if (!opt_json) {
		measure_print(measured, fidelity, stdout);
		return 0;
	}
	json_object_set(report, "fidelity", (json_t *)fidelity);
	json_object_set_new(report, "boots", json_integer(1));
	json_object_update(report, measured);
	return 0;
}

static enum exit_code topology_measure_run(int argc, const char *const *argv, struct err *e)
{
	cleanup_site struct site site = { 0 };
	cleanup_json json_t *topology = NULL, *result = NULL;
	int64_t started = clock_now_ms();

	(void)argc;
	if (session_check_uri(cli.connect, e) ||
	    guest_options_topology(argv[0], &site, &topology, e))
		return EXIT_USAGE;
	if (run_guest(topology, &result, e))
		return EXIT_RIG;
	cleanup_json json_t *report = solo_report(result, clock_now_ms() - started);
	enum outcome outcome = solo_outcome(report);

	if (outcome == OUTCOME_OK && print_measured(topology, result, report, e))
		return EXIT_RIG;
	if (opt_json) {
		json_dumpf(report, stdout, JSON_INDENT(2));
		putchar('\n');
	} else if (outcome != OUTCOME_OK) {
		boot_report_print(report);
	}
	return outcome_table[outcome].exit;
}

const struct command cmd_topology_measure = {
	.name = "topology measure",
	.args = "TOPOLOGY",
	.summary = "measure a topology's memory and devices in a guest, beside what is declared",
	.details =
		"Latency of a load and bandwidth of a copy of each memory node, by a pointer chase "
		"and copies from a CPU of node 0; random reads and writes of each device that can "
		"be swapped to, at queue depths 1 and 32, by fio. One boot, so that the figures "
		"say what the hardware is like, and are no comparison. Leave the machine idle: it "
		"takes a minute or two.",
	.options = options,
	.min_args = 1,
	.max_args = 1,
	.run = topology_measure_run,
};
