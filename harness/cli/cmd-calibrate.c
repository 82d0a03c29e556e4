/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include "calibrate/collect.h"
#include "calibrate/known.h"
#include "cell/prepare.h"
#include "cli/calibrate-print.h"
#include "cli/command.h"
#include "cli/globals.h"
#include "cli/run-options.h"
#include "compare/compare.h"
#include "image/book.h"
#include "lib/cleanup.h"
#include "lib/file.h"
#include "result/index.h"

#define PAIRS 12	/* where no experiment says how many */
#define SHOW "show"	/* in place of an experiment's name */

static const char *opt_workload, *opt_topology, *opt_from;
static int opt_json;

static const struct poptOption options[] = {
	{ "workload", '\0', POPT_ARG_STRING, &opt_workload, 0,
	  "of an EXPERIMENT one of its workloads only; without one, the workloads to run, with commas",
	  "NAMES" },
	{ "topology", '\0', POPT_ARG_STRING, &opt_topology, 0,
	  "the same of topologies; default dram", "NAMES" },
	{ "from", '\0', POPT_ARG_STRING, &opt_from, 0,
	  "take a result of A against A that is there, and boot nothing", "RESULT" },
	{ "json", '\0', POPT_ARG_NONE, &opt_json, 0, "print what is known as JSON, for programs",
	  NULL },
	{ NULL, '\0', POPT_ARG_INCLUDE_TABLE, (void *)run_options, 0, NULL, NULL },
	POPT_TABLEEND
};

static int entries_print(const json_t *entries, bool as_json, struct err *e)
{
	if (!as_json)
		return calibrate_print(entries, stdout, e);
	json_dumpf(entries, stdout, JSON_INDENT(1) | JSON_REAL_PRECISION(12));
	putchar('\n');
	return 0;
}

/* Keeps what the result in @dir tells, and prints it. */
static enum exit_code learn(const char *dir, bool own, struct err *e)
{
	cleanup_result struct result *r = NULL;
	cleanup_json json_t *entries = NULL, *left_out = NULL, *comparison = NULL;
	json_t *entry, *place;
	size_t i;

	if (result_load(dir, &r, e) || (own && index_build(r, e)) ||
	    compare_results(r, NULL, &comparison, e))
		return own || e->code == ENOMEM ? EXIT_RIG : EXIT_USAGE;
	/* Only how cells ended counts: what one arm twice compares to is no finding. */
	json_array_clear(json_object_get(comparison, "comparisons"));
	enum exit_code code = compare_exit(comparison, false);

	/* Where nothing could be learned, what the cells ended with says whose fault it is. */
	if (collect_noise(r, &entries, &left_out, e))
		return own || e->code == ENOMEM ? exit_code_worse(code, EXIT_RIG) : EXIT_USAGE;
	json_array_foreach(entries, i, entry) {
		cleanup_free char *key = collect_key(entry);

		book_note(KNOWN_BOOK, key, entry);
	}
	json_array_foreach(left_out, i, place) {
		cleanup_free char *line = path_format("not calibrated: %s", json_string_value(place));

		cli_progress.say(NULL, line);
	}
	if (entries_print(entries, opt_json, e))
		return EXIT_RIG;
	if (own && !opt_json)
		printf("\nresult: %s\n", dir);
	return code;
}

/* "a,b" as a list in YAML. Names are checked with the experiment. */
static int names_list(const char *names, const char *before, const char *after, char **ret,
		      struct err *e)
{
	cleanup_free char *list = path_format("%s", "");
	size_t len;

	for (const char *at = names;; at += len + 1) {
		len = strcspn(at, ",");
		if (!len || strspn(at, "abcdefghijklmnopqrstuvwxyz0123456789.+-_") < len)
			return err_set(e, EINVAL, "'%s' is no list of names with commas between them",
				       names);
		cleanup_free char *shorter = list;

		list = path_format("%s%s%s%.*s%s", shorter, *shorter ? ", " : "", before, (int)len, at,
				   after);
		if (!at[len])
			break;
	}
	*ret = take_ptr(list);
	return 0;
}

/* An experiment of the workloads and topologies that are named. */
static int experiment_make(char **ret, struct err *e)
{
	cleanup_free char *workloads = NULL, *topologies = NULL;
	int rc = names_list(opt_workload, "{name: ", "}", &workloads, e);

	if (!rc)
		rc = names_list(opt_topology ? opt_topology : "dram", "", "", &topologies, e);
	if (!rc)
		*ret = path_format("experiment: calibrate\nsummary: A against A\nkernels: [%s]\n"
				   "topologies: [%s]\nworkloads: [%s]\narms: [{name: a, base: true}]\n"
				   "pairs: %d\ndiagnostic: true\n", REFERENCE_KERNEL, topologies,
				   workloads, PAIRS);
	return rc;
}

static enum exit_code show(struct err *e)
{
	cleanup_json json_t *all = known_all();

	if (!json_array_size(all) && !opt_json) {
		puts("Nothing is calibrated here; `ramrig calibrate --workload NAME` does it.");
		return EXIT_WELL;
	}
	return entries_print(all, opt_json, e) ? EXIT_RIG : EXIT_WELL;
}

static enum exit_code calibrate_run(int argc, const char *const *argv, struct err *e)
{
	const struct plan_versus twins = { .twin = true,
					   .workload = argc ? opt_workload : NULL,
					   .topology = argc ? opt_topology : NULL };
	cleanup_free char *text = NULL, *dir = NULL;

	if (argc && !strcmp(argv[0], SHOW))
		return show(e);
	if (opt_from && (argc || opt_workload || opt_topology)) {
		err_set(e, EINVAL, "--from takes a result as it is: it goes without an EXPERIMENT, "
			"--workload and --topology");
		return EXIT_USAGE;
	}
	if (opt_from)
		return learn(opt_from, false, e);
	if (!argc && opt_workload && experiment_make(&text, e))
		return EXIT_USAGE;
	const struct run_wish w = {
		.command = "calibrate",
		.experiment = argc ? argv[0] : text ? "calibrate" : NULL,
		.text = text,
		.twins = &twins,
		.diagnostic = true,
	};
	enum exit_code code = run_options_run(&w, &dir, e);

	return dir ? learn(dir, true, e) : code;
}

const struct command cmd_calibrate = {
	.name = "calibrate",
	.args = "[EXPERIMENT | " SHOW "]",
	.summary = "run A against A, and keep how figures scatter here",
	.details =
		"Runs one arm twice, as a and b: the policies of EXPERIMENT's base arm, on its first "
		"kernel or --kernel, with its topologies, workloads and clock; or, without one, the "
		"workloads of --workload without a policy. What is learned of each figure (how it scatters "
		"from boot to boot, modes, drift, and how often comparisons alarm that are redrawn from "
		"the same boots) is kept in the cache. From then on `ramrig run` says beforehand how many "
		"pairs a key metric's margin takes, and comparisons mark figures whose noise is not known, "
		"or was learned too long ago or elsewhere.\n"
		"\n"
		"`ramrig calibrate show` shows what is kept, by workload, topology and clock: also how many "
		"pairs changes of 1, 2 and 5 % take, and for which figures the virtual clock is valid. "
		"What is of another host or QEMU, or older than 30 days, is called stale.\n"
		"\n"
		"The result is one like that of `ramrig run`, and --resume finishes it. --from learns from "
		"a result that is there, of any experiment whose two arms are the same.",
	.options = options,
	.min_args = 0,
	.max_args = 1,
	.run = calibrate_run,
};
