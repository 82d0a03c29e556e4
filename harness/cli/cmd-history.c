/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <string.h>
#include "cli/command.h"
#include "cli/history-options.h"
#include "cli/listing.h"
#include "history/night.h"
#include "lib/cleanup.h"
#include "lib/file.h"

static struct {
	const char *host;
	int json;
} opts;

static const struct poptOption add_options[] = {
	{ "host", '\0', POPT_ARG_STRING, &opts.host, 0,
	  "call the machine so; default: by its CPU, their number and its memory", "NAME" },
	{ "json", '\0', POPT_ARG_NONE, &opts.json, 0, "print JSON, for programs", NULL },
	{ NULL, '\0', POPT_ARG_INCLUDE_TABLE, (void *)history_options, 0, NULL, NULL },
	POPT_TABLEEND
};

static const struct poptOption list_options[] = {
	{ "json", '\0', POPT_ARG_NONE, &opts.json, 0, "print JSON, for programs", NULL },
	{ NULL, '\0', POPT_ARG_INCLUDE_TABLE, (void *)history_options, 0, NULL, NULL },
	POPT_TABLEEND
};

static enum exit_code add_run(int argc, const char *const *argv, struct err *e)
{
	cleanup_history struct history *h = NULL;
	cleanup_result struct result *r = NULL;
	json_int_t night = 0;
	bool again = false;

	(void)argc;
	if (result_load(argv[0], &r, e) || history_options_open(true, &h, e) ||
	    night_add(h, r, opts.host, &night, &again, e))
		return history_exit_code(e);
	if (opts.json)
		printf("{\"night\": %lld, \"again\": %s}\n", (long long)night,
		       again ? "true" : "false");
	else
		printf("night %lld %s %s\n", (long long)night,
		       again ? "was there already, and is now as" : "is", argv[0]);
	return EXIT_WELL;
}

static const struct listing_column columns[] = {
	{ "night", "NIGHT", LISTING_NUMBER }, { "started", "STARTED", LISTING_TEXT },
	{ "experiment", "EXPERIMENT", LISTING_TEXT }, { "releases", "KERNELS", LISTING_TEXT },
	{ "cells_said", "CELLS", LISTING_TEXT }, { "host", "HOST", LISTING_TEXT },
	{ "qemu", "QEMU", LISTING_TEXT }, { "ramrig", "RAMRIG", LISTING_TEXT },
	{ "result", "RESULT", LISTING_TEXT }, { NULL, NULL, 0 }
};

/* Adds " @word" to the text at @key. */
static void add_word(json_t *row, const char *key, const char *word)
{
	const char *so_far = json_str_or(row, key, "");

	json_object_set_new(row, key, json_sprintf("%s%s%s", so_far, *so_far ? " " : "", word));
}

/* Says in words what a night's lists hold, for the table. */
static void say_lists(json_t *night)
{
	const json_t *kernel, *count;
	const char *outcome;
	size_t i;

	json_array_foreach(json_object_get(night, "kernels"), i, kernel)
		add_word(night, "releases", json_str(kernel, "release"));
	json_object_foreach(json_object_get(night, "cells"), outcome, count) {
		cleanup_free char *word = path_format("%lld %s", (long long)json_integer_value(count),
						      outcome);

		add_word(night, "cells_said", word);
	}
}

static enum exit_code list_run(int argc, const char *const *argv, struct err *e)
{
	cleanup_history struct history *h = NULL;
	cleanup_json json_t *nights = NULL;
	json_t *night;
	size_t i;

	(void)argc;
	(void)argv;
	if (history_options_open(false, &h, e) || night_list(h, &nights, e))
		return history_exit_code(e);
	json_array_foreach(nights, i, night)
		if (!opts.json)
			say_lists(night);
	return listing_print(nights, columns, opts.json, e) ? EXIT_RIG : EXIT_WELL;
}

const struct command cmd_history_add = {
	.name = "history add",
	.args = "RESULT",
	.summary = "add a night's result to the history",
	.details =
		"The history is an SQLite file that holds each boot's metrics and how its cells "
		"ended. A result that is there already takes the place of what there was of it, so "
		"that one which was resumed can be added again. Figures of different hosts, kernels, "
		"accelerators, clocks and setups are never mixed; --host names a machine of which "
		"several look alike.",
	.options = add_options,
	.min_args = 1,
	.max_args = 1,
	.run = add_run,
};

const struct command cmd_history_list = {
	.name = "history list",
	.args = "",
	.summary = "list the nights of the history",
	.details = NULL,
	.options = list_options,
	.min_args = 0,
	.max_args = 0,
	.run = list_run,
};
