/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>
#include "compare/wrap.h"
#include "lib/cleanup.h"
#include "lib/file.h"
#include "lib/printable.h"
#include "report/grid.h"
#include "report/markdown-parts.h"
#include "report/parts.h"

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

/* A row for each thing that is known of a kernel besides its name: one would be too wide. */
static void kernel_rows(json_t *rows, const json_t *kernel)
{
	static const char *const keys[] = { "package", "version", "release", "hash" };

	for (size_t i = 0; i < ARRAY_SIZE(keys); i++) {
		const char *v = json_str(kernel, keys[i]);

		if (v)
			grid_add(rows,
				 (char *[]){
					 path_format("%s, %s", json_str(kernel, "name"), keys[i]),
					 path_format("%s", v) },
				 2);
	}
}

static void repeat_print(FILE *out, const struct report *r)
{
	cleanup_json json_t *origin = part_origin(r), *rows = json_array();
	cleanup_free char *command = printable(json_str_or(origin, "command", "?"));
	const json_t *fact, *kernel;
	size_t i;

	fprintf(out, "\n## To repeat it\n\n    %s\n\n", command);
	grid_add(rows, (char *[]){ path_format("what"), path_format("is") }, 2);
	json_array_foreach(json_object_get(origin, "facts"), i, fact)
		grid_add(
			rows,
			(char *[]){ path_format("%s", json_string_value(json_array_get(fact, 0))),
				    path_format("%s", json_string_value(json_array_get(fact, 1))) },
			2);
	json_array_foreach(json_object_get(origin, "kernels"), i, kernel)
		kernel_rows(rows, kernel);
	grid_print(out, rows, "ll");
}

int report_markdown(const struct report *r, FILE *out, struct err *e)
{
	const json_t *c = r->comparison;
	cleanup_free char *summary = printable(json_str_or(r->result->plan, "summary", ""));

	fprintf(out, "# %s\n\n", json_str(c, "experiment"));
	if (*summary) {
		wrap_print(out, summary, MARKDOWN_WIDTH, 0);
		fputc('\n', out);
	}
	sentence_print(out, c);
	if (markdown_comparisons(out, r, e))
		return -e->code;
	markdown_prices(out, json_object_get(c, "prices"));
	markdown_troubles(out, c);
	repeat_print(out, r);
	return 0;
}
