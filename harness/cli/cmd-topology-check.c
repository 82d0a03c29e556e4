/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <stdio.h>
#include "cell/prepare.h"
#include "cell/solo.h"
#include "cell/work.h"
#include "cli/boot-report.h"
#include "cli/command.h"
#include "cli/globals.h"
#include "cli/guest-options.h"
#include "lib/cleanup.h"
#include "lib/clock.h"
#include "vm/session.h"

static int opt_json, opt_all;

static const struct poptOption options[] = {
	{ "all", '\0', POPT_ARG_NONE, &opt_all, 0,
	  "every topology that this host can give; the others are named with the reason", NULL },
	{ "json", '\0', POPT_ARG_NONE, &opt_json, 0, "print JSON, for programs", NULL },
	{ NULL, '\0', POPT_ARG_INCLUDE_TABLE, (void *)guest_options, 0, NULL, NULL },
	POPT_TABLEEND
};

/* Boots @topology; its outcome, or what kept it from having one, decides *ret_code. */
static int check_one(json_t *topology, json_t *reports, enum exit_code *ret_code, struct err *e)
{
	cleanup_json json_t *plan = NULL, *result = NULL;
	int64_t started = clock_now_ms();
	int rc = guest_options_plan(topology, NULL, &plan, e);

	if (!rc)
		rc = solo_result(plan, work_check, &result, e);
	if (rc)
		return rc;
	json_t *report = solo_report(result, clock_now_ms() - started);

	json_array_append_new(reports, report);
	if (!opt_json) {
		boot_report_print(report);
		putchar('\n');
		fflush(stdout);
	}
	*ret_code = exit_code_worse(*ret_code, outcome_table[solo_outcome(report)].exit);
	return 0;
}

static void tell_absent(const char *name, const char *why, json_t *reports)
{
	json_array_append_new(reports, json_pack("{s:s, s:n, s:s}", "topology", name, "outcome",
						 "reason", why));
	if (!opt_json)
		printf("%s: not to be had here: %s\n\n", name, why);
}

/* Reads all of them before the first is booted. */
static int load_all(json_t *names, json_t *topologies, json_t *reports, struct err *e)
{
	cleanup_site struct site site = { 0 };
	const json_t *name;
	size_t i;

	json_array_foreach(names, i, name) {
		json_t *topology = NULL;
		int rc = guest_options_topology(json_string_value(name), &site, &topology, e);

		if (!rc)
			json_array_append_new(topologies, topology);
		else if (opt_all)
			tell_absent(json_string_value(name), e->msg, reports);
		else
			return rc;
	}
	return 0;
}

static json_t *names_of(int argc, const char *const *argv)
{
	json_t *names;

	if (opt_all)
		return search_list(&cli.search, SPEC_TOPOLOGY);
	names = json_array();
	for (int i = 0; i < argc; i++)
		json_array_append_new(names, json_string(argv[i]));
	return names;
}

static enum exit_code topology_check_run(int argc, const char *const *argv, struct err *e)
{
	cleanup_json json_t *names = names_of(argc, argv), *topologies = json_array(),
			    *reports = json_array();
	enum exit_code code = EXIT_WELL;
	struct topology_wish w;
	json_t *topology;
	size_t i;

	if (!argc == !opt_all) {
		err_set(e, EINVAL, "name one TOPOLOGY or more, or --all of them");
		return EXIT_USAGE;
	}
	if (session_check_uri(cli.connect, e) || guest_options_wish(NULL, &w, e) ||
	    load_all(names, topologies, reports, e))
		return EXIT_USAGE;
	*e = (struct err){ 0 };	/* what --all has passed over */
	json_array_foreach(topologies, i, topology) {
		if (check_one(topology, reports, &code, e))
			return exit_code_worse(code, EXIT_RIG);
	}
	if (opt_json) {
		json_dumpf(reports, stdout, JSON_INDENT(2));
		putchar('\n');
	}
	return code;
}

const struct command cmd_topology_check = {
	.name = "topology check",
	.args = "[TOPOLOGY...]",
	.summary = "boot topologies and compare what guests see with what is declared",
	.details =
		"Each is booted, brought up as in a cell, compared, and powered off; "
		"docs/topologies.md says what is compared. Where a guest differs, or does not get "
		"that far, the reference kernel " REFERENCE_KERNEL " is booted, too: if that passes, "
		"the kernel is to blame (exit code 4), else the rig (3).",
	.options = options,
	.min_args = 0,
	.max_args = -1,
	.run = topology_check_run,
};
