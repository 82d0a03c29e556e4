/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <string.h>
#include "cli/command.h"
#include "cli/listing.h"
#include "compare/text.h"
#include "lib/cleanup.h"
#include "lib/file.h"
#include "result/result.h"

static int opt_cell, opt_json;

static const struct poptOption options[] = {
	{ "cell", 0, POPT_ARG_INT, &opt_cell, 0, "only those of this cell", "N" },
	{ "json", 0, POPT_ARG_NONE, &opt_json, 0, "print them as JSON, for programs", NULL },
	POPT_TABLEEND
};

static const struct listing_column columns[] = {
	{ "cell", "CELL", LISTING_TEXT },     { "arm", "ARM", LISTING_TEXT },
	{ "task", "THREAD", LISTING_TEXT },   { "tid", "TID", LISTING_TEXT },
	{ "mechanism", "STALL", LISTING_TEXT }, { "count", "COUNT", LISTING_TEXT },
	{ "p50", "P50", LISTING_TEXT },	      { "p99", "P99", LISTING_TEXT },
	{ "max", "MAX", LISTING_TEXT },	      { "total", "TOTAL", LISTING_TEXT },
	{ "pages", "PAGES", LISTING_TEXT },   { "by_order", "ORDERS", LISTING_TEXT },
	{ "retried", "RETRIES", LISTING_TEXT }, { NULL, NULL, 0 }
};

static json_t *time_text(const json_t *stall, const char *key)
{
	cleanup_free char *text = text_value(json_object_get(stall, key), "us");

	return json_sentence(text);
}

/* "4:2 9:45": the orders that were asked for, and how often. */
static json_t *orders_text(const json_t *stall)
{
	json_int_t unknown = json_int_or(stall, "no_order", 0);
	cleanup_free char *text = path_format("%s", "");
	const char *order;
	json_t *n;

	json_object_foreach(json_object_get(stall, "orders"), order, n) {
		char *more = path_format("%s%s%s:%lld", text, *text ? " " : "", order,
					 (long long)json_integer_value(n));

		free(text);
		text = more;
	}
	if (unknown > 0) {
		char *more = path_format("%s%s?:%lld", text, *text ? " " : "", (long long)unknown);

		free(text);
		text = more;
	}
	return *text ? json_sentence(text) : json_null();
}

/* "0.25, at most 3": of an allocation. */
static json_t *retries_text(const json_t *stall)
{
	json_int_t allocations = json_int_or(stall, "allocations", 0);

	if (allocations < 1)
		return json_null();
	if (!json_int_or(stall, "retries", 0))
		return json_string("0");
	return json_sprintf("%.3g, at most %lld",
			    (double)json_int_or(stall, "retries", 0) / (double)allocations,
			    (long long)json_int_or(stall, "retries_max", 0));
}

static json_t *row_new(const struct result_cell *c, const json_t *stall)
{
	json_t *row = json_deep_copy(stall);

	if (json_is_true(json_object_get(stall, "background")))
		json_object_set_new(row, "task",
				    json_sprintf("(%s)", json_str(stall, "task")));
	json_object_update_new(row, json_pack("{s:i, s:s, s:o, s:o, s:o, s:o, s:o, s:o}", "cell",
					      (int)c->n, "arm", c->arm, "p50",
					      time_text(stall, "p50_us"), "p99",
					      time_text(stall, "p99_us"), "max",
					      time_text(stall, "max_us"), "total",
					      time_text(stall, "total_us"), "by_order",
					      orders_text(stall), "retried", retries_text(stall)));
	return row;
}

/* Rows of a table, or with --json one object a cell. */
static void cell_add(json_t *list, const struct result_cell *c)
{
	const json_t *stalls = json_object_get(c->doc, "stalls"), *stall;
	size_t i;

	if (opt_json) {
		json_t *j = json_deep_copy(stalls);

		json_object_update_new(j, json_pack("{s:i, s:s, s:s}", "cell", (int)c->n, "arm", c->arm,
						    "workload", c->workload));
		json_array_append_new(list, j);
		return;
	}
	json_array_foreach(json_object_get(stalls, "threads"), i, stall)
		if (json_is_object(stall))
			json_array_append_new(list, row_new(c, stall));
}

static enum exit_code cmd_run(int argc, const char *const *argv, struct err *e)
{
	cleanup_result struct result *r = NULL;
	cleanup_json json_t *list = json_array();
	bool any = false;

	(void)argc;
	if (result_load(argv[0], &r, e))
		return e->code == ENOMEM ? EXIT_RIG : EXIT_USAGE;
	for (size_t i = 0; i < r->n_cells; i++) {
		const struct result_cell *c = &r->cells[i];

		if ((opt_cell && (unsigned)opt_cell != c->n) || !json_object_get(c->doc, "stalls"))
			continue;
		any = true;
		cell_add(list, c);
	}
	if (!any) {
		err_set(e, ENOENT, "%s has no %s that traced stalls; its workload or its experiment "
			"must trace them (docs/experiments.md)", argv[0],
			opt_cell ? "such cell" : "cell");
		return EXIT_USAGE;
	}
	return listing_print(list, columns, opt_json, e) ? EXIT_RIG : EXIT_WELL;
}

const struct command cmd_stalls = {
	.name = "stalls",
	.args = "RESULT",
	.summary = "say which threads waited for memory, and how long",
	.details =
		"Of each cell of the folder RESULT that traced them, by thread: how often it had to "
		"reclaim memory itself (reclaim; memcg_reclaim where its cgroup was full) or to "
		"compact a zone (compaction), how long that took, the pages reclaimed or migrated, how "
		"often for which order, and how often one allocation was tried again.\n"
		"\n"
		"Threads in parentheses are those whose work nobody waits for, such as kcompactd.",
	.options = options,
	.min_args = 1,
	.max_args = 1,
	.run = cmd_run,
};
