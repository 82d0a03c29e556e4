/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/conform-table.h"
#include "cli/listing.h"

static const struct listing_column columns[] = {
	{ "mark", "", LISTING_TEXT },
	{ "what", "HARDWARE", LISTING_TEXT },
	{ "declared", "DECLARED", LISTING_TEXT },
	{ "seen", "SEEN", LISTING_TEXT },
	{ .key = NULL },
};

void conform_print(const json_t *rows, FILE *out)
{
	cleanup_json json_t *marked = json_array();
	const json_t *row;
	size_t i;

	json_array_foreach(rows, i, row) {
		const char *mark = json_is_false(json_object_get(row, "ok")) ? "!" : "";

		json_array_append_new(marked, json_pack("{s:s, s:O, s:O, s:O}", "mark", mark, "what",
							json_object_get(row, "what"), "declared",
							json_object_get(row, "declared"), "seen",
							json_object_get(row, "seen")));
	}
	/* Only memory can run out, and then what needs the table has other troubles. */
	listing_table(marked, columns, out);
}
