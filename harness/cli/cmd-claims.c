/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <stdio.h>
#include "cell/prepare.h"
#include "claims/cells.h"
#include "cli/claims-print.h"
#include "cli/command.h"
#include "cli/globals.h"
#include "cli/progress.h"
#include "cli/result-dir.h"
#include "lib/cleanup.h"
#include "lib/file.h"
#include "plan/plan.h"
#include "vm/accel.h"
#include "vm/session.h"

static const char **opt_results, *opt_out;
static int opt_json, opt_markdown, opt_pairs, opt_jobs = 1, opt_dry_run;

static const struct poptOption show_options[] = {
	{ "json", '\0', POPT_ARG_NONE, &opt_json, 0,
	  "print the checked files as JSON, for programs", NULL },
	{ "markdown", '\0', POPT_ARG_NONE, &opt_markdown, 0, "print Markdown", NULL },
	POPT_TABLEEND
};

static const struct poptOption claims_options[] = {
	{ "pairs", '\0', POPT_ARG_INT, &opt_pairs, 0,
	  "pairs of fresh boots, instead of each experiment's", "N" },
	{ "result", '\0', POPT_ARG_ARGV, &opt_results, 0,
	  "take a result that is there, and run nothing; may be given again", "DIR" },
	{ "out", '\0', POPT_ARG_STRING, &opt_out, 0,
	  "the folder for results, one for each experiment; one that is there is finished", "DIR" },
	{ "jobs", 'j', POPT_ARG_INT, &opt_jobs, 0, "cells at once, default 1, as in `run`", "N" },
	{ "dry-run", '\0', POPT_ARG_NONE, &opt_dry_run, 0, "print the plans and start nothing",
	  NULL },
	{ "json", '\0', POPT_ARG_NONE, &opt_json, 0, "print the verdicts as JSON, for programs",
	  NULL },
	{ "markdown", '\0', POPT_ARG_NONE, &opt_markdown, 0, "print Markdown", NULL },
	POPT_TABLEEND
};

/* The claims that @names name, all of them where there are none, as an array of checked files. */
static int claims_load(const char *const *names, json_t **ret, struct err *e)
{
	cleanup_json json_t *all = json_array(), *listed = json_array();
	const json_t *name;
	size_t i;

	for (i = 0; names[i]; i++)
		json_array_append_new(listed, json_string(names[i]));
	if (!i)
		json_array_extend(listed, search_list(&cli.search, SPEC_CLAIM));
	json_array_foreach(listed, i, name) {
		cleanup_free char *path = NULL;
		cleanup_spec struct spec *s = NULL;

		if (search_find(&cli.search, SPEC_CLAIM, json_string_value(name), &path, e) ||
		    spec_load(SPEC_CLAIM, path, &s, e))
			return -e->code;
		json_array_append(all, (json_t *)spec_doc(s));
	}
	*ret = json_incref(all);
	return 0;
}

static void json_print(const json_t *j)
{
	json_dumpf(j, stdout, JSON_INDENT(1) | JSON_REAL_PRECISION(12));
	putchar('\n');
}

static enum exit_code show_main(int argc, const char *const *argv, struct err *e)
{
	cleanup_json json_t *claims = NULL;
	const json_t *claim;
	size_t i;

	(void)argc;
	if (claims_load(argv, &claims, e))
		return EXIT_USAGE;
	if (opt_json) {
		json_print(claims);
		return EXIT_WELL;
	}
	json_array_foreach(claims, i, claim) {
		if (i)
			putchar('\n');
		if (claims_print_claim(claim, opt_markdown, stdout, e))
			return EXIT_RIG;
	}
	return EXIT_WELL;
}

static int check_options(struct err *e)
{
	if (opt_pairs < 0 || opt_jobs < 1 || opt_jobs > BATCH_JOBS_MAX)
		return err_set(e, EINVAL, "--pairs is at least 1, --jobs from 1 to %d",
			       BATCH_JOBS_MAX);
	if (opt_results && (opt_pairs || opt_out || opt_dry_run))
		return err_set(e, EINVAL,
			       "--result takes what is there: it goes without --pairs, --out "
			       "and --dry-run");
	return session_check_uri(cli.connect, e);
}

static void plans_show(const json_t *plans, const json_t *experiments)
{
	const json_t *name;
	size_t i;

	json_array_foreach(experiments, i, name) {
		if (i)
			putchar('\n');
		plan_print(json_object_get(plans, json_string_value(name)), stdout);
	}
}

/* Runs what the claims take, below one folder. */
static enum exit_code cells_run(const json_t *plans, const json_t *experiments,
				struct claim_results *rs, struct err *e)
{
	const struct patch_site site = {
		.search = &cli.search,
		.progress = &cli_progress,
		.connect = cli.connect,
		.jobs = (unsigned)opt_jobs,
		.on_change = progress_change,
		.on_cell = progress_cell,
		.on_end = progress_end,
	};
	cleanup_free char *parent =
		opt_out ? path_format("%s", opt_out) : result_dir_new(RESULTS, "claims");
	const json_t *name;
	size_t i;

	if (prepare_host(e))
		return EXIT_RIG;
	json_array_foreach(experiments, i, name) {
		const char *experiment = json_string_value(name);
		cleanup_free char *dir = path_format("%s/%s", parent, experiment);
		unsigned pairs =
			(unsigned)json_int_or(json_object_get(plans, experiment), "pairs", 0);

		if (claim_results_run(rs, &site, experiment, pairs, dir, e)) {
			if (e->code == ECANCELED)
				err_set(e, ECANCELED,
					"stopped; 'ramrig claims run --out %s' with the same "
					"names finishes it",
					parent);
			return e->code == EINVAL ? EXIT_USAGE : EXIT_RIG;
		}
	}
	return EXIT_WELL;
}

static enum exit_code results_get(const json_t *claims, const json_t *plans,
				  struct claim_results *rs, bool *ret_is_plan, struct err *e)
{
	cleanup_json json_t *experiments = NULL;
	cleanup_free char *why = NULL;
	enum accel accel = ACCEL_KVM;

	for (size_t i = 0; opt_results && opt_results[i]; i++)
		if (claim_results_add(rs, opt_results[i], e))
			return e->code == ENOMEM ? EXIT_RIG : EXIT_USAGE;
	if (opt_results) {
		const json_t *place = json_array_get(rs->v[0].figures, 0);

		rs->accelerator = json_str(json_object_get(place, "fidelity"), "accelerator");
		return EXIT_WELL;
	}
	/* To know it may take a guest, which a plan must not start. */
	if (!opt_dry_run && accel_probe(&accel, &why, e))
		return EXIT_RIG;
	rs->accelerator = accel_name(accel);
	experiments = claims_experiments(claims, rs->accelerator);
	*ret_is_plan = opt_dry_run;
	if (!opt_dry_run)
		return json_array_size(experiments) ? cells_run(plans, experiments, rs, e)
						    : EXIT_WELL;
	plans_show(plans, experiments);
	return EXIT_WELL;
}

static enum exit_code claims_main(int argc, const char *const *argv, struct err *e)
{
	cleanup_json json_t *claims = NULL, *plans = NULL, *assessed = NULL;
	cleanup_claim_results struct claim_results rs = { 0 };
	bool is_plan = false;

	(void)argc;
	if (check_options(e) || claims_load(argv, &claims, e) ||
	    claims_plan(&cli.search, claims, (unsigned)opt_pairs, &plans, e))
		return EXIT_USAGE;
	enum exit_code code = results_get(claims, plans, &rs, &is_plan, e);
	if (code != EXIT_WELL || is_plan)
		return code;
	if (claims_assess(claims, plans, &rs, &assessed, e))
		return EXIT_RIG;
	if (opt_json)
		json_print(assessed);
	else if (claims_print_assessed(claims, assessed, opt_markdown, stdout, e))
		return EXIT_RIG;
	return claims_exit(assessed);
}

const struct command cmd_claims_show = {
	.name = "claims show",
	.args = "[CLAIM...]",
	.summary = "print what others have published, as they printed it",
	.details = "Each table as its vendor printed it, what each of its figures is against its "
		   "base, and "
		   "which cells would tell whether it is so here. All of them without a name.",
	.options = show_options,
	.min_args = 0,
	.max_args = -1,
	.run = show_main,
};

const struct command cmd_claims_run = {
	.name = "claims run",
	.args = "[CLAIM...]",
	.summary = "hold what others have published against cells of this host",
	.details = "Runs the experiments that the claims name, all claims without a name, or takes "
		   "--result, "
		   "and gives each published figure a verdict: reproduced, contradicted, "
		   "inconclusive, or "
		   "not-testable-here with the reason. A verdict rests on changes against a base, "
		   "never on "
		   "requests a second of another machine. All claims take many hours under an "
		   "emulator: "
		   "--dry-run says what would be run.\n"
		   "\n"
		   "A result counts for a claim where it is of the claim's experiment, or has the "
		   "same workload, "
		   "arms, topology and clock; times of a warm-up or window may differ, which is "
		   "then told.",
	.options = claims_options,
	.min_args = 0,
	.max_args = -1,
	.run = claims_main,
};
