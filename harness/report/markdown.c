/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>
#include "compare/figures.h"
#include "compare/wrap.h"
#include "lib/cleanup.h"
#include "lib/file.h"
#include "report/grid.h"
#include "report/markdown-parts.h"
#include "report/printable.h"
#include "report/repeat.h"

/* Each line of the sentence is of one group: a list. */
static void sentence_print(FILE *out, const json_t *comparison)
{
	const char *at = json_str(comparison, "sentence");

	while (at && *at) {
		size_t len = strcspn(at, "\n");
		cleanup_free char *line = path_format("- %.*s", (int)len, at);

		wrap_print(out, line, MARKDOWN_WIDTH, 2);
		at += len + (at[len] == '\n');
	}
}

static void repeat_print(FILE *out, const struct report *r)
{
	cleanup_json json_t *repeat = repeat_make(r);
	cleanup_json json_t *rows = json_array();
	const json_t *fact;
	size_t i;

	fprintf(out, "\n## To repeat it\n\n    %s\n\n", json_str(repeat, "command"));
	grid_add(rows, (char *[]){ path_format("what"), path_format("is") }, 2);
	json_array_foreach(json_object_get(repeat, "facts"), i, fact)
		grid_add(rows, (char *[]){ path_format("%s", json_str(fact, "what")),
					   path_format("%s", json_str(fact, "is")) }, 2);
	grid_print(out, rows, "ll");
}

int report_markdown(const struct report *r, FILE *out, struct err *e)
{
	const json_t *c = r->comparison;
	cleanup_json json_t *figures = NULL;
	cleanup_free char *summary = printable(json_str_or(r->result->plan, "summary", ""));
	int rc = figures_collect(r->result, false, &figures, e);

	if (rc)
		return rc;
	fprintf(out, "# %s\n\n", json_str(c, "experiment"));
	if (*summary) {
		wrap_print(out, summary, MARKDOWN_WIDTH, 0);
		fputc('\n', out);
	}
	sentence_print(out, c);
	markdown_comparisons(out, c, figures);
	markdown_prices(out, json_object_get(c, "prices"));
	markdown_troubles(out, c);
	repeat_print(out, r);
	return 0;
}
