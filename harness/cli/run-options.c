/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include "calibrate/known.h"
#include "cell/prepare.h"
#include "cell/run.h"
#include "cli/globals.h"
#include "cli/progress.h"
#include "cli/result-dir.h"
#include "cli/run-options.h"
#include "compare/compare.h"
#include "lib/cleanup.h"
#include "lib/clock.h"
#include "lib/file.h"
#include "lib/quantity.h"
#include "plan/plan.h"
#include "stats/sequential.h"
#include "vm/session.h"

static int opt_pairs, opt_jobs = 1, opt_scale, opt_dry_run;
static const char *opt_out, *opt_resume, *opt_seed, *opt_clock, *opt_kernel, *opt_modules,
	*opt_budget, *opt_workload_scale;
static double opt_limit_ratio;

const struct poptOption run_options[] = {
	{ "pairs", '\0', POPT_ARG_INT, &opt_pairs, 0,
	  "pairs of fresh boots, instead of the experiment's", "N" },
	{ "out", '\0', POPT_ARG_STRING, &opt_out, 0,
	  "the result's folder; default results/EXPERIMENT-TIME", "DIR" },
	{ "resume", '\0', POPT_ARG_STRING, &opt_resume, 0,
	  "finish the plan of a result that was stopped; takes no EXPERIMENT", "DIR" },
	{ "dry-run", '\0', POPT_ARG_NONE, &opt_dry_run, 0, "print the plan and start nothing",
	  NULL },
	{ "seed", '\0', POPT_ARG_STRING, &opt_seed, 0,
	  "draws the order of arms and QEMU's own seed of each pair; the same seed gives the "
	  "same plan", "N" },
	{ "clock", '\0', POPT_ARG_STRING, &opt_clock, 0,
	  "host, or virtual: one CPU whose time is counted instructions; instead of the "
	  "experiment's", "CLOCK" },
	{ "scale", '\0', POPT_ARG_INT, &opt_scale, 0,
	  "how many times the size of its file each topology gets, instead of the experiment's", "N" },
	{ "workload-scale", '\0', POPT_ARG_STRING, &opt_workload_scale, 0,
	  "ci or full: which of their defaults workloads' parameters get, instead of the "
	  "experiment's", "SCALE" },
	{ "limit-ratio", '\0', POPT_ARG_DOUBLE, &opt_limit_ratio, 0,
	  "memory.max of limited groups, as a part of their peak without limits, instead of the "
	  "experiment's", "R" },
	{ "kernel", '\0', POPT_ARG_STRING, &opt_kernel, 0,
	  "a kernel's name, a bzImage or a built kernel tree, instead of the experiment's",
	  "KERNEL" },
	{ "modules", '\0', POPT_ARG_STRING, &opt_modules, 0,
	  "modules of a bzImage; default /lib/modules/RELEASE", "DIR" },
	{ "jobs", 'j', POPT_ARG_INT, &opt_jobs, 0,
	  "cells at once, default 1; on the host's clock each gets CPUs of its own", "N" },
	{ "budget", '\0', POPT_ARG_STRING, &opt_budget, 0,
	  "run as many whole pairs as fit into this time, such as 60m", "TIME" },
	POPT_TABLEEND
};

static int check_options(const struct run_wish *w, uint64_t *ret_budget_ms, struct err *e)
{
	*ret_budget_ms = 0;
	if (!!w->experiment == !!opt_resume)
		return err_set(e, EINVAL, "name an EXPERIMENT, or --resume DIR, not both");
	if (opt_resume && (opt_out || opt_pairs || opt_seed || opt_clock || opt_kernel ||
			   opt_scale || opt_workload_scale || opt_limit_ratio != 0))
		return err_set(e, EINVAL, "--resume finishes a plan as it was made: it goes with "
			       "--jobs and --budget only");
	if (w->sequential && (opt_resume || opt_pairs || w->diagnostic))
		return err_set(e, EINVAL, "--sequential is a design of its own, looked at after 8, 12, "
			       "16 and 20 pairs: it goes without --pairs, --diagnostic and --resume");
	if (opt_pairs < 0 || opt_jobs < 1 || opt_jobs > BATCH_JOBS_MAX)
		return err_set(e, EINVAL, "--pairs is at least 1, --jobs from 1 to %d",
			       BATCH_JOBS_MAX);
	if (opt_scale && topology_scale_check(opt_scale, e))
		return -e->code;
	if (opt_workload_scale && strcmp(opt_workload_scale, "ci") &&
	    strcmp(opt_workload_scale, "full"))
		return err_set(e, EINVAL, "the workload scale '%s' is not ci or full",
			       opt_workload_scale);
	if (opt_limit_ratio != 0 && !(opt_limit_ratio >= LIMIT_RATIO_MIN &&
				      opt_limit_ratio <= LIMIT_RATIO_MAX))
		return err_set(e, EINVAL, "--limit-ratio is from %g to %g", LIMIT_RATIO_MIN,
			       LIMIT_RATIO_MAX);
	if (opt_budget && quantity_parse(QUANTITY_DURATION, opt_budget, ret_budget_ms, e))
		return -e->code;
	return session_check_uri(cli.connect, e);
}

static int make_plan(const struct run_wish *w, json_t **ret, struct err *e)
{
	cleanup_site struct site site = { 0 };
	struct plan_versus twins;
	struct plan_opts o = {
		.experiment = w->experiment,
		.text = w->text,
		.sweep = w->sweep,
		.pairs = (unsigned)opt_pairs,
		.clock = opt_clock,
		.kernel = opt_kernel,
		.kernel_modules = opt_modules,
		.diagnostic = w->diagnostic,
		.sequential = w->sequential,
		.scale = (unsigned)opt_scale,
		.workload_scale = opt_workload_scale,
		.limit_ratio = opt_limit_ratio,
		.site = &site,
		.connect = cli.connect,
		.version = RAMRIG_VERSION,
	};
	char *end;

	if (w->twins) {
		twins = *w->twins;
		twins.base = opt_kernel;
		o.versus = &twins;
		o.kernel = NULL;
		if (opt_modules)
			return err_set(e, EINVAL, "a bzImage with --modules cannot be calibrated: make it "
				       "a kernel of its own (ramrig kernel new --help)");
	}
	if (opt_seed) {
		o.has_seed = true;
		errno = 0;
		o.seed = strtoll(opt_seed, &end, 10);
		if (errno || *end || end == opt_seed)
			return err_set(e, EINVAL, "seed '%s' is not a whole number", opt_seed);
	}
	return plan_make(&cli.search, &o, ret, e);
}

static void show_plan(const json_t *plan, bool json)
{
	if (!json) {
		plan_print(plan, stdout);
		return;
	}
	json_dumpf(plan, stdout, JSON_INDENT(1) | JSON_REAL_PRECISION(12));
	putchar('\n');
}

/* Runs the pairs up to @pairs, or all (0), until @deadline_ms, or without one (0). */
static int run_pairs(const char *dir, const json_t *plan, unsigned pairs, int64_t deadline_ms,
		     bool *ret_spent, struct err *e)
{
	struct batch b = {
		.dir = dir,
		.plan = plan,
		.jobs = (unsigned)opt_jobs,
		.pairs = pairs,
		/* What is spent is not "no budget". */
		.budget_ms = deadline_ms ? clock_left_ms(deadline_ms) + 1 : 0,
		.on_change = progress_change,
		.on_cell = progress_cell,
	};
	int rc = run_cells(&b, ret_spent, e);

	progress_end();
	return rc;
}

static int is_settled(const char *dir, bool *ret, struct err *e)
{
	cleanup_result struct result *r = NULL;
	cleanup_json json_t *comparison = NULL;
	int rc = result_load(dir, &r, e);

	if (!rc)
		rc = compare_results(r, NULL, &comparison, e);
	*ret = !rc && compare_is_settled(comparison);
	return rc;
}

/* From look to look, each of which is made of the result's folder alone. */
static int run_looks(const char *dir, const json_t *plan, int64_t deadline_ms, bool *ret_spent,
		     struct err *e)
{
	for (size_t look = 0; look < SEQUENTIAL_LOOKS; look++) {
		bool settled = false;
		int rc = run_pairs(dir, plan, sequential_pairs[look], deadline_ms, ret_spent, e);

		if (!rc && !*ret_spent)
			rc = is_settled(dir, &settled, e);
		if (rc || *ret_spent || settled)
			return rc;
	}
	return 0;
}

static int run(const struct run_wish *w, const char *dir, const json_t *plan, uint64_t budget_ms,
	       struct err *e)
{
	int64_t deadline_ms = budget_ms ? clock_now_ms() + (int64_t)budget_ms : 0;
	bool spent = false;
	int rc = json_is_true(json_object_get(plan, "sequential")) ?
			 run_looks(dir, plan, deadline_ms, &spent, e) :
			 run_pairs(dir, plan, 0, deadline_ms, &spent, e);

	if (rc == -ECANCELED)
		err_set(e, ECANCELED, "stopped; 'ramrig %s --resume %s' finishes it", w->command, dir);
	else if (!rc && spent)
		cli_progress.say(NULL, "the budget is spent: the rest of the plan was not begun");
	return rc;
}

/* Beforehand, what the pairs of a plan with verdicts can show. */
static void say_noise(const json_t *plan)
{
	cleanup_free char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);
	char *line, *rest;

	if (!out)
		return;
	plan_print_noise(plan, out);
	fclose(out);
	for (rest = text; (line = strsep(&rest, "\n")) && *line;)
		cli_progress.say(NULL, line);
}

enum exit_code run_options_run(const struct run_wish *w, char **ret_dir, struct err *e)
{
	cleanup_json json_t *plan = NULL;
	cleanup_free char *dir = NULL;
	uint64_t budget_ms;

	if (check_options(w, &budget_ms, e))
		return EXIT_USAGE;
	if (opt_resume) {
		cleanup_free char *path = path_format("%s/plan.json", opt_resume);

		if (json_load_path(path, &plan, e) || run_check_jobs(plan, (unsigned)opt_jobs, e))
			return EXIT_USAGE;
		dir = path_format("%s", opt_resume);
		if (prepare_host(e))
			return EXIT_RIG;
	} else {
		if (make_plan(w, &plan, e) || run_check_jobs(plan, (unsigned)opt_jobs, e))
			return EXIT_USAGE;
		if (opt_dry_run) {
			known_note(plan);
			show_plan(plan, w->json);
			*ret_dir = NULL;
			return EXIT_WELL;
		}
		dir = opt_out ? path_format("%s", opt_out)
			      : result_dir_new(RESULTS, json_str(plan, "experiment"));
		if (prepare_host(e) || prepare_plan(&cli.search, plan, &cli_progress, e))
			return EXIT_RIG;
		known_note(plan);
		say_noise(plan);
		if (prepare_needs(plan, e) || run_begin(plan, dir, e))
			return EXIT_USAGE;
	}
	if (run(w, dir, plan, budget_ms, e))
		return EXIT_RIG;
	*ret_dir = take_ptr(dir);
	return EXIT_WELL;
}
