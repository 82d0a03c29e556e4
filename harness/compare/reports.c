/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>
#include "compare/reports.h"
#include "lib/cleanup.h"
#include "lib/file.h"

#define CELLS_NAMED 12	/* in a sentence; the JSON has all */

static json_t *entry_for(json_t *all, const json_t *report)
{
	static const char *const same[] = { "hash", "kind", "title", "function", "where", "fatal",
					    "line", "context" };
	const char *hash = json_str(report, "hash");
	json_t *entry = json_object_get(all, hash);

	if (entry)
		return entry;
	entry = json_pack("{s:i, s:[], s:[], s:b}", "count", 0, "cells", "second_cells", "expected",
			  true);
	for (size_t i = 0; i < ARRAY_SIZE(same); i++)
		json_object_set(entry, same[i], json_object_get(report, same[i]));
	json_object_set_new(all, hash, entry);
	return entry;
}

static void add_cells(const struct result *r, const char *key, json_t *all)
{
	for (size_t i = 0; i < r->n_cells; i++) {
		const json_t *report;
		size_t at;

		json_array_foreach(json_object_get(r->cells[i].doc, "reports"), at, report) {
			json_t *entry = entry_for(all, report);
			json_int_t count = json_int_or(entry, "count", 0);

			json_object_set_new(entry, "count",
					    json_integer(count + json_int_or(report, "count", 0)));
			json_array_append_new(json_object_get(entry, key),
					      json_integer(r->cells[i].n));
			if (json_is_true(json_object_get(report, "fatal")))
				json_object_set_new(entry, "fatal", json_true());
			if (!json_is_true(json_object_get(report, "expected")))
				json_object_set_new(entry, "expected", json_false());
		}
	}
}

/* What kernels died of first, what workloads expect last. */
static int place_of(const json_t *entry)
{
	if (json_is_true(json_object_get(entry, "expected")))
		return 2;
	return json_is_true(json_object_get(entry, "fatal")) ? 0 : 1;
}

json_t *reports_tally(const struct result *a, const struct result *b)
{
	cleanup_json json_t *by_hash = json_object();
	json_t *all = json_array(), *entry;
	const char *hash;

	add_cells(a, "cells", by_hash);
	if (b)
		add_cells(b, "second_cells", by_hash);
	for (int place = 0; place <= 2; place++) {
		json_object_foreach(by_hash, hash, entry) {
			if (place_of(entry) == place)
				json_array_append(all, entry);
		}
	}
	return all;
}

/* "cell 3", "cells 3, 5 of the second result"; "" for none. */
static char *cells_text(const json_t *cells, const char *whose)
{
	size_t n = json_array_size(cells), i;
	char *text = path_format("%s", n == 0 ? "" : n == 1 ? "cell " : "cells ");
	const json_t *cell;

	json_array_foreach(cells, i, cell) {
		char *shorter = text;

		if (i == CELLS_NAMED)
			break;
		text = path_format("%s%s%lld", shorter, i ? ", " : "",
				   (long long)json_integer_value(cell));
		free(shorter);
	}
	if (!n)
		return text;
	char *bare = text;

	text = path_format("%s%s%s", bare, n > CELLS_NAMED ? ", ..." : "", whose);
	free(bare);
	return text;
}

char *reports_line(const json_t *report)
{
	const json_t *first = json_object_get(report, "cells");
	const json_t *second = json_object_get(report, "second_cells");
	size_t n = json_array_size(first) + json_array_size(second);
	const char *title = json_str(report, "title"), *function = json_str(report, "function");
	const char *where = json_str(report, "where");
	bool named = !*function || strstr(title, function);
	bool placed = !where || strstr(title, where);
	cleanup_free char *a = cells_text(first, "");
	cleanup_free char *b = cells_text(second, " of the second result");

	return path_format("%zu cell%s reported %s%s%s%s%s (%s%sreport %s: %s%s%s)", n, n == 1 ? "" : "s",
			   title, named ? "" : " in ", named ? "" : function,
			   !json_is_true(json_object_get(report, "fatal")) ? "" :
			   n == 1 ? ", and its kernel died of it" : ", and kernels died of it",
			   json_is_true(json_object_get(report, "expected")) ? ", as the workload expects" :
			   "",
			   placed ? "" : where, placed ? "" : "; ", json_str(report, "hash"), a, *a && *b ? ", " : "", b);
}
