/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include "cli/command.h"
#include "cli/history-options.h"
#include "cli/history-print.h"
#include "history/change.h"
#include "history/html.h"
#include "lib/cleanup.h"

static int opt_json;
static const char *opt_html;

static const struct poptOption show_options[] = {
	{ NULL, '\0', POPT_ARG_INCLUDE_TABLE, (void *)history_trend_options, 0, NULL, NULL },
	{ "json", '\0', POPT_ARG_NONE, &opt_json, 0, "print JSON, for programs", NULL },
	{ "html", '\0', POPT_ARG_STRING, &opt_html, 0,
	  "write a page for a browser instead; it needs no network", "FILE" },
	{ NULL, '\0', POPT_ARG_INCLUDE_TABLE, (void *)history_options, 0, NULL, NULL },
	POPT_TABLEEND
};

static enum exit_code show_run(int argc, const char *const *argv, struct err *e)
{
	const struct trend_wish w = history_options_wish();
	cleanup_history struct history *h = NULL;
	cleanup_json json_t *trends = NULL;

	(void)argc;
	(void)argv;
	if (opt_json && opt_html) {
		err_set(e, EINVAL, "--json and --html exclude each other");
		return EXIT_USAGE;
	}
	if (history_options_open(false, &h, e) || trend_load(h, &w, &trends, e) ||
	    change_find(trends, e) || change_recall(h, trends, e))
		return history_exit_code(e);
	if (!json_array_size(trends)) {
		err_set(e, ENOENT, "%s has no such trend; `ramrig history show` prints all",
			history_options_db());
		return EXIT_USAGE;
	}
	if (opt_html)
		return history_html(trends, opt_html, e) ? EXIT_RIG : EXIT_WELL;
	if (!opt_json)
		return history_print_trends(trends, stdout, e) ? EXIT_RIG : EXIT_WELL;
	json_dumpf(trends, stdout, JSON_INDENT(1) | JSON_REAL_PRECISION(12));
	putchar('\n');
	return EXIT_WELL;
}

const struct command cmd_history_show = {
	.name = "history show",
	.args = "",
	.summary = "show metrics over nights, with their change points",
	.details =
		"A trend is one metric of one kernel, topology, workload and arm over nights; a "
		"night's value is the median of its boots. Where its level changes, the first night "
		"at the new level has the change, its p and what is known of it (docs/nightly.md).",
	.options = show_options,
	.min_args = 0,
	.max_args = 0,
	.run = show_run,
};
