/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <string.h>
#include "cli/command.h"
#include "cli/series-print.h"
#include "lib/cleanup.h"
#include "lib/file.h"
#include "result/result.h"
#include "result/series.h"

static int opt_cell, opt_json, opt_csv;

static const struct poptOption options[] = {
	{ "cell", 0, POPT_ARG_INT, &opt_cell, 0, "whose series; without it, the first that is done",
	  "N" },
	{ "csv", 0, POPT_ARG_NONE, &opt_csv, 0, "print comma-separated values, in the metrics' units",
	  NULL },
	{ "json", 0, POPT_ARG_NONE, &opt_json, 0, "print JSON, for programs", NULL },
	POPT_TABLEEND
};

static int cell_choose(const struct result *r, const struct result_cell **ret, struct err *e)
{
	for (size_t i = 0; i < r->n_cells; i++) {
		const struct result_cell *c = &r->cells[i];

		if (opt_cell ? c->n != (unsigned)opt_cell : !c->doc)
			continue;
		*ret = c;
		return 0;
	}
	if (opt_cell)
		return err_set(e, ENOENT, "%s has no cell %d, but %zu from 1 on", r->dir, opt_cell,
			       r->n_cells);
	return err_set(e, ENOENT, "no cell of %s is done; name one with --cell", r->dir);
}

/* A cell that did not get as far has no measured window. */
static bool cell_window(const struct result_cell *c, struct window *ret)
{
	const json_t *w = json_object_get(c->doc, "window");

	*ret = (struct window){ json_int_or(w, "from_ns", 0), json_int_or(w, "to_ns", 0) };
	return ret->to_ns > 0;
}

static int cell_series(const struct result *r, const struct result_cell *c,
		       const char *const *names, json_t **ret, struct err *e)
{
	cleanup_free char *path = path_format("%s/cells/%04u/samples.jsonl", r->dir, c->n);
	const json_t *workload = json_object_get(json_object_get(r->plan, "workloads"), c->workload);
	cleanup_samples struct samples *s = NULL;
	struct window w;
	bool has_window = cell_window(c, &w);
	int rc = samples_load(path, &s, e);

	if (!rc)
		rc = series_make(s, workload, has_window ? &w : NULL, names, ret, e);
	if (!rc)
		json_object_update_new(*ret, json_pack("{s:i, s:s, s:s, s:s, s:s}", "cell", (int)c->n,
						       "workload", c->workload, "topology",
						       c->topology, "kernel", c->kernel, "arm", c->arm));
	return rc;
}

static enum exit_code cmd_run(int argc, const char *const *argv, struct err *e)
{
	cleanup_result struct result *r = NULL;
	const struct result_cell *c = NULL;
	cleanup_json json_t *series = NULL;

	(void)argc;
	if (opt_csv && opt_json) {
		err_set(e, EINVAL, "--csv and --json exclude each other");
		return EXIT_USAGE;
	}
	if (result_load(argv[0], &r, e) || cell_choose(r, &c, e) ||
	    cell_series(r, c, argv + 1, &series, e))
		return e->code == ENOMEM ? EXIT_RIG : EXIT_USAGE;
	if (opt_json)
		series_print_json(series, stdout);
	else if (opt_csv)
		series_print_csv(series, stdout);
	else if (series_print_table(series, stdout)) {
		err_set(e, ENOMEM, "cannot print the table");
		return EXIT_RIG;
	}
	return EXIT_WELL;
}

const struct command cmd_series = {
	.name = "series",
	.args = "RESULT [METRIC...]",
	.summary = "show a cell's memory, swapping and CPU time over time",
	.details =
		"Reads the folder RESULT, and nothing else, and prints metrics of one cell sample by "
		"sample. Without a METRIC these are what top, free and vmstat show, under vmstat's "
		"and free's words. Any other metric that is made from samples can be named: of a "
		"state its value is shown, of a counter its growth a second.\n"
		"\n"
		"Seconds count from the start of the measured window.",
	.options = options,
	.min_args = 1,
	.max_args = -1,
	.run = cmd_run,
};
