/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <stdio.h>
#include "cell/prepare.h"
#include "claims/cells.h"
#include "cli/claims-print.h"
#include "cli/command.h"
#include "cli/globals.h"
#include "cli/patch-options.h"
#include "cli/result-dir.h"
#include "lib/cleanup.h"
#include "lib/file.h"
#include "plan/plan.h"
#include "report/page.h"
#include "vm/accel.h"
#include "vm/session.h"

static const char **opt_results, *opt_out;
static const char *opt_html;
static int opt_json, opt_markdown, opt_pairs, opt_jobs = 1, opt_dry_run;

static const struct poptOption show_options[] = {
	{ "json", '\0', POPT_ARG_NONE, &opt_json, 0,
	  "print the checked files as JSON, for programs", NULL },
	{ "markdown", '\0', POPT_ARG_NONE, &opt_markdown, 0, "print Markdown", NULL },
	{ "html", '\0', POPT_ARG_STRING, &opt_html, 0, "write a page for a browser", "FILE" },
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
	{ "html", '\0', POPT_ARG_STRING, &opt_html, 0, "write a page for a browser", "FILE" },
	POPT_TABLEEND
};

/* The claims that @names name, all of them where there are none, as an array of checked files. */
static int claims_load(const char *const *names, json_t **ret, struct err *e)
{
	cleanup_json json_t *all = json_array();
	cleanup_json json_t *listed = *names ? json_array() : search_list(&cli.search, SPEC_CLAIM);
	const json_t *name;
	size_t i;

	for (i = 0; names[i]; i++)
		json_array_append_new(listed, json_string(names[i]));
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

/* One page, of what was put together for it. */
static int blocks_save(const json_t *blocks, const char *title, struct err *e)
{
	cleanup_json json_t *data = json_pack("{s:s, s:s, s:s, s:O}", "page", "claims", "ramrig",
					      RAMRIG_VERSION, "title", title, "blocks", blocks);

	return page_save(&(struct page){ title, data }, opt_html, e);
}

/* Prints @claims, or what was made of them, in the form that is asked for. */
static int claims_print(const json_t *claims, const json_t *assessed, struct err *e)
{
	cleanup_json json_t *blocks = json_array();
	const struct claims_sink to = {
		.form = opt_html       ? CLAIMS_PAGE
			: opt_markdown ? CLAIMS_MARKDOWN
				       : CLAIMS_TEXT,
		.out = stdout,
		.blocks = blocks,
	};
	const json_t *claim;
	size_t i;
	int rc = 0;

	if (opt_json) {
		json_dumpf(assessed ? assessed : claims, stdout,
			   JSON_INDENT(1) | JSON_REAL_PRECISION(12));
		putchar('\n');
		return 0;
	}
	if (assessed)
		rc = claims_print_assessed(claims, assessed, &to, e);
	json_array_foreach(claims, i, claim) {
		if (rc || assessed)
			break;
		if (i)
			claims_gap(&to);
		rc = claims_print_claim(claim, &to, e);
	}
	if (rc || !opt_html)
		return rc;
	return blocks_save(blocks, assessed ? "Claims and what was seen" : "Claims", e);
}

static int check_form(struct err *e)
{
	if (opt_json + opt_markdown + !!opt_html > 1)
		return err_set(e, EINVAL, "--json, --markdown and --html exclude each other");
	return 0;
}

static enum exit_code show_main(int argc, const char *const *argv, struct err *e)
{
	cleanup_json json_t *claims = NULL;

	(void)argc;
	if (check_form(e) || claims_load(argv, &claims, e))
		return EXIT_USAGE;
	return claims_print(claims, NULL, e) ? EXIT_RIG : EXIT_WELL;
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
	return check_form(e) ? -e->code : session_check_uri(cli.connect, e);
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
	struct contest_site site = patch_options_site();
	cleanup_free char *parent =
		opt_out ? path_format("%s", opt_out) : result_dir_new(RESULTS, "claims");
	const json_t *name;
	size_t i;

	site.jobs = (unsigned)opt_jobs;
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
	if (claims_print(claims, assessed, e))
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
		   "same workload, arms and topology; in any case on the same clock, with the same "
		   "memory limits and scale. Times of a warm-up or window may differ, which is "
		   "then told.",
	.options = claims_options,
	.min_args = 0,
	.max_args = -1,
	.run = claims_main,
};
