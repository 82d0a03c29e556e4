/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "cell/batch.h"
#include "cli/command.h"
#include "cli/globals.h"
#include "cli/history-options.h"
#include "cli/history-print.h"
#include "cli/progress.h"
#include "cli/result-dir.h"
#include "history/change.h"
#include "history/confirm-all.h"
#include "history/junit.h"
#include "lib/cleanup.h"
#include "lib/file.h"
#include "plan/plan.h"
#include "vm/session.h"

static struct {
	int json, confirm, nights, jobs, at_most, dry_run;
	const char *out, *junit, *host;
} opts = { .nights = 1, .jobs = 1 };

/* What both words have. */
static const struct poptOption ab_options[] = {
	{ "host", '\0', POPT_ARG_STRING, &opts.host, 0,
	  "only trends of this machine, of a history that several share", "NAME" },
	{ "at-most", '\0', POPT_ARG_INT, &opts.at_most, 0,
	  "run so many A/Bs, the worst changes first; the others stay open; default: all", "N" },
	{ "jobs", 'j', POPT_ARG_INT, &opts.jobs, 0, "cells at once, default 1, as in `run`", "N" },
	{ "out", '\0', POPT_ARG_STRING, &opts.out, 0,
	  "the folder for the A/Bs; one that was stopped goes on there; default " RESULTS
	  "/confirm-TIME", "DIR" },
	{ "json", '\0', POPT_ARG_NONE, &opts.json, 0, "print JSON, for programs", NULL },
	{ "junit", '\0', POPT_ARG_STRING, &opts.junit, 0,
	  "write JUnit XML, too: a testcase for each key metric, an alarm is a failure", "FILE" },
	{ NULL, '\0', POPT_ARG_INCLUDE_TABLE, (void *)history_options, 0, NULL, NULL },
	POPT_TABLEEND
};

static const struct poptOption check_options[] = {
	{ "nights", '\0', POPT_ARG_INT, &opts.nights, 0,
	  "alarm for what was found, or confirmed, in the newest N nights; default 1", "N" },
	{ "confirm", '\0', POPT_ARG_NONE, &opts.confirm, 0,
	  "ask a fresh A/B about what is open, as `history confirm` does", NULL },
	{ NULL, '\0', POPT_ARG_INCLUDE_TABLE, (void *)ab_options, 0, NULL, NULL },
	POPT_TABLEEND
};

static const struct poptOption confirm_options[] = {
	{ "dry-run", '\0', POPT_ARG_NONE, &opts.dry_run, 0,
	  "print the plans and start nothing", NULL },
	{ NULL, '\0', POPT_ARG_INCLUDE_TABLE, (void *)ab_options, 0, NULL, NULL },
	POPT_TABLEEND
};

static int check(struct err *e)
{
	if (opts.nights < 1 || opts.at_most < 0)
		return err_set(e, EINVAL, "--nights and --at-most are at least 1");
	if (opts.jobs < 1 || opts.jobs > BATCH_JOBS_MAX)
		return err_set(e, EINVAL, "--jobs is from 1 to %d", BATCH_JOBS_MAX);
	if (opts.dry_run && (opts.json || opts.junit))
		return err_set(e, EINVAL, "--dry-run prints plans for people: it goes without "
			       "--json and --junit");
	return session_check_uri(cli.connect, e);
}

static void show_plan(const json_t *change, const json_t *plan)
{
	printf("change %lld:\n", (long long)json_int_or(change, "id", 0));
	plan_print(plan, stdout);
}

/* Plans that are only shown need a folder, too, which is gone afterwards. */
static int ask_dir(char **ret, struct err *e)
{
	char *dir = opts.dry_run ? path_format("%s/ramrig-confirm-XXXXXX", dir_of_temporaries()) :
		    opts.out ? path_format("%s", opts.out) : result_dir_new(RESULTS, "confirm");

	if (opts.dry_run && !mkdtemp(dir)) {
		err_set(e, errno, "cannot create %s: %m", dir);
		free(dir);
		return -e->code;
	}
	*ret = dir;
	return 0;
}

static int ask(struct history *h, json_t *trends, json_int_t only, struct err *e)
{
	cleanup_free char *dir = NULL;
	const struct contest_site site = {
		.search = &cli.search, .progress = &cli_progress, .connect = cli.connect,
		.jobs = (unsigned)opts.jobs, .on_change = progress_change, .on_cell = progress_cell,
		.on_end = progress_end,
	};
	struct err ignored;
	int rc = ask_dir(&dir, e);

	if (rc)
		return rc;
	const struct confirm_wish w = {
		.dir = dir, .at_most = (unsigned)opts.at_most, .only = only,
		.show_plan = opts.dry_run ? show_plan : NULL,
	};

	rc = confirm_all(h, &site, trends, &w, e);
	if (opts.dry_run)
		dir_remove(dir, &ignored);
	else if (rc == -ECANCELED)
		err_set(e, ECANCELED, "stopped; 'ramrig history confirm --out %s' goes on", dir);
	return rc;
}

/* What is told: what is open, and what is news. */
static json_t *rows_told(const json_t *trends)
{
	json_t *rows = change_rows(trends);

	for (size_t i = json_array_size(rows); i-- > 0;) {
		const json_t *row = json_array_get(rows, i);

		if (!change_is_open(row) && !change_is_news(row, (unsigned)opts.nights))
			json_array_remove(rows, i);
	}
	return rows;
}

/* An alarm is a finding; a kernel that failed in its A/B is the kernel's. */
static enum exit_code exit_of(const json_t *rows)
{
	enum exit_code code = EXIT_WELL;
	const json_t *row;
	size_t i;

	json_array_foreach(rows, i, row) {
		if (change_status_from_name(json_str(row, "status")) == CHANGE_ALARM)
			code = exit_code_worse(code, EXIT_FINDING);
		if (json_str(row, "failure"))
			code = exit_code_worse(code, EXIT_KERNEL);
	}
	return code;
}

static int write_junit(const json_t *trends, struct err *e)
{
	cleanup_free char *xml = NULL;
	size_t len;
	FILE *out = open_memstream(&xml, &len);

	if (!out)
		return err_set(e, ENOMEM, "out of memory for JUnit XML");
	int rc = history_junit(trends, (unsigned)opts.nights, out, e);

	rc = memstream_close(out, rc, "JUnit XML", e);
	return rc ? rc : file_write_atomic(opts.junit, xml, len, e);
}

static enum exit_code tell(const json_t *trends, struct err *e)
{
	cleanup_json json_t *rows = rows_told(trends);

	if (opts.junit && write_junit(trends, e))
		return EXIT_RIG;
	if (opts.json) {
		cleanup_json json_t *all = json_pack("{s:i, s:O}", "schema", 1, "changes", rows);

		json_dumpf(all, stdout, JSON_INDENT(1) | JSON_REAL_PRECISION(12));
		putchar('\n');
	} else if (!json_array_size(rows)) {
		puts("no change in the newest nights, and none that is open");
	} else if (history_print_changes(rows, stdout, e)) {
		return EXIT_RIG;
	}
	return exit_of(rows);
}

static enum exit_code look(bool confirm, json_int_t only, struct err *e)
{
	const struct trend_wish w = { .host = opts.host, .watched = true };
	cleanup_history struct history *h = NULL;
	cleanup_json json_t *trends = NULL;

	if (check(e))
		return EXIT_USAGE;
	if (history_options_open(false, &h, e) || trend_load(h, &w, &trends, e) ||
	    change_find(trends, e) || change_record(h, trends, e) ||
	    (confirm && ask(h, trends, only, e)))
		return history_exit_code(e);
	return opts.dry_run ? EXIT_WELL : tell(trends, e);
}

static enum exit_code check_run(int argc, const char *const *argv, struct err *e)
{
	(void)argc;
	(void)argv;
	return look(opts.confirm, 0, e);
}

static enum exit_code confirm_run_cmd(int argc, const char *const *argv, struct err *e)
{
	json_int_t only = 0;
	char *end;

	if (argc) {
		only = strtoll(argv[0], &end, 10);
		if (*end || only <= 0) {
			err_set(e, EINVAL, "'%s' is no number of a change", argv[0]);
			return EXIT_USAGE;
		}
	}
	return look(true, only, e);
}

const struct command cmd_history_check = {
	.name = "history check",
	.args = "",
	.summary = "find change points of key metrics, and alarm for those that are confirmed",
	.details =
		"Looks for change points in all key metrics over nights, and writes down what it "
		"finds. It prints what is open and what was found, or confirmed, in the newest "
		"nights. An alarm is only what a fresh A/B confirms: with --confirm it runs one for "
		"each open change.\n\n"
		"Exits with 1 for an alarm, with 4 where the newest kernel failed in an A/B.",
	.options = check_options,
	.min_args = 0,
	.max_args = 0,
	.run = check_run,
};

const struct command cmd_history_confirm = {
	.name = "history confirm",
	.args = "[CHANGE]",
	.summary = "ask a fresh A/B about change points that are open",
	.details =
		"Boots the kernel of the night before the change against that of the newest night, "
		"in pairs, for the metric, workload and topology that moved: 8 pairs, and 12 more at "
		"most while that is undecided. Only where that says regression is the change an "
		"alarm. Each change is asked about once. CHANGE is a number that `ramrig history "
		"check` prints.",
	.options = confirm_options,
	.min_args = 0,
	.max_args = 1,
	.run = confirm_run_cmd,
};
